"""Sessions, for private pages only."""

from django.contrib.sessions.middleware import SessionMiddleware


class Sessions(SessionMiddleware):
    """Leaves public pages alone: they are the same bytes for everybody, whatever cookie came.

    Django would answer a cookie that belongs to no session with one that deletes it.
    """

    def process_response(self, request, response):
        if "public" in response.get("Cache-Control", ""):
            return response
        return super().process_response(request, response)
