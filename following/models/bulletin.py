import hashlib
import json

from django.db import models, transaction
from django.utils import timezone

from following import emails
from following.models.news import News
from outbox.mail import keep_wording
from outbox.models import NEWS_BATCH, Message
from outbox.wording import Wording
from qa.models import Question, Topic

TARGETS = {"topic": Topic, "question": Question}


class BulletinQuerySet(models.QuerySet):
    def of(self, parts) -> "Bulletin":
        """The bulletin with these [(target, [News])], composed once for all who get just that."""
        state = [
            [label(target), [[one.pk, str(one.question.updated_at)] for one in news]]
            for target, news in parts
        ]
        key = hashlib.sha256(json.dumps(state).encode()).hexdigest()
        targets = [name for name, _ in state]
        bulletin, made = self.get_or_create(key=key, defaults={"targets": targets})
        if made:
            bulletin.news.set([one for _, news in parts for one in news])
            bulletin.subject, text, html = emails.compose_news(parts)
            bulletin.save(update_fields=["subject"])
            keep_wording(bulletin.batch, text, html)
        return bulletin

    def outdated(self):
        """Those that tell of something which is not public any more."""
        told = News.objects.filter(models.Exists(self.filter(news=models.OuterRef("pk"))))
        return self.filter(news__in=told.exclude(pk__in=News.objects.public())).distinct()


def label(target) -> str:
    """Such as "topic:3"."""
    return f"{target._meta.model_name}:{target.pk}"


class Bulletin(models.Model):
    """What followers are mailed at one time: the same words for all who follow the same things
    and were told the same before. Only the links are each one's own (outbox.Wording).
    """

    key = models.CharField(max_length=64, unique=True)
    subject = models.CharField(max_length=998, blank=True)
    # What is followed, by `label`, in the order of the links to stop.
    targets = models.JSONField(default=list)
    news = models.ManyToManyField(News, related_name="bulletins")
    created_at = models.DateTimeField(default=timezone.now)

    objects = BulletinQuerySet.as_manager()

    def __str__(self) -> str:
        return self.subject

    @property
    def batch(self) -> str:
        """How outbox rows name this bulletin."""
        return f"{NEWS_BATCH}{self.pk}"

    @property
    def mails(self):
        return Message.objects.filter(batch=self.batch)

    @property
    def wording(self) -> Wording:
        return Wording.objects.get(batch=self.batch)

    @transaction.atomic
    def shorten(self) -> None:
        """Take out what is not public any more, also of the words that are kept of sent mails.

        What is left is still told; where nothing is, what waits is stopped.
        """
        public = self.news.public().select_related("question", "topic", "correction", "answer")
        news = list(public.order_by("pk"))
        self.news.set(news)
        if news:
            self.subject, text, html = emails.compose_news(self._parts(news))
        else:
            self.subject, text, html = "", "", ""
            self.mails.cancel()
        self.save(update_fields=["subject"])
        self.mails.update(subject=self.subject)
        Wording.objects.filter(batch=self.batch).update(text=text, html=html)

    def _parts(self, news):
        """[(target, [News])] again, with the same numbers."""
        for name in self.targets:
            kind, _, number = name.partition(":")
            target = TARGETS[kind].objects.filter(pk=number).first()
            yield target, [one for one in news if one.concerns(target)]
