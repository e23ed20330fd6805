"""Seven people, and one of everything that an address may name."""

import time
from base64 import urlsafe_b64encode
from uuid import uuid4

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from accounts.models import AdminAction
from accounts.sessions import SEEN
from config import mail_gallery
from newsletter.models import Issue
from outbox.suppression import Suppression
from qa.models import Answer, Digest, Image, Policy, Question, SavedView, SiteProfile, Snippet
from tests import factories
from tests.accounts.cast import BACKEND
from tests.following import cast as following
from tests.newsletter import cast as newsletter

ROLES = ["anonymous", "member", "asker with key", "other asker", "curator", "editor", "owner"]
FOLLOWED = ["own", "stop_all", "erase", "prefer", "stop"]
STRANGE = urlsafe_b64encode(b"no question has it").decode().rstrip("=")


class World:
    """Ada has asked with pictures; Ben is the member, Otto the other asker, Olga the owner."""

    def __init__(self):
        self.people = {
            "member": factories.member("Ben"),
            "curator": factories.curator(),
            "editor": factories.member("Edith", is_staff=True),
            "owner": factories.member("Olga", is_staff=True, is_superuser=True),
        }
        self.people["editor"].groups.add(factories.role("Editor"))
        self.cora = self.people["curator"]
        self.adas = self._asked("Ada")
        self.ottos = self._asked("Otto")
        self.public = factories.published(by=self.cora, topic=self._topic("magnesium"))
        self._pictures_of(self.public)
        self.public.images.first().publish_files()
        self._things()
        self.clients = {role: self._client(role) for role in ROLES}

    def _topic(self, slug: str):
        return factories.topic(slug, accepts_reader_answers=True)

    def _asked(self, name: str) -> Question:
        question = factories.draft(name=name, email=f"{name.lower()}@example.org")
        self._pictures_of(question)
        question.submit()
        return question

    def _pictures_of(self, question) -> None:
        for _ in range(2):
            Image(question=question).store(factories.picture())

    def _things(self) -> None:
        """One row at least of whatever the admin lists."""
        self.reader = factories.member("Rita")
        self.address = EmailAddress.objects.create(user=self.reader, email="rita@example.com")
        self.passkey = Authenticator.objects.create(
            user=self.reader, type="webauthn", data={"name": "Rita's phone"}
        )
        for kind in Policy.Kind.values:
            Policy.objects.get_or_create(kind=kind, version=1, defaults={"body": "Some words."})
        SocialAccount.objects.create(user=self.reader, provider="google", uid="1")
        self.answer = Answer.objects.create(
            question=self.public, kind="reader", author=self.people["member"], body="I stretch."
        )
        Snippet.objects.create(owner=self.cora, name="Greeting", text="Dear reader,")
        SavedView.objects.create(owner=self.cora, name="Mine", query="whose=me")
        Digest.objects.get_or_create(user=self.cora)
        SiteProfile.objects.get_or_create(pk=1)
        Suppression.objects.create(address="gone@example.org")
        AdminAction.objects.create(user_number=1, name="Cora", action="x", path="/", status=200)
        self.adas.write("It began in May.")
        self.message = self.adas.follow_ups.get()
        self.batch = uuid4()
        factories.pending().mark_spam(by=self.cora, batch=self.batch)
        self.letter = newsletter.issue()
        self.out = newsletter.issue("second", status=Issue.Status.SENT, sent_at=timezone.now())
        self.subscriber = newsletter.asked("sven@example.org")
        self.sheet = newsletter.fact_sheet()
        self.follow = following.follow(self.public.topic, "sven@example.org")

    def _client(self, role: str) -> Client:
        client = Client(raise_request_exception=False)
        if user := self.people.get(role):
            client.force_login(user, BACKEND)
            self._prove(client, user)
        return client

    def _prove(self, client: Client, user) -> None:
        """With a second factor, and shown a moment ago who it is."""
        RecoveryCodes.activate(user)
        factories.second_factor(client, user)
        session = client.session
        shown = {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
        session["account_authentication_methods"] = [shown]
        session[SEEN] = time.time()
        session.save()

    def row(self, label: str):
        """The newest row of an admin's model, such as "qa.topic"."""
        models = {model._meta.label_lower: model for model in admin.site._registry}
        special = {
            "accounts.user": self.reader,
            "auth.group": Group.objects.get(name="Curator"),
            "qa.question": self.adas,
            "qa.answer": self.answer,
            "newsletter.issue": self.letter,
        }
        found = special.get(label) or models[label].objects.order_by("-pk").first()
        assert found, f"{label} has no row: make one in World._things"
        return found

    def values(self, route, role: str) -> dict[str, object]:
        """What fills the parameters of a route when this role asks."""
        if route.path.startswith("/admin/"):
            return self._values_of_the_desk(route)
        if route.path.startswith("/questions/"):  # some have no name
            return {"pk": self.public.pk, "slug": self.public.slug}
        return self._common() | self._of_asker(role) | self._by_route().get(route.name, {})

    def _of_asker(self, role: str) -> dict[str, object]:
        """Ada's key for herself. Nobody else has it; Otto tries what is most like it."""
        key, strange = self.adas.key, "A" if self.adas.key[-1] != "A" else "B"
        keys = {"asker with key": key, "other asker": key[:-1] + strange}
        return {"key": keys.get(role, STRANGE), "pk": self.adas.images.first().pk}

    def _common(self) -> dict[str, object]:
        return {
            "name": "640.webp",
            "slug": self.public.topic.slug,
            "block": 0,
            "token": STRANGE,
            "mark": "x",
        }

    def _month(self) -> dict[str, object]:
        at = self.public.published_at
        return {"year": at.strftime("%Y"), "month": at.strftime("%m")}

    def _by_route(self) -> dict[str, dict[str, object]]:
        picture = self.public.images.first()
        subscriber = {"token": self.subscriber.key}
        user = self.people["member"]
        return {
            "archive:media": {"key": picture.public_key, "name": picture.rendition_names[0]},
            "archive:shared_picture": {
                "key": picture.public_key,
                "name": picture.rendition_names[0],
            },
            "asking:helped": {"pk": self.public.pk},
            "archive:month": self._month(),
            "archive:letter": {"letter": self.public.slug[0]},
            "archive:person": {"pk": self.cora.pk},
            "asking:email_confirm": {"token": self.adas.confirmation_token},
            "newsletter:confirm": {"token": self.subscriber.consents.get().token},
            "newsletter:unsubscribe": subscriber,
            "newsletter:preferences": subscriber,
            "newsletter:pause": subscriber,
            "newsletter:erase": subscriber,
            "newsletter:fact_sheet": {"token": self.sheet.url.rstrip("/").rpartition("/")[2]},
            "following:confirm": {"token": self.follow.token},
            **{f"following:{name}": self._followed() for name in FOLLOWED},
            "newsletter:issue_detail": {"slug": self.out.slug},
            "mfa_remove_webauthn": {"pk": self.passkey.pk},
            "mfa_edit_webauthn": {"pk": self.passkey.pk},
            "account_confirm_email": {"key": EmailConfirmationHMAC(self.address).key},
            "account_reset_password_from_key": {"uidb36": user_pk_to_url_str(user), "key": "x-y"},
        }

    def _followed(self) -> dict[str, object]:
        return {"key": self.follow.follower.key, "pk": self.follow.pk}

    def body(self, route) -> dict[str, object]:
        """What a form must hold, where without it there is nothing to act on."""
        return {
            "admin:qa_question_move_topic": {"topic": self.public.topic.pk},
            "admin:qa_question_reply": {"follow_up": self.message.pk, "text": "Yes."},
            "admin:qa_question_put_aside": {"follow_up": self.message.pk},
        }.get(route.name, {})

    def _values_of_the_desk(self, route) -> dict[str, object]:
        _, _, app, model, *_ = [*route.path.split("/"), "", ""]
        values = {"url": "nothing-here", "app_label": "qa", "batch": self.batch}
        if route.name == "admin:view_on_site":
            kind = ContentType.objects.get_for_model(self.public.topic)
            return {"content_type_id": kind.pk, "object_id": self.public.topic.pk}
        special = {
            "admin:qa_question_reviewed": {"pk": self.public.pk},
            "admin:newsletter_issue_rest": {"pk": self.out.pk},
            "mail_frame": {"name": next(iter(mail_gallery.names()))},
        }
        if route.name in special:
            return special[route.name]
        if f"{app}.{model}" in {made._meta.label_lower for made in admin.site._registry}:
            values["pk"] = values["object_id"] = self.row(f"{app}.{model}").pk
        picture = self.adas.images.first()
        return values | {"image_pk": picture.pk, "name": "640.webp"}
