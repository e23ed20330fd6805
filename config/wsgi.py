"""The WSGI entry point that the web server loads."""

import multiprocessing
import os
import signal

from config.serve import end_with_parent, loading

os.umask(0o077)  # as in config/serve.py, for whoever starts the web server by hand
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def load():
    """Django behind the page cache; a cache of 0 MB is none."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    from config import edition
    from config.page_cache import MB, PageCache

    megabytes = settings.PAGE_CACHE_MB
    return PageCache(application, edition.read, megabytes * MB) if megabytes else application


with loading():
    application = load()
if multiprocessing.parent_process():
    from config import threads

    # Granian's own processes would survive its crash, and keep the port from its successor.
    end_with_parent(signal.SIGKILL)
    threads.install()
