"""What a curator typed for the asker and has not sent: kept with a saved draft, in the session."""

from qa.desk import unsaved

KEPT = ["note", "reason"]
MOST = 20
PLACE = "desk_words"


def keep(request, question, values: dict) -> None:
    """Remember the words of one saved question; those of the 20 newest are kept."""
    unsaved.forget(request.user, question)
    words = {name: values[name] for name in KEPT if values.get(name)}
    others = {pk: w for pk, w in request.session.get(PLACE, {}).items() if pk != str(question.pk)}
    if words:
        others[str(question.pk)] = words
    if others != request.session.get(PLACE, {}):
        request.session[PLACE] = dict(list(others.items())[-MOST:])


def kept(request, question) -> dict:
    return request.session.get(PLACE, {}).get(str(question.pk), {})


def forget(request, question) -> None:
    keep(request, question, {})
