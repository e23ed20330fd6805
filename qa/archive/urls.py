from django.urls import path, re_path

from qa.archive import (
    embed,
    feeds,
    lists,
    media,
    people,
    questions,
    searching,
    shelves,
    sitemaps,
    views,
)

app_name = "archive"
urlpatterns = [
    # an answered question
    path("questions/<int:pk>/<str:slug>/", questions.question_detail, name="question_detail"),
    path("questions/<int:pk>/", questions.question_detail, name="question_number"),
    path("questions/<int:pk>/<str:slug>", questions.question_detail),
    path("questions/<int:pk>", questions.question_detail),
    path("", views.home, name="home"),
    # search/
    path("search/", searching.search, name="search"),
    path("search/suggest/", searching.suggest, name="search_suggest"),
    # topics/
    path("topics/", views.topic_list, name="topic_list"),
    path("topics/<slug:slug>/", views.topic_detail, name="topic_detail"),
    path("topics/<slug:slug>/answered/", lists.topic_answered, name="topic_answered"),
    path("topics/<slug:slug>/feed.json", feeds.topic_feed_json, name="topic_feed_json"),
    path("topics/<slug:slug>/feed/", feeds.topic_feed, name="topic_feed"),
    # lists of them
    path("answered/", lists.answered, name="answered"),
    path("answered/all/", shelves.every, name="answered_all"),
    re_path(
        r"^answered/(?P<year>[12]\d{3})/(?P<month>0[1-9]|1[0-2])/$", shelves.month, name="month"
    ),
    re_path(r"^answered/letter/(?P<letter>[a-z]|0-9)/$", shelves.letter, name="letter"),
    # who answers
    path("people/<int:pk>/", people.person, name="person"),
    # the site's own texts
    path("guidelines/", views.policy, {"kind": "guidelines"}, name="guidelines"),
    path("privacy/", views.policy, {"kind": "privacy"}, name="privacy"),
    path("about/", views.policy, {"kind": "about"}, name="about"),
    # for machines
    path("feed.json", feeds.feed_json, name="feed_json"),
    path("feed/", feeds.feed, name="feed"),
    path("indexnow.txt", views.index_key, name="index_key"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.sitemap_pages, name="sitemap_pages"),
    path("sitemap-topics.xml", sitemaps.sitemap_topics, name="sitemap_topics"),
    path("sitemap-questions-<int:block>.xml", sitemaps.sitemap_questions, name="sitemap_questions"),
    # for other sites
    path("embed/<slug:slug>/", embed.embed, name="embed"),
    path("oembed/", embed.oembed, name="oembed"),
    path("embed.js", embed.embed_script, name="embed_script"),
    # pictures
    path("media/<str:key>/<str:name>", media.media, name="media"),
    path("pictures/<str:key>/<str:name>", media.shared, name="shared_picture"),
]
