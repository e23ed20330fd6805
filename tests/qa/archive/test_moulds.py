"""A cast page says what its template says, and what the database says now."""

from django.utils.safestring import mark_safe

from qa.archive import moulds
from qa.models import Answer, Question, SiteProfile, Topic
from tests import factories


def test_texts_are_escaped_unless_they_are_safe():
    own = {"text": "1 < 2", "title": mark_safe("<b>Note</b>")}
    made = moulds.cast("components/notice.html", {}, own)
    assert made.strip() == (
        '<p class="notice" role="note"><strong><b>Note</b></strong> 1 &lt; 2</p>'
    )


def test_what_is_empty_is_left_out():
    own = {"text": "Closed.", "title": ""}
    made = moulds.cast("components/notice.html", {}, own)
    assert made.strip() == '<p class="notice" role="note">Closed.</p>'


def test_no_text_is_taken_for_a_place():
    own = {"text": str(moulds._mark("title")), "title": "Note"}
    made = moulds.cast("components/notice.html", {}, own)
    assert made.count("Note") == 1


def test_indentation_is_left_out_where_it_does_not_show():
    assert moulds._dense("<ul>\n  \n  <li>a  b\n</ul>\n") == "<ul>\n<li>a  b\n</ul>\n"
    code = "<p>\n  x</p><PRE>\n  y</PRE>"
    assert moulds._dense(code) == code


def test_what_pages_share_may_change():
    for title in ("One", "Other"):
        made = moulds.cast("components/notice.html", {"title": title}, {"text": "Closed."})
        assert f"<strong>{title}</strong>" in made


def test_rows_are_the_same_by_what_they_show():
    topic = Topic(pk=1, title="Cramps", slug="cramps")
    before = moulds.frozen(topic, ("slug", "title"))
    topic.title = "Sleep"
    assert before == moulds.frozen(Topic(title="Cramps", slug="cramps"), ("slug", "title"))
    assert before != moulds.frozen(topic, ("slug", "title"))
    assert moulds.frozen(None, ("slug",)) is None


def test_question_page_shows_every_change_at_once(client, cora):
    question = factories.published()
    url, topic = question.get_absolute_url(), Topic.objects.filter(pk=question.topic_id)
    changes = [
        (SiteProfile.objects.filter(pk=1), "name", "Another name"),
        (SiteProfile.objects.filter(pk=1), "disclaimer", "Another note"),
        (topic, "title", "Another topic"),
        (topic, "invitation", "Another question?"),
        (Question.objects.filter(pk=question.pk), "title", "Another & title"),
        (Question.objects.filter(pk=question.pk), "body", "Another body"),
        (Question.objects.filter(pk=question.pk), "location", "Another place"),
        (Answer.objects.filter(question=question), "body", "Another answer"),
        (type(cora).objects.filter(pk=cora.pk), "display_name", "Another curator"),
        (type(cora).objects.filter(pk=cora.pk), "credentials", "Another degree"),
    ]
    SiteProfile.objects.get_or_create(pk=1)
    Answer.objects.filter(question=question).update(author=cora)
    for rows, name, text in changes:
        assert text not in client.get(url).content.decode()
        assert rows.update(**{name: text}) == 1
        assert text.replace("&", "&amp;") in client.get(url).content.decode()


def test_topic_page_shows_every_change_at_once(client, cora):
    question = factories.published()
    topic = Topic.objects.filter(pk=question.topic_id)
    changes = {
        "title": "Another topic",
        "summary": "Another sum",
        "body": "## Another article",
        "invitation": "Another question?",
    }
    for name, text in changes.items():
        assert text not in client.get(question.topic.get_absolute_url()).content.decode()
        topic.update(**{name: text})
        assert (
            text.removeprefix("## ")
            in client.get(question.topic.get_absolute_url()).content.decode()
        )
    topic.update(is_open=False, paused_note="Another pause")
    assert "Another pause" in client.get(question.topic.get_absolute_url()).content.decode()
