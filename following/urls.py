"""/topics/<slug>/follow/, /questions/<pk>/follow/, /following/"""

from django.urls import include, path

from following import own, views

app_name = "following"
own_pages = [
    path("asked/", views.asked, name="asked"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    # <key>/: for whoever has the link of a mail
    path("<str:key>/", own.own, name="own"),
    path("<str:key>/stop/", own.stop_all, name="stop_all"),
    path("<str:key>/erase/", own.erase, name="erase"),
    path("<str:key>/<int:pk>/", own.prefer, name="prefer"),
    path("<str:key>/<int:pk>/stop/", own.stop, name="stop"),
]
urlpatterns = [
    path("topics/<slug:slug>/follow/", views.topic, name="topic"),
    path("questions/<int:pk>/follow/", views.question, name="question"),
    path("following/", include(own_pages)),
]
