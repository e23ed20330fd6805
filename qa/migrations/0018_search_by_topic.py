from django.db import migrations


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE INDEX IF NOT EXISTS qa_search_topic ON qa_search (topic_id)")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS qa_search_topic")


class Migration(migrations.Migration):
    """What everybody writes about, within one topic: FTS5 has no such index, and needs none."""

    dependencies = [("qa", "0017_same_here")]
    operations = [migrations.RunPython(create, drop, elidable=False)]
