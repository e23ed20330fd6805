from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("qa", "0003_curator_role")]

    operations = [
        migrations.AddField(
            model_name="question",
            name="typed",
            field=models.JSONField(blank=True, default=dict, editable=False),
        )
    ]
