from django.db import migrations

KINDS = "asciiword, word, numword, asciihword, hword, hword_asciipart, hword_part, hword_numpart"
FORWARDS = (
    "CREATE TEXT SEARCH DICTIONARY qa_stem (TEMPLATE = snowball, Language = porter)",
    "CREATE TEXT SEARCH CONFIGURATION qa_words (COPY = simple)",
    f"ALTER TEXT SEARCH CONFIGURATION qa_words ALTER MAPPING FOR {KINDS} WITH qa_stem",
    "ALTER TABLE qa_search ADD COLUMN plain boolean NOT NULL DEFAULT false",
    "CREATE INDEX qa_search_older ON qa_search (id) WHERE NOT plain",
)
BACKWARDS = (
    "ALTER TABLE qa_search DROP COLUMN plain",
    "DROP TEXT SEARCH CONFIGURATION qa_words",
    "DROP TEXT SEARCH DICTIONARY qa_stem",
)


def create(apps, schema_editor):
    _execute(schema_editor, FORWARDS)


def drop(apps, schema_editor):
    _execute(schema_editor, BACKWARDS)


def _execute(schema_editor, statements):
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    """PostgreSQL finds every word, stemmed as FTS5 does it, everyday ones included.

    The rows are not touched, as a million take long; the worker indexes them anew
    (qa.search.fill), and meanwhile they are found by most words.
    """

    dependencies = [("qa", "0018_search_by_topic")]
    operations = [migrations.RunPython(create, drop, elidable=False)]
