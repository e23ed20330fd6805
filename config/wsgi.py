"""The WSGI entry point that the web server loads."""

import multiprocessing
import os
import signal

from django.core.wsgi import get_wsgi_application

from config.serve import end_with_parent

os.umask(0o077)  # as in config/serve.py, for whoever starts the web server by hand
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def with_page_cache(application):
    """A page cache of 0 MB is none."""
    from django.conf import settings

    from config import edition
    from config.page_cache import MB, PageCache

    megabytes = settings.PAGE_CACHE_MB
    return PageCache(application, edition.read, megabytes * MB) if megabytes else application


application = with_page_cache(get_wsgi_application())
if multiprocessing.parent_process():
    from config import threads

    # Granian's own processes would survive its crash, and keep the port from its successor.
    end_with_parent(signal.SIGKILL)
    threads.install()
