from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

LETTERS = [
    ("newsletter", "add_issue"),
    ("newsletter", "change_issue"),
    ("newsletter", "view_issue"),
    ("newsletter", "send_issue"),
    ("newsletter", "view_subscriber"),
    ("newsletter", "view_consent"),
    ("newsletter", "view_factsheet"),
]
PAGES = [
    ("newsletter", "delete_issue"),
    ("newsletter", "add_factsheet"),
    ("newsletter", "change_factsheet"),
    ("newsletter", "delete_factsheet"),
    ("qa", "add_topic"),
    ("qa", "change_topic"),
    ("qa", "view_topic"),
    ("qa", "add_topicpicture"),
    ("qa", "change_topicpicture"),
    ("qa", "delete_topicpicture"),
    ("qa", "view_topicpicture"),
    ("qa", "add_reference"),
    ("qa", "change_reference"),
    ("qa", "delete_reference"),
    ("qa", "view_reference"),
    ("qa", "add_policy"),
    ("qa", "change_policy"),
    ("qa", "view_policy"),
    ("qa", "change_siteprofile"),
    ("qa", "view_siteprofile"),
]
ROLES = {"Curator": LETTERS, "Editor": LETTERS + PAGES}


def create(apps, schema_editor):
    """Letters for the curator, letters and pages for the new group "Editor"."""
    for label in ["newsletter", "qa"]:
        create_permissions(installed.get_app_config(label), verbosity=0)
    permission = apps.get_model("auth", "Permission")
    for name, permissions in ROLES.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        for label, codename in permissions:
            group.permissions.add(
                permission.objects.get(content_type__app_label=label, codename=codename)
            )


class Migration(migrations.Migration):
    dependencies = [
        ("newsletter", "0001_initial"),
        ("qa", "0003_curator_role"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
