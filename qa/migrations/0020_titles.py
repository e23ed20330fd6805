from django.db import migrations

from qa.search import titles

AT_ONCE = 5000


def create(apps, schema_editor):
    for statement in titles.create_sql():
        schema_editor.execute(statement)
    number = "id" if schema_editor.connection.vendor == "postgresql" else "rowid"
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"SELECT {number}, title FROM qa_search WHERE {number} > %s"  # noqa: S608
                f" ORDER BY {number} LIMIT %s",
                [last, AT_ONCE],
            )
            rows = cursor.fetchall()
            if not rows:
                break
            titles.add(rows)
            last = rows[-1][0]


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE qa_title")


class Migration(migrations.Migration):
    """Ten seconds for a million questions, as only their titles are read."""

    dependencies = [("qa", "0019_search_every_word")]
    operations = [migrations.RunPython(create, drop, elidable=False)]
