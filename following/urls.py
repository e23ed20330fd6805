"""/topics/<slug>/follow/, /questions/<pk>/follow/, /following/"""

from django.urls import path

from following import own, views

app_name = "following"
urlpatterns = [
    path("topics/<slug:slug>/follow/", views.topic, name="topic"),
    path("questions/<int:pk>/follow/", views.question, name="question"),
    path("following/asked/", views.asked, name="asked"),
    path("following/confirm/<str:token>/", views.confirm, name="confirm"),
    # following/<key>/: for whoever has the link of a mail
    path("following/<str:key>/", own.own, name="own"),
    path("following/<str:key>/stop/", own.stop_all, name="stop_all"),
    path("following/<str:key>/erase/", own.erase, name="erase"),
    path("following/<str:key>/<int:pk>/", own.prefer, name="prefer"),
    path("following/<str:key>/<int:pk>/stop/", own.stop, name="stop"),
]
