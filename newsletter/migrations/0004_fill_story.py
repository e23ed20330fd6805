from django.db import migrations, models
from django.utils.crypto import salted_hmac


def fill(apps, schema_editor):
    """The fingerprints of the addresses so far, and whom the letters so far were for."""
    for consent in apps.get_model("newsletter", "Consent").objects.iterator():
        address = consent.email.strip().lower()
        consent.mark = salted_hmac("newsletter.consent", address, algorithm="sha256").hexdigest()
        consent.save(update_fields=["mark"])
    apps.get_model("newsletter", "Issue").objects.filter(audience_at=None).update(
        audience_at=models.F("sent_at")
    )


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0003_preferences_and_story")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
