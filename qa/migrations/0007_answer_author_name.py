from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def remember(apps, schema_editor):
    """The names that published answers are shown with today."""
    answers = apps.get_model("qa", "Answer").objects
    author = apps.get_model("accounts", "User").objects.filter(pk=OuterRef("author"))
    shown = answers.filter(kind="reader", status="published", author__isnull=False)
    shown.update(
        author_name=Subquery(author.values("display_name")),
        author_place=Subquery(author.values("place")),
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("qa", "0006_trace")]
    operations = [
        migrations.AddField(
            model_name="answer",
            name="author_name",
            field=models.CharField(blank=True, default="", editable=False, max_length=80),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="answer",
            name="author_place",
            field=models.CharField(blank=True, default="", editable=False, max_length=80),
            preserve_default=False,
        ),
        migrations.RunPython(remember, migrations.RunPython.noop),
    ]
