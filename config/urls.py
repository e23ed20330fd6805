"""Every address of the site, by room."""

from django.contrib import admin
from django.urls import include, path

from config import mail_gallery, views

handler404 = "qa.archive.moved.not_found"
handler500 = "qa.unavailable.server_error"
# What is read most comes first, but for what is more exact.
urlpatterns = [
    # /topics/<slug>/follow/, /questions/<pk>/follow/, /following/
    path("", include("following.urls")),
    # the asker's pages: /ask/, /topics/<slug>/ask/, /asked/<key>/, /confirm/<token>/
    path("", include("qa.asking.urls")),
    # what anyone reads: /, /topics/, /questions/, /answered/, /search/, feeds, media
    path("", include("qa.archive.urls")),
    # accounts/: django-allauth, "my questions"
    path("accounts/", include("accounts.urls")),
    # admin/: the desk; and the gallery of components, for whoever builds pages
    path("admin/components/", admin.site.admin_view(views.components), name="components"),
    path("admin/mails/", admin.site.admin_view(mail_gallery.gallery), name="mails"),
    path("admin/mails/<slug:name>/", admin.site.admin_view(mail_gallery.frame), name="mail_frame"),
    path("admin/", admin.site.urls),
    # newsletter/
    path("newsletter/", include("newsletter.urls")),
    # webhooks/<service>/tracking/: a mail service tells what came back, where one is set
    path("webhooks/", include("outbox.webhooks")),
    # for browsers that look for the mark without being told where it is
    path("favicon.ico", views.icon, {"name": "favicon.ico"}, name="favicon"),
    path("apple-touch-icon.png", views.icon, {"name": "icon-180.png"}, name="touch_icon"),
    # /healthz /readyz
    path("", include("config.health")),
]
