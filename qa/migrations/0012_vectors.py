from django.db import migrations

from qa.search.vectors import create_sql


def create(apps, schema_editor):
    for statement in create_sql(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Where each published question lies among the others; the worker fills it (qa.search.fill)."""

    dependencies = [("qa", "0011_reader_answer_spam")]
    operations = [
        migrations.RunPython(
            create, lambda apps, editor: editor.execute("DROP TABLE qa_vector"), elidable=False
        )
    ]
