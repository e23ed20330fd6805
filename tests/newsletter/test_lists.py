"""The story of one address, the growth of the list, and the list as a CSV file."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.exporting import subscription
from newsletter import lists
from newsletter.growth import growth
from newsletter.models import Consent, Subscriber
from tests import factories
from tests.newsletter import cast
from tests.newsletter.test_admin import owner  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
PATH = "/admin/newsletter/subscriber/"
HEAD = "email,confirmed_at,text,page\n"


def upload(client, text):
    data = text if isinstance(text, bytes) else (HEAD + text).encode()
    return client.post(f"{PATH}import/", {"file": SimpleUploadedFile("list.csv", data)})


# --- The story ------------------------------------------------------------------------------


def test_the_story_is_told_before_and_after_erasing(desk, cora):
    ada = cast.subscriber(page="/topics/vitamin-d/ask/")
    cast.issue().send(by=cora)

    told = desk.get(f"{PATH}{ada.pk}/story/").text
    for words in ["/topics/vitamin-d/ask/", Consent.TEXT, "Confirmed on", "1 letter, the last on"]:
        assert words in told
    assert "The first letter" in told
    assert "Left on" not in told

    ada.unsubscribe()
    assert "Left on" in desk.post(f"{PATH}story/", {"email": "ADA@example.org"}).text

    ada.erase()
    told = desk.post(f"{PATH}story/", {"email": "ada@example.org"}).text
    for words in ["Confirmed on", "1 letter, the last on", "Left on", "Erased on"]:
        assert words in told
    assert "The first letter" not in told


def test_the_story_is_in_what_a_member_takes_along(cora):
    ada = cast.subscriber(page="/topics/vitamin-d/ask/")
    cast.issue().send(by=cora)
    ada.unsubscribe()

    (told,) = subscription(ada)["consents"]

    assert (told["page"], told["text"], told["text_version"], told["letters"]) == (
        "/topics/vitamin-d/ask/", Consent.TEXT, Consent.VERSION, 1,
    )  # fmt: skip
    times = [told[name] for name in ("asked_at", "confirmed_at", "last_letter_at", "withdrawn_at")]
    assert times == sorted(times)


def test_who_never_asked_has_no_story(desk):
    assert "There is no story" in desk.post(f"{PATH}story/", {"email": "otto@example.org"}).text
    assert desk.post(f"{PATH}story/", {"email": ""}).status_code == 422


def test_the_story_is_for_those_who_may_see_subscribers(client, settings):
    settings.STAFF_MFA = False
    reader = factories.member("Otto", is_staff=True)
    client.force_login(reader, "allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"{PATH}story/").status_code == 403


# --- Growth ---------------------------------------------------------------------------------


def test_growth_counts_who_stood_at_the_end_of_each_month(desk):
    for name in "abc":
        cast.subscriber(f"{name}@example.org")
    Subscriber.objects.with_email("c@example.org").unsubscribe()
    old = Consent.objects.get(email="a@example.org")
    long_ago = timezone.now() - timezone.timedelta(days=62)
    Consent.objects.filter(pk=old.pk).update(asked_at=long_ago, confirmed_at=long_ago)

    counts = [point["count"] for point in growth()]

    assert len(counts) == 12
    assert counts[-1] == 2
    assert counts[-2] == 1
    assert counts[0] == 0
    assert '<progress max="2" value="2"' in desk.get(PATH).text


# --- Out and in -----------------------------------------------------------------------------


def test_the_list_goes_out_and_comes_in_again(owner):  # noqa: F811
    cast.subscriber("ada@example.org")
    cast.asked("pending@example.org")
    cast.subscriber("left@example.org").unsubscribe()

    answer = owner.get(f"{PATH}export/")
    data = b"".join(answer.streaming_content)

    (row,) = csv.DictReader(io.StringIO(data.decode()))
    assert (row["email"], row["text"], row["page"]) == (
        "ada@example.org", Consent.TEXT, "/newsletter/",
    )  # fmt: skip
    assert "attachment" in answer["Content-Disposition"]
    Subscriber.objects.all().delete()
    Consent.objects.all().delete()
    assert "1 subscribed" in upload(owner, data).text
    assert Subscriber.objects.get().confirmed_at.isoformat() == row["confirmed_at"]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=cmd|' /C calc'!A0"]
)
def test_no_cell_is_a_formula_and_none_is_changed_by_the_way(cell):
    assert lists.safe(cell) == f"'{cell}"
    assert lists.unsafe(lists.safe(cell)) == cell
    assert lists.safe("plain") == lists.unsafe("plain") == "plain"


def test_an_address_that_is_a_formula_goes_out_harmless(owner):  # noqa: F811
    cast.subscriber("=cmd@example.org")
    assert b"'=cmd@example.org" in b"".join(owner.get(f"{PATH}export/").streaming_content)


def test_each_row_brings_its_evidence(owner):  # noqa: F811
    upload(owner, "ada@example.org,2025-03-01T12:00,Yes please,the old site\n")

    ada, consent = Subscriber.objects.get(), Consent.objects.get()
    assert ada.is_confirmed
    assert (consent.text, consent.page, consent.text_version) == (
        "Yes please", "import: the old site", 0,
    )  # fmt: skip
    assert f"{consent.confirmed_at:%Y-%m-%d}" == "2025-03-01"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("nonsense,2025-03-01T12:00,Yes,here", "Line 2: this is not one e-mail address."),
        ("a@example.org,,Yes,here", "Line 2: confirmed_at must be a day and time"),
        ("a@example.org,2025-99-01T12:00,Yes,here", "Line 2: confirmed_at must be a day and time"),
        ("a@example.org,2999-03-01T12:00,Yes,here", "Line 2: confirmed_at is in the future."),
        ("a@example.org,2025-03-01T12:00,,here", "Line 2: the words agreed to"),
        ("a@example.org,2025-03-01T12:00,Yes", "Line 2: the words agreed to"),
        ('"a@example.org\nBcc: b@example.org",2025-03-01T12:00,Yes,here', "Line 2: this is not"),
    ],
)
def test_a_row_without_evidence_is_refused_by_its_number(owner, row, said):  # noqa: F811
    assert said in upload(owner, row + "\n").text
    assert Subscriber.objects.count() == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "empty"), (b"\xff\xfe\x00", "not a CSV file in UTF-8"), (b"email\na@example.org\n",
     "must name the columns"), (HEAD.encode(), "no rows")],
)  # fmt: skip
def test_a_file_of_another_kind_is_refused(owner, data, said):  # noqa: F811
    answer = upload(owner, data)
    assert answer.status_code == 422
    assert said in answer.text


def test_who_left_or_was_erased_is_not_brought_back(owner):  # noqa: F811
    cast.subscriber("left@example.org").unsubscribe()
    cast.subscriber("erased@example.org").erase()
    cast.subscriber("known@example.org")
    names = ["left", "Erased", "known", "new"]
    lines = "".join(f"{name}@example.org,2025-03-01T12:00,Yes,here\n" for name in names)

    page = upload(owner, lines).text

    for words in ["2 left before", "1 known", "1 subscribed"]:
        assert words in page
    confirmed = Subscriber.objects.confirmed().values_list("email", flat=True)
    assert set(confirmed) == {"known@example.org", "new@example.org"}


def test_lists_are_the_owners_business(desk):
    assert desk.get(f"{PATH}export/").status_code == 403
    assert desk.get(f"{PATH}import/").status_code == 403
    assert "Bring a list" not in desk.get(PATH).text
