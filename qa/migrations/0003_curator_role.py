from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

PERMISSIONS = [
    ("qa", "answer_question"),
    ("qa", "view_question"),
    ("qa", "change_question"),
    ("qa", "view_answer"),
    ("qa", "change_answer"),
    ("qa", "view_event"),
    ("qa", "view_topic"),
    ("qa", "change_topic"),
    ("outbox", "view_message"),
]


def create(apps, schema_editor):
    """Make the group; permissions normally appear only after the last migration, so make them."""
    for label in {label for label, _ in PERMISSIONS}:
        create_permissions(installed.get_app_config(label), verbosity=0)
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Curator")
    permission = apps.get_model("auth", "Permission")
    for label, codename in PERMISSIONS:
        group.permissions.add(
            permission.objects.get(content_type__app_label=label, codename=codename)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("qa", "0002_search_table"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("outbox", "0001_initial"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
