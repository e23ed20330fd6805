from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("qa", "0016_pings")]

    operations = [
        migrations.AddField(
            model_name="question",
            name="same_here",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
    ]
