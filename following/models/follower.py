from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

import outbox.mail
from newsletter.models.subscriber import new_key
from outbox.headers import one_address
from outbox.suppression import Suppression


class FollowerQuerySet(models.QuerySet):
    def with_email(self, email: str) -> "Follower | None":
        """Whoever has this address, whatever its capitals."""
        return self.annotate(lower=Lower("email")).filter(lower=email.strip().lower()).first()

    def reachable(self):
        """Those to whom no mail of this kind is held back."""
        held_back = Suppression.objects.news().filter(address=Lower(OuterRef("email")))
        return self.exclude(Exists(held_back))

    def of(self, email: str) -> "Follower":
        """The row of an address, made where there is none; two requests at once make one.

        Raises ValueError for what is not one valid e-mail address.
        """
        local, _, domain = one_address(email.strip()).rpartition("@")
        existing = self.with_email(email)
        if existing:
            return existing
        try:
            with transaction.atomic():
                return self.create(email=f"{local}@{domain.lower()}")
        except IntegrityError:
            return self.with_email(email)


class Follower(models.Model):
    """An address that follows something, or was typed by somebody who may. `key` opens its page."""

    email = models.EmailField("e-mail address", max_length=254)
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = FollowerQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [("stop_follower", "Can stop the mails to an address")]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="following_follower_email_unique")
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def about(self) -> str:
        """How outbox rows name this follower."""
        return f"follower:{self.pk}"

    @property
    def url(self) -> str:
        """The page with everything that this address follows."""
        return settings.BASE_URL + reverse("following:own", args=[self.key])

    @property
    def stop_url(self) -> str:
        return settings.BASE_URL + reverse("following:stop_all", args=[self.key])

    def standing(self):
        """What this address follows, with what a page shows of it."""
        return self.follows.standing().select_related("topic", "question")

    @transaction.atomic
    def stop(self) -> int:
        """No more mails, also those that no server has seen; return how many follows ended."""
        self.lock()
        return sum(follow.stop() for follow in self.standing())

    @transaction.atomic
    def erase(self) -> None:
        """Forget the address and the mails to it. What was agreed to stays, without it (ADR 15)."""
        self.lock()
        for follow in self.follows.all():
            outbox.mail.erase(about=follow.about)
        outbox.mail.erase(about=self.about)
        self.follows.all().erase()
        self.delete()

    def lock(self) -> None:
        """Keep others from telling, stopping or confirming until the commit."""
        Follower.objects.select_for_update().get(pk=self.pk)
