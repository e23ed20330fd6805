"""Sending the answer page's form as a browser would, and reading rows to compare."""

from django.urls import reverse

from qa.models import Question


def url(question, act: str = "change") -> str:
    return reverse(f"admin:qa_question_{act}", args=[question.pk])


def sent(question, **fields) -> dict:
    """What the loaded page would send back, with `fields` typed over."""
    question.refresh_from_db()
    answer = question.official_answer
    data = {
        "revision": question.revision,
        "title": question.title,
        "body": question.body,
        "answer": answer.body if answer else "",
        "note": "",
        "reason": "",
        "target": "",
    }
    for image in question.images.all():
        data |= {f"picture-{image.pk}-shown": "1", f"picture-{image.pk}-alt": image.alt}
        data |= {f"picture-{image.pk}-publish": "on"} if image.publish else {}
    return data | fields


def post(client, question, act: str, **fields):
    return client.post(url(question, act), sent(question, **fields))


def rows(text: dict | None = None, *references: dict) -> dict:
    """The reference rows of the form, as fields."""
    data = {"references-TOTAL_FORMS": len(references), "references-INITIAL_FORMS": 0}
    for number, reference in enumerate(references):
        data |= {f"references-{number}-{name}": value for name, value in reference.items()}
    return data | (text or {})


def row(question: Question) -> dict:
    """Every column but those that any change moves on, of this question or of one like it."""
    values = Question.objects.filter(pk=question.pk).values().get()
    moving = {"revision", "updated_at", "closest"}
    return {name: values[name] for name in values if name not in moving}


def answer_rows(question: Question) -> list[dict]:
    return list(question.answers.order_by("pk").values())
