"""/newsletter/"""

from django.urls import path

from newsletter import feed, preferences, views

app_name = "newsletter"
urlpatterns = [
    path("", views.subscribe, name="subscribe"),
    path("asked/", views.asked, name="asked"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    # preferences/<key>/: for whoever has the link of a letter
    path("preferences/<str:token>/", preferences.show, name="preferences"),
    path("preferences/<str:token>/pause/", preferences.pause, name="pause"),
    path("preferences/<str:token>/erase/", preferences.erase, name="erase"),
    path("factsheets/<str:token>/", views.fact_sheet, name="fact_sheet"),
    path("issues/", views.issue_list, name="issue_list"),
    path("issues/<slug:slug>/", views.issue_detail, name="issue_detail"),
    path("feed/", feed.feed, name="feed"),
]
