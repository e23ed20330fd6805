"""Who may do what: tiny named predicates over instances. None stands for nobody signed in."""


def is_curator(user) -> bool:
    """May work at the desk: answer questions and decide about them."""
    return bool(user and user.is_active and user.is_staff and user.has_perm("qa.answer_question"))


def may_write_reader_answer(user, topic) -> bool:
    return bool(user and user.is_authenticated and user.is_active and topic.accepts_reader_answers)
