"""One small view per act."""

from qa.asking.views.answering import reader_answer
from qa.asking.views.asking import question_ask, topic_pick
from qa.asking.views.confirming import confirm_again, email_confirm
from qa.asking.views.ending import end, erase, reopen, withdraw
from qa.asking.views.helping import helped
from qa.asking.views.images import image_add, image_file, image_move, image_remove, image_rotate
from qa.asking.views.saving import ask_save, save
from qa.asking.views.sending import edit, preview, submit
from qa.asking.views.watching import status, write

__all__ = [
    "ask_save",
    "confirm_again",
    "edit",
    "email_confirm",
    "end",
    "erase",
    "helped",
    "image_add",
    "image_file",
    "image_move",
    "image_remove",
    "image_rotate",
    "preview",
    "question_ask",
    "reader_answer",
    "reopen",
    "save",
    "status",
    "submit",
    "topic_pick",
    "withdraw",
    "write",
]
