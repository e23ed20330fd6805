"""Sample content for templates/components/gallery.html; nothing of it is stored."""

from datetime import date
from types import SimpleNamespace

from django import forms
from django.contrib.messages import ERROR, SUCCESS
from django.contrib.messages.storage.base import Message
from django.templatetags.static import static
from django.utils.safestring import mark_safe

SECTIONS = (
    "prose picture answers references asks teasers months topics search empty form form-errors "
    "buttons pictures summary-list status messages states"
)
TODAY = date(2026, 5, 5)
PROSE_SHORT = mark_safe(
    "<p>Most cramps at night have no cause that a test can find. "
    "<em>Gentle stretching</em> before bed helps some people.</p>"
)
PROSE = mark_safe(
    "<p>Prose is what an author writes in Markdown. It keeps a measure of 60 to 70 characters, has "
    '<a href="#prose">links</a>, <strong>strong</strong> and <em>emphasised</em> words, a '
    "<mark>search hit</mark> and <code>code</code>.</p>"
    "<h2>A heading</h2><p>A paragraph under it.</p><ul><li>A list item</li><li>Another</li></ul>"
    "<h3>A smaller heading</h3><ol><li>First</li><li>Then</li></ol>"
    "<blockquote><p>What somebody else said.</p></blockquote>"
    "<table><thead><tr><th>Mineral</th><th>Normal range in serum</th></tr></thead><tbody>"
    "<tr><td>Potassium</td><td>3.5–5.0 mmol/l</td></tr>"
    "<tr><td>Magnesium</td><td>0.7–1.0 mmol/l</td></tr></tbody></table>"
)


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(
        label="Your question in one line",
        min_length=10,
        max_length=150,
        help_text="As you would say it to a friend.",
    )
    body = forms.CharField(label="Tell us more", widget=forms.Textarea)
    email = forms.EmailField(label="Your e-mail address", help_text="Never shown to anybody.")
    topic = forms.ChoiceField(
        label="Topic", choices=[("cramps", "Muscle cramps"), ("sleep", "Sleep")], required=False
    )
    image = forms.FileField(
        label="A picture", required=False, help_text="JPEG, PNG, WebP or HEIC, up to 15 MB."
    )
    credit = forms.ChoiceField(
        label="How shall we name you?",
        widget=forms.RadioSelect,
        choices=[("name", "By my first name"), ("none", "Not at all")],
    )
    guidelines = forms.BooleanField(label="I have read the guidelines")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].disclosure = "The answer is sent there, and nothing else is."


def gallery_context() -> dict:
    """Samples for every component, under the names that the components take."""
    image = SimpleNamespace(
        src=static("img/sample.svg"),
        srcset_webp="",
        srcset_jpeg="",
        alt="Hills and a sun",
        width=1200,
        height=800,
    )
    return {
        "breadcrumbs": [
            {"label": "Home", "url": "/"},
            {"label": "Administration", "url": "/admin/"},
        ],
        "toc": [
            {"id": name, "label": name.replace("-", " ").capitalize()} for name in SECTIONS.split()
        ],
        "today": TODAY,
        "prose": PROSE,
        "prose_short": PROSE_SHORT,
        "image": image,
        "images": [image, image],
        "references": _references(),
        "teasers": _teasers(),
        "months": ["May 2026", "April 2026"],
        "topics": [
            {
                "title": "Causes of muscle cramps",
                "url": "#topics",
                "summary": "Why muscles seize, and when it matters.",
                "count": 13,
            },
            {"title": "Sleep", "url": "#topics", "summary": "", "count": 1},
        ],
        "form": SampleForm(prefix="plain"),
        "form_with_errors": SampleForm(
            {"wrong-title": "Cramps", "wrong-email": "ada@"}, prefix="wrong"
        ),
        **_private(),
    }


def _private() -> dict:
    """What only pages about one question, or one person, show."""
    return {
        "rows": [
            {
                "term": "Question",
                "value": "Why do my calves cramp at night?",
                "change_url": "#summary-list",
            },
            {
                "term": "E-mail",
                "value": "ada@example.org",
                "change_url": "#summary-list",
                "change_label": "your e-mail address",
            },
            {"term": "Topic", "value": "Causes of muscle cramps"},
        ],
        "steps": [
            {"title": "Question received", "date": None, "text": "5 May, 10:12", "state": "done"},
            {"title": "A curator reads it", "text": "Usually within 7 days.", "state": "current"},
            {"title": "You get the answer by e-mail", "state": ""},
        ],
        "sample_messages": [
            Message(SUCCESS, "Your changes are saved."),
            Message(ERROR, "The question was already sent."),
        ],
        "states": ["pending", "needs_changes", "answered", "published", "declined"],
    }


def _references() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            heading="Magnesium",
            title="Magnesium for skeletal muscle cramps",
            source="Cochrane Database of Systematic Reviews, 2020",
            link="https://doi.org/10.1002/14651858.CD009402.pub3",
            doi="10.1002/14651858.CD009402.pub3",
            pmid="",
            note="It is unlikely that magnesium helps older adults with cramps.",
        ),
        SimpleNamespace(
            heading="Drugs",
            title="A study without an address",
            source="",
            link="",
            doi="",
            pmid="",
            note="",
        ),
    ]


def _teasers() -> list[dict]:
    text = "I wake two or three times a week with a cramp in the left calf. Should I take"
    return [
        {
            "title": "Why do my calves cramp at night?",
            "url": "#teasers",
            "text": text + " …",
            "name": "Ada, Ghent",
            "date": TODAY,
            "pictures": 2,
        },
        {
            "title": "Can a water tablet cause cramps?",
            "url": "#teasers",
            "text": mark_safe("My doctor gave me <mark>water tablets</mark> in March."),
            "topic": "Causes of muscle cramps",
            "date": TODAY,
        },
    ]
