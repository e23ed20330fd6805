import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand

from outbox.worker import Worker


class Command(BaseCommand):
    help = "Delivers mail and does the recurring work, until SIGTERM or Ctrl-C."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="do what is due now, then exit")

    def handle(self, *, once, **options):
        stop = threading.Event()
        replaced = {number: stop_on(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            worker = Worker(stop)
            worker.run_once() if once else run(worker)
        finally:
            for number, handler in replaced.items():
                signal.signal(number, handler)


def run(worker):
    """The worker, and beside it a thread for each further connection to the mail server."""
    extra = [
        threading.Thread(target=Worker(worker.stop, recurring=[]).run)
        for _ in range(settings.MAIL_CONNECTIONS - 1)
    ]
    for thread in extra:
        thread.start()
    try:
        worker.run()
    finally:
        worker.stop.set()
        for thread in extra:
            thread.join()


def stop_on(number, stop):
    """Set `stop` on a signal; return the former handler.

    A thread sets it, because a handler that interrupts Event.wait() in the same thread may find
    the event's own lock taken, and would wait for ever.
    """
    return signal.signal(number, lambda *_: threading.Thread(target=stop.set).start())
