from django.db import migrations

from qa.search import create_sql


def create(apps, schema_editor):
    for statement in create_sql(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """The search index is a table of its own, of the kind that each database is good at."""

    dependencies = [("qa", "0001_initial")]
    operations = [
        migrations.RunPython(
            create, lambda apps, editor: editor.execute("DROP TABLE qa_search"), elidable=False
        )
    ]
