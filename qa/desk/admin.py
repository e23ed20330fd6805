"""Everything that the desk puts into the admin."""

from qa.desk import events, queue, reader_answers, snippets, texts, topics  # noqa: F401
