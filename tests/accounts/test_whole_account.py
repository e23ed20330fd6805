"""A member with everything: all of it in the archive, none of it left, and how long both take."""

import io
import json
import time
import zipfile
from pathlib import Path

import pytest

from accounts.erasing import erase
from accounts.exporting import archive
from qa.models import Image, UnsavedEdit
from tests import factories
from tests.markers import Markers, in_database
from tests.newsletter import cast as newsletter

pytestmark = pytest.mark.django_db
BEN = "ben@example.org"
WITHIN = 60  # seconds


class Life:
    """Ben's questions in four states by turns, with words of his and about him everywhere."""

    def __init__(self, questions: int, pictures: int):
        self.mark = Markers(1)
        self.cora = factories.curator()
        self.ben = factories.member("Ben", place=self.mark("place"))
        self.texts = []
        self.questions = [self._question(number, pictures) for number in range(questions)]
        newsletter.subscriber(BEN)

    def _words(self, place: str) -> str:
        self.texts.append(self.mark.words(place))
        return self.texts[-1]

    def _question(self, number: int, pictures: int):
        fields = {"title": self._words("title"), "body": self._words("body")}
        question = factories.draft(email=BEN, name=self.mark("name"), **fields)
        for _ in range(pictures):
            Image(question=question, alt=self.mark("alt")).store(factories.picture(320, 240))
        question.submit()
        question.write(self._words("message"))
        question.follow_ups.get().reply(by=self.cora, text=self._words("reply"))
        UnsavedEdit.objects.create(
            question=question, by=self.cora, revision=0, fields={"answer": self.mark("unsaved")}
        )
        [self._publish, self._decline, self._ask_back, lambda q: None][number % 4](question)
        return question

    def _publish(self, question) -> None:
        words = {"title": question.title, "body": question.body, "answer": self._words("answer")}
        question.edit(by=self.cora, **words)
        question.publish(by=self.cora)
        question.correct(by=self.cora, note=self._words("correction"))

    def _decline(self, question) -> None:
        question.decline(by=self.cora, reason=self.mark.words("reason of declining"))

    def _ask_back(self, question) -> None:
        question.request_changes(by=self.cora, reason=self.mark.words("what is missing"))


def check_export(life: Life, pictures: int) -> float:
    start = time.monotonic()
    file = zipfile.ZipFile(io.BytesIO(archive(life.ben).read()))
    took = time.monotonic() - start
    text = json.loads(file.read("account.json"))
    flat = json.dumps(text, ensure_ascii=False)
    assert [words for words in life.texts if words not in flat] == []
    assert len(text["questions"]) == len(life.questions)
    assert len([name for name in file.namelist() if name.endswith(".jpg")]) == pictures
    assert file.testzip() is None
    return took


def check_erase(life: Life, media: Path, capture) -> float:
    assert set(in_database(life.mark)) == set(life.mark.placed)
    start = time.monotonic()
    with capture(execute=True):
        erase(life.ben, keep_published=False)
    took = time.monotonic() - start
    assert in_database(life.mark) == {}
    assert [path for path in media.rglob("*") if path.is_file()] == []
    return took


def all_of_it(life: Life, pictures: int, settings, capture) -> None:
    exported = check_export(life, pictures)
    erased = check_erase(life, Path(settings.MEDIA_ROOT), capture)
    size = f"{len(life.questions)} questions, {pictures} pictures"
    print(f"{size}: exported in {exported:.2f} s, erased in {erased:.2f} s")
    assert max(exported, erased) < WITHIN


def test_a_member_takes_everything_and_leaves_nothing(settings, django_capture_on_commit_callbacks):
    all_of_it(Life(8, 1), 8, settings, django_capture_on_commit_callbacks)


@pytest.mark.slow
def test_with_50_questions_and_200_pictures(settings, django_capture_on_commit_callbacks):
    all_of_it(Life(50, 4), 200, settings, django_capture_on_commit_callbacks)
