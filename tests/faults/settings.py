"""The site's settings, with points at which a process can be told to kill itself (points.py).

The server under test runs with DJANGO_SETTINGS_MODULE=tests.faults.settings; the tests do not.
"""

import os

from config.settings import *  # noqa: F403
from config.settings import (
    DELIVERY_EMAIL_OPTIONS,
    FILE_UPLOAD_HANDLERS,
    INSTALLED_APPS,
    MIDDLEWARE,
    STORAGES,
)

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.points.Points"]
MIDDLEWARE = ["tests.faults.points.listen", *MIDDLEWARE]
FILE_UPLOAD_HANDLERS = ["tests.faults.points.Uploading", *FILE_UPLOAD_HANDLERS]
for _alias in ("public", "private"):
    STORAGES[_alias]["BACKEND"] = "tests.faults.points.Storage"
DELIVERY_EMAIL_BACKEND = "tests.faults.points.Post"
DELIVERY_EMAIL_OPTIONS = DELIVERY_EMAIL_OPTIONS | {"timeout": 5}  # and so short leases
KILLS = os.environ["FAULTS_KILLS"]  # the folder of points.py's files
