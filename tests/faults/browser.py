"""A visitor's browser without scripts: cookies, forms as pages show them, one connection each."""

import http.client
import secrets
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

BROKEN = (OSError, http.client.HTTPException)
SECONDS = 60


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        """The path that a redirect leads to, without its fragment."""
        return self.headers["location"].partition("#")[0]

    @property
    def forms(self) -> list["Form"]:
        return Forms(self.text).found

    def form(self, action: str) -> "Form":
        """The form that goes to `action`."""
        return next(form for form in self.forms if form.action == action)


@dataclass
class Form:
    action: str
    fields: dict = field(default_factory=dict)


class Forms(HTMLParser):
    """Reads what each form of a page would send as it stands, files and buttons aside."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[Form] = []
        self.textarea = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.found.append(Form(attrs.get("action", "")))
        elif not self.found or "name" not in attrs:
            return
        elif tag == "textarea":
            self.textarea = attrs["name"]
            self.found[-1].fields[self.textarea] = ""
        elif tag == "input":
            self.take(attrs["name"], attrs.get("type", "text"), attrs)

    def take(self, name, kind, attrs):
        if kind in {"checkbox", "radio"}:
            if "checked" in attrs:
                self.found[-1].fields[name] = attrs.get("value", "on")
        elif kind not in {"file", "submit", "button"}:
            self.found[-1].fields[name] = attrs.get("value") or ""

    def handle_data(self, data):
        if self.textarea:
            self.found[-1].fields[self.textarea] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            text = self.found[-1].fields[self.textarea]
            self.found[-1].fields[self.textarea] = text.removeprefix("\n")
            self.textarea = None


class Browser:
    def __init__(self, url: str):
        self.origin = url
        self.host = urlsplit(url).netloc
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers) -> Answer:
        return self.send("GET", path, None, headers)

    def post(self, path: str, fields: dict, files=(), **headers) -> Answer:
        """Send a form as multipart/form-data; `files` are (name, file name, bytes)."""
        boundary = secrets.token_hex(16)
        headers |= {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Origin": self.origin,
        }
        return self.send("POST", path, multipart(boundary, fields, files), headers)

    def send(self, method: str, path: str, body, headers: dict) -> Answer:
        """Raises one of BROKEN where the connection ends without a whole answer."""
        connection = http.client.HTTPConnection(self.host, timeout=SECONDS)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        try:
            connection.request(method, path, body, headers | {"Connection": "close"})
            response = connection.getresponse()
            answer = Answer(response.status, _headers(response), response.read())
        finally:
            connection.close()
        self.keep(response.headers.get_all("Set-Cookie") or [])
        return answer

    def keep(self, lines: list[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]


def _headers(response) -> dict:
    return {name.lower(): value for name, value in response.getheaders()}


def multipart(boundary: str, fields: dict, files) -> bytes:
    parts = []
    for name, value in fields.items():
        parts += [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n', value]
        parts.append("\r\n")
    body = "".join(parts).replace("\n", "\r\n").replace("\r\r\n", "\r\n").encode()
    for name, file_name, content in files:
        quoted = file_name.replace("\\", "\\\\").replace('"', "%22").encode()
        body += b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n' % (
            boundary.encode(),
            name.encode(),
            quoted.replace(b"\r", b"%0D").replace(b"\n", b"%0A"),
        )
        body += b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()
