"""The asker's addresses. /asked/<key>/ is private: the key is the way in."""

from django.urls import include, path, register_converter

from qa.asking import views
from qa.asking.private import KeyConverter

register_converter(KeyConverter, "key")

app_name = "asking"
# asked/<key>/: from draft to answer
asked = [
    path("", views.status, name="status"),
    path("edit/", views.edit, name="edit"),
    path("save/", views.save, name="save"),
    path("preview/", views.preview, name="preview"),
    path("end/", views.end, name="end"),
    path("reopen/", views.reopen, name="reopen"),
    path("submit/", views.submit, name="submit"),
    path("withdraw/", views.withdraw, name="withdraw"),
    path("erase/", views.erase, name="erase"),
    path("write/", views.write, name="write"),
    path("confirm-again/", views.confirm_again, name="confirm_again"),
    # images/
    path("images/", views.image_add, name="image_add"),
    path("images/<int:pk>/rotate/", views.image_rotate, name="image_rotate"),
    path("images/<int:pk>/move/", views.image_move, name="image_move"),
    path("images/<int:pk>/remove/", views.image_remove, name="image_remove"),
    path("images/<int:pk>/<str:name>", views.image_file, name="image_file"),
]
urlpatterns = [
    # the form
    path("ask/", views.topic_pick, name="topic_pick"),
    path("topics/<slug:slug>/ask/", views.question_ask, name="question_ask"),
    path("topics/<slug:slug>/ask/save/", views.ask_save, name="ask_save"),
    path("asked/<key:key>/", include(asked)),
    # confirm/<token>/: from the mail
    path("confirm/<str:token>/", views.email_confirm, name="email_confirm"),
    # questions/<pk>/answer/: by a member
    path("questions/<int:pk>/answer/", views.reader_answer, name="reader_answer"),
    # helped/<pk>/: by any reader. Not below /questions/<pk>/, where a title might be called so
    path("helped/<int:pk>/", views.helped, name="helped"),
]
