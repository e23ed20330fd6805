from datetime import timedelta

import pytest
from django.utils import timezone

from qa.models import Answer, Image, Question, Reference
from tests import factories
from tests.qa.archive import pages


@pytest.fixture
def question(cora):
    question = factories.pending(
        title="Does salt stop cramps?", body="I sweat a lot.\n\nIs it <salt>?"
    )
    picture = Image(question=question, alt="A calf with a mark")
    picture.store(factories.picture())
    question.edit(by=cora, title=question.title, body=question.body, answer="Probably *not*.")
    answer = question.answers.get()
    Reference.objects.create(answer=answer, title="A trial", pmid="123", note="Sixty people.")
    question.publish(by=cora)
    return question


def reader_answer(question, **fields) -> Answer:
    return question.answers.create(kind=Answer.Kind.READER, **fields)


def gone(client, pk) -> None:
    """The answer for this number is that for a number which was never used, to the byte."""
    found, random = client.get(f"/questions/{pk}/x/"), client.get("/questions/987654321/x/")
    assert found.status_code == random.status_code == 404
    assert found.content == random.content
    assert found.headers == random.headers


def test_question_page_shows_question_and_answer(client, question):
    text = pages.html(client.get(question.get_absolute_url()))
    assert "<h1>Does salt stop cramps?</h1>" in text
    assert "<p>I sweat a lot.</p>\n<p>Is it &lt;salt&gt;?</p>" in text
    assert "<p>Probably <em>not</em>.</p>" in text
    person = f"/people/{question.official_answer.author_id}/"
    name = f'<span class="byline__name"><a href="{person}">Cora</a></span>'
    assert f"{name}, MSc, pharmacist" in text
    assert '<span class="byline__name">Ada</span>, Leeds' in text


def test_question_page_shows_published_and_reviewed_dates(client, question):
    text = pages.html(client.get(question.get_absolute_url()))
    day = question.published_at.date().isoformat()
    assert text.count(f'<time datetime="{day}">') >= 3
    assert "Reviewed <time" in text
    due = question.answers.get().review_due_at
    assert f'Next review due <time datetime="{due.isoformat()}">{due:%B %Y}</time>' in text


def test_review_that_is_overdue_is_not_announced(client, question):
    due = timezone.localdate() - timedelta(days=1)
    question.answers.update(review_due_at=due)
    text = pages.html(client.get(question.get_absolute_url()))
    assert f'Review was due <time datetime="{due.isoformat()}">{due:%B %Y}</time>' in text
    assert "Next review due" not in text


def test_question_page_shows_pictures_with_their_description(client, question):
    text = pages.html(client.get(question.get_absolute_url()))
    image = question.images.get()
    assert f'src="/media/{image.public_key}/640.jpg"' in text
    assert 'alt="A calf with a mark"' in text
    assert '<span aria-hidden="true">A calf with a mark</span></figcaption>' in text
    largest = f'<a class="picture__link" href="/media/{image.public_key}/640.jpg">'
    assert f'{largest}<span class="visually-hidden">Enlarge: </span>' in text


def test_question_page_numbers_several_pictures(client, cora):
    question = factories.pending(title="Which of these two is it?")
    for order, alt in enumerate(["A calf", ""]):
        Image(question=question, alt=alt, order=order).store(factories.picture(2000, 1500))
    question.edit(by=cora, title=question.title, body=question.body, answer="The first.")
    question.publish(by=cora)
    text = pages.html(client.get(question.get_absolute_url()))
    assert (text.count('alt="A calf"'), text.count('alt="Picture 2"')) == (1, 1)
    hidden = '<span aria-hidden="true">A calf</span></figcaption>'
    assert f'aria-hidden="true">Picture 1.</span> {hidden}' in text
    for image in question.images.all():
        assert f'<a class="picture__link" href="{image.public_links.largest}">' in text
        assert client.get(image.public_links.largest).status_code == 200


def test_question_page_never_shares_a_reader_photograph(client, question):
    assert "og:image" not in pages.html(client.get(question.get_absolute_url()))


def test_question_page_leaves_out_pictures_that_are_not_published(client, cora):
    question = factories.pending(title="One picture stays private")
    Image(question=question, alt="secret-alt", publish=False).store(factories.picture())
    question.edit(by=cora, title=question.title, body=question.body, answer="Yes.")
    question.publish(by=cora)
    text = pages.html(client.get(question.get_absolute_url()))
    assert "secret-alt" not in text
    assert "<figure" not in text


def test_question_page_lists_its_sources(client, question):
    text = pages.html(client.get(question.get_absolute_url()))
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/123/"' in text
    assert "Sixty people." in text


def test_question_without_name_is_asked_by_a_reader(client, db):
    question = factories.published(name="", location="Leeds")
    text = pages.html(client.get(question.get_absolute_url()))
    assert '<span class="byline__name">a reader</span>, Leeds' in text


def test_question_page_offers_related_and_asking(client, question):
    other = factories.published(title="Does salt stop night cramps as well?")
    text = pages.html(client.get(question.get_absolute_url()))
    assert f'<a href="{other.get_absolute_url()}">{other.title}</a>' in text
    assert f'action="/topics/{question.topic.slug}/ask/"' in text


