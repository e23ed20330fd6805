from django.db import migrations

NO_LONGER = [
    ("newsletter", "add_issue"),
    ("newsletter", "change_issue"),
    ("newsletter", "view_issue"),
    ("newsletter", "send_issue"),
    ("newsletter", "view_subscriber"),
    ("newsletter", "view_consent"),
    ("newsletter", "view_factsheet"),
    ("qa", "change_topic"),
]


def narrow(apps, schema_editor):
    """A curator answers; letters and topics are the editor's. Whoever does both is in both."""
    group = apps.get_model("auth", "Group").objects.filter(name="Curator").first()
    for label, codename in NO_LONGER if group else []:
        group.permissions.remove(
            *group.permissions.filter(content_type__app_label=label, codename=codename)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("newsletter", "0005_letter_pictures"),
        ("qa", "0018_search_by_topic"),
    ]
    operations = [migrations.RunPython(narrow, migrations.RunPython.noop)]
