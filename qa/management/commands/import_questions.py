"""import_questions FILE.jsonl[.gz]: answered questions from elsewhere into the archive."""

import gzip
import time
from contextlib import nullcontext
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from qa.imaging import DecoderUnavailable
from qa.transfer import Importer


class Command(BaseCommand):
    help = (
        "Import answered questions from JSON Lines (see qa/transfer). Bad lines are reported with "
        "their number, the rest goes in; run again, it goes on where it stopped."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="read everything, change nothing")
        parser.add_argument(
            "--create-topics", action="store_true", help="make topics that are not there yet"
        )

    def handle(self, *, file, check, create_topics, **options):
        importer = Importer(file.parent, check=check, create_topics=create_topics)
        began = time.monotonic()
        try:
            with (
                file.open("rb") as raw,
                tqdm(total=file.stat().st_size, unit="B", unit_scale=True, disable=None) as bar,
            ):
                importer.run(_lines(raw, file.suffix == ".gz", bar), self._bad_line)
        except DecoderUnavailable as error:
            raise CommandError(f"{error} Run the import again later.") from error
        except (OSError, EOFError) as error:
            raise CommandError(f"{file} could not be read: {error}") from error
        self._report(importer, time.monotonic() - began)

    def _bad_line(self, number: int, reason: str) -> None:
        self.stderr.write(f"Line {number}: {reason}.")

    def _report(self, importer: Importer, seconds: float) -> None:
        counts = importer.counts
        verb = "Could import" if importer.check else "Imported"
        self.stdout.write(
            f"{verb} {counts['taken']:,} questions in {seconds:.1f} s "
            f"({counts['taken'] / max(seconds, 0.001):,.0f}/s). "
            f"{counts['known']:,} were here already. {counts['refused']:,} lines were refused."
        )
        if importer.check:
            self.stdout.write("Nothing was changed.")


def _lines(raw, packed: bool, bar):
    """Each line as bytes, while the bar follows the place in the file."""
    with gzip.open(raw) if packed else nullcontext(raw) as lines:
        for line in lines:
            bar.update(raw.tell() - bar.n)
            yield line