def test_related_questions_have_each_title_once_and_not_the_pages_own(client, question):
    first, *others = [
        factories.published(title=title)
        for title in ("Does salt stop night cramps?", "Does salt stop night cramps?")
    ]
    own = factories.published(title=question.title.upper())
    text = pages.html(client.get(question.get_absolute_url())).partition('id="related"')[2]
    shown = [row.pk for row in (first, *others) if row.get_absolute_url() in text]
    assert len(shown) == 1
    assert own.get_absolute_url() not in text


def test_wrong_slug_redirects_for_good(client, question):
    for path in (f"/questions/{question.pk}/other/", f"/questions/{question.pk}/"):
        response = client.get(path)
        assert response.status_code == 301
        assert response.headers["Location"] == question.get_absolute_url()
        assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_merged_question_redirects_to_its_target(client, question, cora):
    first, second = factories.pending(), factories.pending()
    first.merge_into(second, by=cora)
    second.merge_into(question, by=cora)
    for merged in (first, second):
        response = client.get(f"/questions/{merged.pk}/x/")
        assert response.status_code == 301
        assert response.headers["Location"] == question.get_absolute_url()


def test_question_merged_into_an_unpublished_one_is_not_found(client, cora):
    target, merged = factories.pending(), factories.pending()
    merged.merge_into(target, by=cora)
    gone(client, merged.pk)


@pytest.mark.parametrize(
    "verb", ["answer_privately", "decline", "mark_spam", "request_changes", "nothing"]
)
def test_unpublished_question_is_as_if_it_never_was(client, cora, verb):
    question = factories.pending()
    question.edit(by=cora, title=question.title, body=question.body, answer="Ready.")
    if verb != "nothing":
        extra = {"reason": "Why?"} if verb == "request_changes" else {}
        getattr(question, verb)(by=cora, **extra)
    gone(client, question.pk)


def test_unpublished_again_is_gone_with_its_pictures(client, question, cora):
    image = question.images.get().public_links.src
    question.unpublish(by=cora)
    gone(client, question.pk)
    assert question.images.get().public_key is None
    assert image


def test_draft_withdrawn_and_erased_are_as_if_they_never_were(client, db):
    draft, withdrawn, erased = factories.draft(), factories.pending(), factories.pending()
    withdrawn.withdraw()
    erased.erase()
    for row in (draft, withdrawn, erased):
        gone(client, row.pk)


def test_numbers_that_no_database_holds_are_not_found(client, db):
    for number in ("0", "9223372036854775807", "9223372036854775808", "9" * 40):
        assert client.get(f"/questions/{number}/x/").status_code == 404


def test_reader_answers_stand_below_the_official_one(client, question, ben, cora):
    factories.topic().__class__.objects.update(accepts_reader_answers=True)
    reader_answer(question, author=ben, body="## Answer\n\nIt *helped* me.").publish(by=cora)
    reader_answer(question, author=ben, body="waiting-words")
    reader_answer(question, author=ben, body="declined-words").decline(by=cora)
    text = pages.html(client.get(question.get_absolute_url()))
    assert text.index("Probably <em>not</em>") < text.index("It <em>helped</em> me.")
    assert "A reader's answer" in text
    assert "<h4>Answer</h4>" in text
    assert "waiting-words" not in text
    assert "declined-words" not in text
    assert f'href="/questions/{question.pk}/answer/"' in text


def test_closed_topic_has_no_way_to_answer(client, question):
    assert f"/questions/{question.pk}/answer/" not in pages.html(
        client.get(question.get_absolute_url())
    )


def test_number_is_written_in_one_way(client, question):
    response = client.get(
        question.get_absolute_url().replace(f"/{question.pk}/", f"/0{question.pk}/")
    )
    assert (response.status_code, response["Location"]) == (301, question.get_absolute_url())


def test_title_that_is_an_address_of_its_own_is_not_the_slug(client, db):
    question = factories.published(title="Answer!!!!")
    assert question.slug == "question"
    assert client.get(question.get_absolute_url()).status_code == 200


def test_question_in_another_script_has_a_page(client, db):
    question = factories.published(
        title="夜中に足がつるのはなぜですか", body="毎週二回起こります。助けてください。本当に。"
    )
    response = client.get(question.get_absolute_url())
    assert "<h1>夜中に足がつるのはなぜですか</h1>" in pages.html(response)


def test_answer_of_a_deleted_account_is_the_curators(client, question, cora):
    from qa.models import SiteProfile

    SiteProfile.objects.update_or_create(pk=1, defaults={"curator_name": "The house"})
    Answer.objects.update(author=None)
    assert "The house" in pages.html(client.get(question.get_absolute_url()))
    assert Question.objects.count() == 1


def test_no_question_is_invited_that_would_be_refused(client, db):
    question = factories.published()
    path, ask = question.get_absolute_url(), f"/topics/{question.topic.slug}/ask/"
    assert f'action="{ask}"' in client.get(path).text
    type(question.topic).objects.update(daily_limit=0)
    assert f'action="{ask}"' not in client.get(path).text
