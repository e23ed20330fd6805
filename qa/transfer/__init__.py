"""Archives in and out as JSON Lines: one answered question on each line.

`topic` (a slug), `title`, `body` and `answer` (Markdown) are required. `name`, `location`,
`author`, `asked_at` and `answered_at` (ISO 8601), `references` (a list of {title, url, note}),
`images` (paths of files, relative to this file's folder and inside it; `image_alts` describes them
in the same order), `old_url` (where the question was before: it answers 301 for ever) and
`external_id` are not.
"""

from qa.transfer.exporting import export_questions
from qa.transfer.importing import Importer
from qa.transfer.record import BadLine, Record, parse

__all__ = ["BadLine", "Importer", "Record", "export_questions", "parse"]
