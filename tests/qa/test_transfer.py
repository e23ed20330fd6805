"""Archives in and out: everything that is right goes in once, the rest is named."""

import gzip
import io
import json
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection
from PIL import Image as Pillow

from accounts.models import User
from outbox.models import Message
from qa import search
from qa.models import Answer, Image, OldAddress, Question, Reference, Topic
from qa.search import lexical
from qa.transfer import importing
from tests import factories

pytestmark = pytest.mark.django_db
LINE = {
    "topic": "causes-of-muscle-cramps",
    "title": "Does salt stop cramps?",
    "body": "I sweat a lot at work.",
    "answer": "Rarely, *it seems*.",
    "name": "Ada",
    "location": "Leeds",
    "author": "Cora",
    "asked_at": "2020-01-02T03:04:05Z",
    "answered_at": "2020-01-03T10:00:00+02:00",
    "references": [{"title": "A trial", "url": "https://example.org/x", "note": "Small."}],
    "external_id": "old-1",
}


@pytest.fixture
def topic(db) -> Topic:
    return factories.topic()


def written(tmp_path, *lines, name="archive.jsonl"):
    """A file of these lines; a dict becomes JSON."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path = tmp_path / name
    data = "\n".join(texts).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def imported(path, **options) -> tuple[str, str]:
    """What the command says, and what it complains about."""
    out, err = io.StringIO(), io.StringIO()
    call_command("import_questions", path, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def numbered(count: int) -> list[dict]:
    return [LINE | {"title": f"Question {n}?", "external_id": f"n-{n}"} for n in range(count)]


def test_import_takes_every_field(topic, cora, tmp_path):
    imported(written(tmp_path, LINE))
    question = Question.objects.get()
    assert (question.topic, question.status) == (topic, "published")
    assert (question.title, question.body) == (LINE["title"], LINE["body"])
    assert (question.asked_title, question.asked_body) == (LINE["title"], LINE["body"])
    assert (question.name, question.location, question.email) == ("Ada", "Leeds", "")
    assert question.submitted_at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert question.published_at == question.changed_at == datetime(2020, 1, 3, 8, tzinfo=UTC)
    answer = question.answers.get()
    assert (answer.kind, answer.author, answer.body) == ("official", cora, LINE["answer"])
    assert answer.reviewed_at.isoformat() == "2020-01-03"
    assert list(answer.references.values("title", "url", "note")) == LINE["references"]


def test_imported_question_is_read_found_and_fed(topic, client, tmp_path):
    imported(written(tmp_path, LINE))
    question = Question.objects.get()
    assert client.get(question.get_absolute_url()).status_code == 200
    assert [hit.id for hit in search.search("salt seems")[0]] == [question.pk]
    assert LINE["title"] in client.get("/feed/").content.decode()


def test_import_writes_history_and_no_mail(topic, tmp_path):
    imported(written(tmp_path, LINE))
    event = Question.objects.get().events.get()
    assert (event.verb, event.role, event.to_status) == ("import", "site", "published")
    assert not Message.objects.exists()


def test_import_needs_only_four_fields(topic, tmp_path):
    imported(written(tmp_path, {name: LINE[name] for name in ("topic", "title", "body", "answer")}))
    question = Question.objects.get()
    assert (question.name, question.answers.get().author) == ("", None)


def test_import_twice_doubles_nothing(topic, tmp_path):
    bare = {name: LINE[name] for name in ("topic", "title", "body", "answer")}
    path = written(tmp_path, LINE, LINE, bare, bare)
    imported(path)
    out, _ = imported(path)
    assert Question.objects.count() == 2
    assert "Imported 0 questions" in out
    assert "4 were here already" in out


@pytest.mark.parametrize("number", ["9" * 100, "²", "١"])
def test_import_takes_a_name_that_only_looks_like_an_own_one(topic, tmp_path, number):
    name = f"{settings.BASE_URL}/questions/{number}"

    imported(written(tmp_path, LINE | {"external_id": name}))

    assert Question.objects.get().external_id == name


def test_import_goes_on_where_it_stopped(topic, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    path = written(tmp_path, *numbered(5))
    take = importing.Importer._take
    calls = []

    def stopped(self, batch):
        calls.append(batch)
        if len(calls) == 2:
            raise KeyboardInterrupt
        take(self, batch)

    monkeypatch.setattr(importing.Importer, "_take", stopped)
    with pytest.raises(KeyboardInterrupt):
        imported(path)
    assert Question.objects.count() == 2
    monkeypatch.setattr(importing.Importer, "_take", take)
    assert "Imported 3 questions" in imported(path)[0]
    assert Question.objects.count() == Answer.objects.count() == 5


def test_import_reads_packed_files(topic, tmp_path):
    imported(written(tmp_path, *numbered(3), name="archive.jsonl.gz"))
    assert Question.objects.count() == 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": None}, "title is missing"),
        ({"answer": "   "}, "answer is missing"),
        ({"body": 5}, "body is not text"),
        ({"title": "x" * 151}, "title has more than 150 characters"),
        ({"body": "x" * 10_001}, "body has more than 10,000 characters"),
        ({"name": "a\x00b"}, "name has characters that are none"),
        ({"name": "\ud800"}, "name has characters that are none"),
        ({"topic": "no-such"}, "there is no topic “no-such”"),
        ({"topic": "!!!"}, "topic has no letters"),
        ({"asked_at": "yesterday"}, "asked_at is not a time such as 2026-03-04T10:00:00Z"),
        ({"asked_at": "2021-01-01"}, "answered_at is before asked_at"),
        ({"answered_at": "9999-12-31T23:59:59-14:00"}, "answered_at is not a time such as"),
        ({"answered_at": "2999-01-01"}, "answered_at is in the future"),
        ({"old_url": "q/1"}, "old_url is not a web address or a path that begins with /"),
        ({"old_url": "ftp://old.example/q/1"}, "old_url is not a web address"),
        ({"old_url": "https://old.example/"}, "old_url is a front page"),
        ({"old_url": "/" + "ü" * 200}, "old_url has more than 500 characters"),
        ({"image_alts": "x"}, "image_alts is not a list of texts"),
        ({"references": "x"}, "references is not a list of objects"),
        ({"references": [{"url": "https://example.org"}]}, "a reference has no title"),
        (
            {"references": [{"title": "x", "url": "javascript:alert(1)"}]},
            "javascript:alert(1) is not a web address",
        ),
    ],
)
def test_bad_line_is_named_and_the_rest_goes_in(topic, tmp_path, change, reason):
    good = LINE | {"external_id": "good"}
    out, err = imported(written(tmp_path, LINE | change, "", good))
    assert err.startswith(f"Line 1: {reason}")
    assert "1 lines were refused" in out
    assert Question.objects.get().external_id == "good"


@pytest.mark.parametrize("line", ["{", "[]", "5", "null", '"x"', "[" * 100_000])
def test_line_that_is_no_object_is_named(topic, tmp_path, line):
    _, err = imported(written(tmp_path, line, LINE))
    assert err.startswith("Line 1: it is not")
    assert Question.objects.count() == 1


def test_line_in_another_encoding_is_named(topic, tmp_path):
    path = written(tmp_path, LINE)
    path.write_bytes(b'{"title": "\xff\xfe"}\n' + path.read_bytes())
    assert imported(path)[1] == "Line 1: it is not JSON.\n"


def test_check_changes_nothing(topic, tmp_path):
    out, err = imported(written(tmp_path, LINE, LINE | {"title": ""}), check=True)
    assert "Could import 1 questions" in out
    assert "Nothing was changed." in out
    assert err == "Line 2: title is missing.\n"
    assert not Question.objects.exists()


def test_check_makes_no_topics_and_no_authors(db, tmp_path):
    imported(written(tmp_path, LINE), check=True, create_topics=True)
    assert not Topic.objects.exists()
    assert not User.objects.exists()


def test_topics_are_made_when_asked_for(db, tmp_path):
    lines = [row | {"topic": "high blood pressure"} for row in numbered(3)]
    imported(written(tmp_path, *lines), create_topics=True)
    topic = Topic.objects.get()
    assert (topic.slug, topic.title) == ("high-blood-pressure", "High blood pressure")
    assert topic.questions.count() == topic.answered_count == 3


def test_author_from_elsewhere_is_named_but_cannot_sign_in(topic, tmp_path, client):
    imported(written(tmp_path, *[row | {"author": "Dr Noor"} for row in numbered(2)]))
    author = User.objects.get()
    assert (author.display_name, author.is_active, author.is_staff) == ("Dr Noor", False, False)
    assert not author.has_usable_password()
    assert "Dr Noor" in client.get(Question.objects.first().get_absolute_url()).content.decode()


def test_member_of_the_same_name_is_not_the_author(topic, ben, tmp_path):
    imported(written(tmp_path, LINE | {"author": "Ben"}))
    assert Answer.objects.get().author != ben


def test_old_url_leads_to_the_question_for_ever(topic, client, tmp_path):
    imported(written(tmp_path, LINE | {"old_url": "https://old.example/q/1?x=é#top"}))
    response = client.get("/q/1?x=%C3%A9")
    assert response.status_code == 301
    assert response.headers["Location"] == Question.objects.get().get_absolute_url()


def test_old_url_of_two_questions_is_refused_the_second_time(topic, tmp_path):
    rows = [row | {"old_url": f"/q/{n // 2}"} for n, row in enumerate(numbered(4))]
    _, err = imported(written(tmp_path, *rows[:3]))
    assert err == "Line 2: another question has the old_url /q/0.\n"
    _, err = imported(written(tmp_path, *rows))
    assert err == (
        "Line 2: another question has the old_url /q/0.\n"
        "Line 4: another question has the old_url /q/1.\n"
    )
    assert Question.objects.count() == OldAddress.objects.count() == 2


@pytest.fixture
def pictured(tmp_path):
    """An archive with two pictures, whose file has a place in its metadata."""
    (tmp_path / "pictures").mkdir()
    place = Pillow.Exif()
    place[0x010E] = "SECRET place"
    (tmp_path / "pictures/calf.jpg").write_bytes(factories.picture(exif=place))
    (tmp_path / "pictures/toe.png").write_bytes(factories.picture(300, 900, format="PNG"))
    more = {"images": ["pictures/calf.jpg", "pictures/toe.png"], "image_alts": ["My calf"]}
    return written(tmp_path, LINE | more)


def test_pictures_are_re_encoded_and_published(topic, client, pictured):
    imported(pictured)
    question = Question.objects.get()
    calf, toe = question.images.all()
    assert [(image.alt, image.width, image.height) for image in (calf, toe)] == [
        ("My calf", 640, 480),
        ("", 300, 900),
    ]
    assert b"SECRET" not in calf.master()
    page = client.get(question.get_absolute_url()).content.decode()
    assert calf.public_links.src in page
    file = client.get(calf.public_links.src)
    assert file.status_code == 200
    assert b"SECRET" not in file.content


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        (["missing.jpg"], "the picture missing.jpg cannot be read"),
        (["../secret.jpg"], "the picture ../secret.jpg is not in the folder of this file"),
        (["/etc/hostname"], "the picture /etc/hostname is not in the folder of this file"),
        ([""], "the picture  is not in the folder of this file"),
        (["calf.jpg", "words.txt"], "the picture words.txt was refused: This is a text file"),
        ("calf.jpg", "images is not a list of texts"),
        ([5], "images is not a list of texts"),
        (["calf.jpg"] * 5, "images has more than 4 paths"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_line_with_a_bad_picture_is_refused_and_leaves_nothing(
    topic, tmp_path, paths, reason, check
):
    folder = tmp_path / "archive"
    folder.mkdir()
    (tmp_path / "secret.jpg").write_bytes(factories.picture())
    (folder / "calf.jpg").write_bytes(factories.picture())
    (folder / "words.txt").write_text("No picture at all.")
    _, err = imported(written(folder, LINE | {"images": paths}), check=check)
    assert err.startswith(f"Line 1: {reason}")
    assert not Question.objects.exists()
    private = storages["private"]
    assert not private.exists("") or private.listdir("")[0] == []


def test_check_stores_no_pictures(topic, pictured):
    out, _ = imported(pictured, check=True)
    assert "Could import 1 questions" in out
    assert not Image.objects.exists()


def test_export_takes_published_pictures_along(topic, client, pictured, tmp_path):
    imported(pictured)
    hidden = Image(question=Question.objects.get(), order=3)
    hidden.store(factories.picture())
    call_command("export_questions", tmp_path / "out.jsonl", stdout=io.StringIO())
    card = json.loads((tmp_path / "out.jsonl").read_text())
    number = Question.objects.get().pk
    assert card["images"] == [f"out-images/{number}-1.jpg", f"out-images/{number}-2.jpg"]
    assert card["image_alts"] == ["My calf", ""]
    Question.objects.get().erase()
    Question.objects.update(external_id=None)
    imported(tmp_path / "out.jsonl")
    images = Question.objects.published().get().images.all()
    assert [(image.alt, image.width, image.height) for image in images] == [
        ("My calf", 640, 480),
        ("", 300, 900),
    ]


def test_import_leaves_the_costly_parts_to_the_worker(topic, client, tmp_path):
    imported(written(tmp_path, *numbered(3)))
    page = client.get(Question.objects.first().get_absolute_url()).content.decode()
    assert "Rarely, <em>it seems</em>." in page
    assert Question.prepare_pages() == 3
    assert Answer.objects.first().rendered == "<p>Rarely, <em>it seems</em>.</p>\n"


def segments() -> int:
    """Parts of the index that a search looks into, one by one; PostgreSQL's has a single one."""
    if connection.vendor != "sqlite":
        return 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT segid) FROM qa_search_idx")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_import_leaves_one_index_of_words(tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 1)
    monkeypatch.setattr(lexical, "MERGED_AT_ONCE", 1)
    imported(written(tmp_path, *numbered(3)), create_topics=True)
    assert segments() == 1
    assert search.search("question sweat")[1] == 3


