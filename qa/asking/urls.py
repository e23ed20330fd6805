"""The asker's addresses. /asked/<key>/ is private: the key is the way in."""

from django.urls import path, register_converter

from qa.asking import views
from qa.asking.private import KeyConverter

register_converter(KeyConverter, "key")

app_name = "asking"
urlpatterns = [
    # the form
    path("ask/", views.topic_pick, name="topic_pick"),
    path("topics/<slug:slug>/ask/", views.question_ask, name="question_ask"),
    path("topics/<slug:slug>/ask/save/", views.ask_save, name="ask_save"),
    # asked/<key>/: from draft to answer
    path("asked/<key:key>/", views.status, name="status"),
    path("asked/<key:key>/edit/", views.edit, name="edit"),
    path("asked/<key:key>/save/", views.save, name="save"),
    path("asked/<key:key>/preview/", views.preview, name="preview"),
    path("asked/<key:key>/end/", views.end, name="end"),
    path("asked/<key:key>/reopen/", views.reopen, name="reopen"),
    path("asked/<key:key>/submit/", views.submit, name="submit"),
    path("asked/<key:key>/withdraw/", views.withdraw, name="withdraw"),
    path("asked/<key:key>/erase/", views.erase, name="erase"),
    path("asked/<key:key>/write/", views.write, name="write"),
    path("asked/<key:key>/confirm-again/", views.confirm_again, name="confirm_again"),
    # asked/<key>/images/
    path("asked/<key:key>/images/", views.image_add, name="image_add"),
    path("asked/<key:key>/images/<int:pk>/rotate/", views.image_rotate, name="image_rotate"),
    path("asked/<key:key>/images/<int:pk>/move/", views.image_move, name="image_move"),
    path("asked/<key:key>/images/<int:pk>/remove/", views.image_remove, name="image_remove"),
    path("asked/<key:key>/images/<int:pk>/<str:name>", views.image_file, name="image_file"),
    # confirm/<token>/: from the mail
    path("confirm/<str:token>/", views.email_confirm, name="email_confirm"),
    # questions/<pk>/answer/: by a member
    path("questions/<int:pk>/answer/", views.reader_answer, name="reader_answer"),
    # helped/<pk>/: by any reader. Not below /questions/<pk>/, where a title might be called so
    path("helped/<int:pk>/", views.helped, name="helped"),
]
