"""Topics, the site's profile, policies and events in the admin."""

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from qa.models import Event, Policy, SiteProfile, Topic, TopicPicture
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner_desk(client, settings):
    settings.STAFF_MFA = False
    owner = factories.member("Olga", is_staff=True, is_superuser=True)
    client.force_login(owner, "allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def editor_desk(client, settings):
    settings.STAFF_MFA = False
    client.force_login(factories.editor(), "allauth.account.auth_backends.AuthenticationBackend")
    return client


def topic_form(topic: Topic, **fields) -> dict:
    data = {
        "title": topic.title,
        "slug": topic.slug,
        "order": 0,
        "is_open": "on",
        "pictures-TOTAL_FORMS": 0,
        "pictures-INITIAL_FORMS": 0,
        "references-TOTAL_FORMS": 0,
        "references-INITIAL_FORMS": 0,
    }
    return data | fields


def picture_fields(file, **fields) -> dict:
    data = {"pictures-TOTAL_FORMS": 1, "pictures-0-name": "calf", "pictures-0-alt": "A calf"}
    return data | {"pictures-0-file": file} | fields


def change(topic) -> str:
    return reverse("admin:qa_topic_change", args=[topic.pk])


def test_topic_takes_a_picture_and_shows_it_in_the_article(editor_desk):
    topic = factories.topic()
    file = SimpleUploadedFile("calf.jpg", factories.picture(), "image/jpeg")
    body = "Before\n\n![](picture:calf)\n\nAfter"

    response = editor_desk.post(change(topic), topic_form(topic, body=body, **picture_fields(file)))

    picture = TopicPicture.objects.get()
    preview = editor_desk.get(reverse("admin:qa_topic_preview", args=[topic.pk])).text
    assert response.status_code == 302
    assert storages["public"].listdir("")[0] == [picture.public_key]
    assert picture.public_key in preview
    assert 'alt="A calf"' in preview
    assert editor_desk.get(change(topic)).status_code == 200


@pytest.mark.parametrize("data", [b"", b"not a picture"])
def test_topic_refuses_what_is_no_picture(editor_desk, data):
    topic = factories.topic()
    file = SimpleUploadedFile("calf.jpg", data, "image/jpeg")

    response = editor_desk.post(change(topic), topic_form(topic, **picture_fields(file)))

    assert response.status_code == 200
    assert "errorlist" in response.text
    assert TopicPicture.objects.count() == 0


def test_topic_picture_is_removed_with_its_files(editor_desk, django_capture_on_commit_callbacks):
    topic = factories.topic()
    file = SimpleUploadedFile("calf.jpg", factories.picture(), "image/jpeg")
    editor_desk.post(change(topic), topic_form(topic, **picture_fields(file)))
    picture = TopicPicture.objects.get()
    removal = {
        "pictures-INITIAL_FORMS": 1,
        "pictures-0-id": picture.pk,
        "pictures-0-topic": topic.pk,
        "pictures-0-DELETE": "on",
    }

    with django_capture_on_commit_callbacks(execute=True):
        editor_desk.post(change(topic), topic_form(topic, **picture_fields("", **removal)))

    assert TopicPicture.objects.count() == 0
    assert storages["public"].listdir("")[0] == []
    assert storages["private"].listdir("")[0] == []


def test_topic_takes_references(editor_desk):
    topic = factories.topic()
    fields = {"references-TOTAL_FORMS": 1, "references-0-title": "A trial", "references-0-order": 0}

    editor_desk.post(change(topic), topic_form(topic, **fields | {"references-0-pmid": "32956536"}))

    assert topic.references.get().link == "https://pubmed.ncbi.nlm.nih.gov/32956536/"


def test_topic_preview_is_for_staff_who_see_topics(client, settings):
    settings.STAFF_MFA = False
    topic = factories.topic()
    address = reverse("admin:qa_topic_preview", args=[topic.pk])
    otto = factories.member("Otto", is_staff=True)

    assert client.get(address).status_code == 302
    client.force_login(otto, "allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(address).status_code == 403


def test_profile_list_leads_to_its_one_row(owner_desk):
    response = owner_desk.get(reverse("admin:qa_siteprofile_changelist"))

    assert response.headers["Location"] == reverse("admin:qa_siteprofile_change", args=[1])
    assert SiteProfile.objects.count() == 1
    assert owner_desk.get("/admin/qa/siteprofile/add/").status_code == 403
    assert owner_desk.post("/admin/qa/siteprofile/1/delete/").status_code == 403


def test_policy_is_added_as_the_next_version_and_never_changed(owner_desk):
    first = factories.guidelines()
    form = {"kind": "guidelines", "body": "Ask two things at a time."}

    begun = owner_desk.get("/admin/qa/policy/add/?kind=guidelines")
    owner_desk.post("/admin/qa/policy/add/", form)
    owner_desk.post(f"/admin/qa/policy/{first.pk}/change/", form)
    owner_desk.post(f"/admin/qa/policy/{first.pk}/delete/", {"post": "yes"})

    assert "Ask one thing at a time.</textarea>" in begun.text
    assert list(Policy.objects.values_list("version", "body")) == [
        (2, "Ask two things at a time."),
        (1, "Ask one thing at a time."),
    ]


def test_events_are_read_by_owners_alone_and_never_changed(owner_desk):
    event = factories.pending().events.get()

    assert owner_desk.get("/admin/qa/event/").status_code == 200
    assert owner_desk.get(f"/admin/qa/event/{event.pk}/change/").status_code == 200
    assert owner_desk.get("/admin/qa/event/add/").status_code == 403
    assert owner_desk.post(f"/admin/qa/event/{event.pk}/change/", {}).status_code == 403
    assert owner_desk.post(f"/admin/qa/event/{event.pk}/delete/").status_code == 403
    assert Event.objects.count() == 1


@pytest.mark.parametrize("model", ["event", "siteprofile", "policy"])
def test_owners_pages_are_not_for_curators(desk, model):
    assert desk.get(f"/admin/qa/{model}/").status_code == 403
