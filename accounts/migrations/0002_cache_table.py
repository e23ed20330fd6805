from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    """The table of the default CACHE_URL, whatever is set now; left alone where it exists."""
    database = schema_editor.connection.alias
    call_command("createcachetable", "askwell_cache", database=database, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
