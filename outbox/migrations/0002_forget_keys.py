from django.db import migrations


def forget(apps, schema_editor):
    """Blank the links and codes of accounts in mails that are not waiting any more."""
    mails = apps.get_model("outbox", "Message").objects.filter(purpose="account")
    mails.exclude(status__in=["queued", "claimed"]).update(text="", html="")


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
