"""The admin with this project's own site object: sign-in through allauth, second factor."""

from django.contrib.admin.apps import AdminConfig


class AskwellAdminConfig(AdminConfig):
    default_site = "accounts.admin_site.DeskSite"

    def ready(self):
        """The project's own checks have no app of theirs to be registered by."""
        super().ready()
        from config import checks  # noqa: F401