@pytest.mark.parametrize("name", ["missing.jsonl", "broken.jsonl.gz"])
def test_file_that_cannot_be_read_is_a_sentence(db, tmp_path, name):
    if name.startswith("broken"):
        (tmp_path / name).write_bytes(b"not gzip")
    with pytest.raises(CommandError, match="could not be read"):
        imported(tmp_path / name)


def test_export_and_import_are_the_same_archive(topic, cora, tmp_path):
    moved = LINE | {"old_url": "/q/1"}
    path, again = written(tmp_path, moved, *numbered(2)), tmp_path / "out.jsonl.gz"
    imported(path)
    call_command("export_questions", again, stdout=io.StringIO())
    lines = gzip.decompress(again.read_bytes()).splitlines()
    assert [json.loads(line) for line in lines] == [
        row | {"asked_at": "2020-01-02T03:04:05+00:00", "answered_at": "2020-01-03T08:00:00+00:00"}
        for row in (moved, *numbered(2))
    ]


def test_export_to_standard_output_has_no_private_words(db, cora, settings):
    settings.BASE_URL = "https://ask.example.org"
    question = factories.published(email="secret@example.org", title="A public question?")
    Question.objects.update(asked_title="SECRET asked title", asked_body="SECRET asked body")
    factories.pending(title="SECRET pending question")
    Reference.objects.create(answer=question.answers.get(), title="A trial", doi="10.1000/x")
    out = io.StringIO()
    call_command("export_questions", stdout=out)
    card = json.loads(out.getvalue())
    assert card["external_id"] == f"https://ask.example.org/questions/{question.pk}"
    assert card["references"] == [{"title": "A trial", "url": "https://doi.org/10.1000/x"}]
    assert "secret" not in out.getvalue().lower()


def test_export_comes_back_to_its_own_site_without_doubles(cora, tmp_path):
    factories.published()
    path = tmp_path / "out.jsonl"
    call_command("export_questions", path, stdout=io.StringIO())
    assert "1 were here already" in imported(path)[0]
    assert Question.objects.count() == 1
