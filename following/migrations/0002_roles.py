from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

PERMISSIONS = ["view_follower", "view_follow", "stop_follower"]


def create(apps, schema_editor):
    """The editor looks an address up, and stops the mails to it."""
    create_permissions(installed.get_app_config("following"), verbosity=0)
    permission = apps.get_model("auth", "Permission")
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Editor")
    for codename in PERMISSIONS:
        group.permissions.add(
            permission.objects.get(content_type__app_label="following", codename=codename)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("following", "0001_initial"),
        ("newsletter", "0002_roles"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
