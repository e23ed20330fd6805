"""Django's SMTP backend, which in addition knows how far a mail came."""

import smtplib

from django.core.mail.backends.smtp import EmailBackend


class DataWatch:
    data_begun = False

    def data(self, msg):
        self.data_begun = True
        return super().data(msg)


class WatchedSMTP(DataWatch, smtplib.SMTP):
    pass


class WatchedSMTPS(DataWatch, smtplib.SMTP_SSL):
    pass


class SmtpBackend(EmailBackend):
    """DELIVERY_EMAIL_BACKEND for a real server."""

    @property
    def connection_class(self):
        return WatchedSMTPS if self.use_ssl else WatchedSMTP

    @property
    def data_begun(self):
        """Whether the server may have the whole of the last mail."""
        return bool(self.connection and self.connection.data_begun)

    def send_messages(self, email_messages):
        if self.connection:
            self.connection.data_begun = False
        return super().send_messages(email_messages)
