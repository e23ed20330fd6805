from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "outbox"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Mail"

    def ready(self):
        """A wrong MAIL_WEBHOOKS stops the start, and not the first report of the service."""
        from . import webhooks  # noqa: F401
