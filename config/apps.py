"""The admin with this project's own site object: sign-in through allauth, second factor."""

from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class AskwellAdminConfig(AdminConfig):
    default_site = "accounts.admin_site.DeskSite"

    def ready(self):
        """The project's own checks and triggers have no app of theirs to be registered by."""
        super().ready()
        from config import checks, edition  # noqa: F401

        post_migrate.connect(edition.install, sender=self)
