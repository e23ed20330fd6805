"""export_questions [FILE.jsonl[.gz]]: the published archive as JSON Lines."""

import gzip
from contextlib import nullcontext
from pathlib import Path

from django.core.management.base import BaseCommand
from tqdm import tqdm

from qa.models import Image, Question
from qa.transfer import export_questions


class Command(BaseCommand):
    help = "Write the published archive as JSON Lines, to a file or to standard output."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, nargs="?", help="ending .gz packs it")

    def handle(self, *, file, **options):
        published = Question.objects.published()
        with self._open(file) as out:
            for line in tqdm(export_questions(), total=published.count(), disable=None):
                out.write(line + "\n")
        left = Image.objects.filter(question__in=published, public_key__isnull=False).count()
        if left:
            self.stderr.write(f"{left:,} pictures are not in it: the format has none yet.")

    def _open(self, file: Path | None):
        if file is None:
            return nullcontext(self.stdout)
        if file.suffix == ".gz":
            return gzip.open(file, "wt", encoding="utf-8")
        return file.open("w", encoding="utf-8")
