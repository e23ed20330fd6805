"""Fifty at the same moment, against the real server: one draft, one question, one mail."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from config.bodies import TOO_MANY
from qa.asking.pictures import BUSY
from tests.faults.people import ASK, PATIENCE, Asker, noise

MANY = 50


def at_once(act) -> list:
    """What `act()` returned in each of fifty threads that were let go together."""
    barrier = threading.Barrier(MANY)

    def run(_):
        barrier.wait()
        return act()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(run, range(MANY)))


def accepted(asker, fields):
    """The answer to a form that is sent again while the site says that it is too busy for it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = asker.post(ASK, fields, asker.files)
        busy = answer.status == TOO_MANY or BUSY in answer.text
        if not busy or time.monotonic() > deadline:
            return answer


def test_fifty_submits_of_one_draft_make_one_question(target, mailbox):
    asker = Asker(target.url, 5001, [noise(5001)])
    form = asker.get(ASK).form(ASK)
    preview = asker.post(ASK, form.fields | asker.words, asker.files).location
    submit = asker.get(preview).form(preview.replace("preview", "submit"))

    answers = at_once(lambda: asker.post(submit.action, submit.fields))
    pages = at_once(lambda: asker.get(answers[0].location).text)
    first = mailbox.wait_for(asker.email)
    stored = target.look()
    (number,) = stored.titled(asker.title)

    private = preview.removesuffix("preview/")
    assert {(answer.status, answer.location) for answer in answers} == {(303, private)}
    assert all(f"Q-{number:06d}" in page for page in pages)
    assert stored.half_written("Case") == []
    assert mailbox.to(asker.email) == [first]


def test_fifty_first_posts_of_one_form_make_one_draft(target):
    asker = Asker(target.url, 5002, [noise(5002), noise(5003)])
    form = asker.get(ASK).form(ASK)

    answers = at_once(lambda: accepted(asker, form.fields | asker.words))
    stored = target.look()
    (number,) = stored.titled(asker.title)

    assert {answer.status for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert stored.pictures(number) == 2
    assert stored.half_written("Case") == []
