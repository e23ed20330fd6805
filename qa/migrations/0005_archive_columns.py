from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("qa", "0004_question_typed")]

    operations = [
        migrations.AddField(
            model_name="question",
            name="external_id",
            field=models.CharField(blank=True, max_length=200, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="siteprofile",
            name="is_medical",
            field=models.BooleanField(
                default=True,
                help_text="Tells search engines that pages are medical.",
                verbose_name="about health",
            ),
        ),
    ]
