"""The limit of the web server: a WSGI application that does nothing but answer."""

BODY = [b"ok\n"]
HEADERS = [("Content-Type", "text/plain"), ("Content-Length", "3")]


def application(environ, start_response):
    start_response("200 OK", HEADERS)
    return BODY
