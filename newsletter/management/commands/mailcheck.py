"""mailcheck: does the DNS vouch for mail from this site?"""

from django.core.management.base import BaseCommand, CommandError

from newsletter.mailcheck import NoResolver, check
from outbox.backend import bare
from qa.models import SiteProfile


class Command(BaseCommand):
    help = "Look SPF, DKIM and DMARC of the sender's domain up in the DNS."

    def add_arguments(self, parser):
        parser.add_argument("--domain", help="another domain than the sender's")
        parser.add_argument("--selector", default="", help="of the DKIM key")

    def handle(self, *, domain, selector, **options):
        domain = domain or bare(SiteProfile.load().sender).rpartition("@")[2]
        self.stdout.write(f"Mail from {domain}:")
        try:
            findings = check(domain, selector)
        except NoResolver as error:
            raise CommandError(str(error)) from error
        for finding in findings:
            self.stdout.write(f"{'good' if finding.good else 'MEND'}  {finding.words}")
        if not all(finding.good for finding in findings):
            raise CommandError("Mail from here may be taken for spam until this is mended.")
