"""export_questions [FILE.jsonl[.gz]]: the published archive as JSON Lines."""

import gzip
from contextlib import nullcontext
from pathlib import Path

from django.core.management.base import BaseCommand
from tqdm import tqdm

from qa.models import Image, Question
from qa.transfer import export_questions


class Command(BaseCommand):
    help = (
        "Write the published archive as JSON Lines, to a file or to standard output. Beside "
        "NAME.jsonl, the folder NAME-images gets the published pictures."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, nargs="?", help="ending .gz packs it")

    def handle(self, *, file, **options):
        published = Question.objects.published()
        folder = file and file.with_name(file.name.partition(".")[0] + "-images")
        with self._open(file) as out:
            for line in tqdm(export_questions(folder), total=published.count(), disable=None):
                out.write(line + "\n")
        left = Image.objects.filter(question__in=published, public_key__isnull=False)
        if file is None and left.exists():
            self.stderr.write(f"{left.count():,} pictures are not in it: name a file for that.")

    def _open(self, file: Path | None):
        if file is None:
            return nullcontext(self.stdout)
        if file.suffix == ".gz":
            return gzip.open(file, "wt", encoding="utf-8")
        return file.open("w", encoding="utf-8")
