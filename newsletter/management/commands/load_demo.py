"""load_demo: the demo library into an empty database; here because the letter is part of it."""

import secrets

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

import newsletter.demo
import qa.demo
from config import environment

FOLDER = settings.BASE_DIR / "demo"


class Command(BaseCommand):
    help = "Load the demo library into an empty database, and print the curator's sign-in once."

    def handle(self, **options):
        if not qa.demo.is_empty():
            self.stdout.write("There is content already; nothing was changed.")
            return
        password = environment.text("DEMO_CURATOR_PASSWORD") or secrets.token_urlsafe(12)
        with transaction.atomic():
            qa.demo.load(FOLDER, password)
            newsletter.demo.load(FOLDER)
        self.stdout.write(f"Curator: {qa.demo.CURATOR_EMAIL}\nPassword: {password}")
