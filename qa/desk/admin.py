"""Everything that the desk puts into the admin."""

from qa.desk import (  # noqa: F401
    digest_settings,
    events,
    queue,
    reader_answers,
    snippets,
    texts,
    topics,
)
