"""The people with an account: members, curators, editors and the owner."""

from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        # In small letters, as django-allauth stores and looks for addresses.
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    @transaction.atomic
    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        """Whoever may run this needs no mail to prove the address: it counts as verified."""
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        user.emailaddress_set.create(email=user.email, verified=True, primary=True)
        return user

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in; the e-mail address is the name, whatever its capitals."""

    email = models.EmailField("e-mail address", max_length=254)
    display_name = models.CharField(max_length=80, blank=True, help_text="Shown with answers.")
    place = models.CharField(max_length=80, blank=True)
    credentials = models.CharField(
        max_length=120, blank=True, help_text="Such as “MSc, pharmacist”; shown with answers."
    )
    bio = models.TextField("about", blank=True, max_length=4000, help_text="Markdown.")
    is_staff = models.BooleanField("may enter the desk", default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    # Not so for whom the owner or an import entered.
    signed_up = models.BooleanField(default=False, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_unique",
                violation_error_message="There is an account with this e-mail address.",
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.email

    def has_verified(self, email: str) -> bool:
        """Whether this person has shown that mail to this address reaches them."""
        return self.emailaddress_set.filter(verified=True, email__iexact=email).exists()

    @property
    def public_name(self) -> str:
        """The name that pages show: never the e-mail address."""
        return self.display_name or "A member"


class Unconfirmed(models.Model):
    """Since when housekeeping knows that an address beside a proved one is not confirmed.

    django-allauth's row has no date. Another link that is mailed begins the time anew.
    """

    address = models.OneToOneField(
        "account.EmailAddress", models.CASCADE, primary_key=True, related_name="unconfirmed"
    )
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.address)


class Session(AbstractBaseSession):
    """A browser's session; of somebody who signed in, also whose, on what, and when seen."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    device = models.CharField(max_length=80, blank=True)
    seen_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Without the key, which is as good as a password."""
        return self.device or "A browser"

    @classmethod
    def get_session_store_class(cls):
        from accounts.sessions import SessionStore

        return SessionStore

    @property
    def mark(self) -> str:
        """Names the session on a page, and opens nothing."""
        return salted_hmac("accounts.session", self.session_key).hexdigest()[:20]


class AdminAction(models.Model):
    """What a curator, editor or owner sent at the desk: append-only, for owners to read.

    The database itself refuses to change a row, and to delete one before its time
    (migrations/0004). It names the account by number and name, so that it outlives the account.
    """

    KEPT = timedelta(days=400)

    at = models.DateTimeField(default=timezone.now, db_index=True)
    user_number = models.PositiveBigIntegerField()
    name = models.CharField(max_length=80)
    action = models.CharField(max_length=80)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField("answered with")

    class Meta:
        ordering = ["-pk"]
        verbose_name = "action at the desk"
        verbose_name_plural = "actions at the desk"

    def __str__(self) -> str:
        return f"{self.name}: {self.action}"
