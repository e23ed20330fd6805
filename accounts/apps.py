from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from accounts import housekeeping, second_factor, security_log, verifying  # noqa: F401 (they listen)
