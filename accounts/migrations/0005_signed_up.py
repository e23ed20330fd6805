from django.db import migrations, models


def mark(apps, schema_editor):
    """So far whoever signed up chose a password, and whoever was entered had none."""
    users = apps.get_model("accounts", "User").objects.filter(is_staff=False)
    users.exclude(password__startswith="!").update(signed_up=True)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_admin_action"),
    ]
    operations = [
        migrations.AddField(
            model_name="user",
            name="signed_up",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
