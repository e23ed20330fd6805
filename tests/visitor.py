"""Requests to the real site exactly as written: own Host and headers, no help from a library."""

import http.client
import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode


@dataclass
class Answer:
    path: str
    status: int
    fields: list[tuple[str, str]]
    content: bytes

    @property
    def headers(self) -> dict[str, str]:
        """By name in small letters; several of one name are joined by commas."""
        found: dict[str, str] = {}
        for name, value in self.fields:
            key = name.lower()
            found[key] = f"{found[key]}, {value}" if key in found else value
        return found

    @property
    def cookies(self) -> list[str]:
        return [value for name, value in self.fields if name.lower() == "set-cookie"]

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    def hidden(self, name: str) -> str:
        """The value of a hidden field. Raises TypeError where there is none."""
        return unescape(re.search(rf'name="{name}" value="([^"]*)"', self.text)[1])

    def find(self, pattern: str) -> str:
        """The first part of the page that fits. Raises TypeError where nothing does."""
        return unescape(re.search(pattern, self.text)[0])


@dataclass
class Visitor:
    """A browser without a screen, behind the proxy that ended TLS; it keeps cookies."""

    port: int
    host: str
    jar: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body=None, **headers) -> Answer:
        """One request; redirects are not followed. `X_Name=` stands for the header X-Name."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"Host": self.host, "Origin": f"https://{self.host}"} | given
        if self.jar:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, given)
            response = connection.getresponse()
            answer = Answer(path, response.status, response.getheaders(), response.read())
        finally:
            connection.close()
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.jar[name] = value
        return answer

    def get(self, path: str, **headers) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, values: dict, **headers) -> Answer:
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(values), **form, **headers)

    def sign_in(self, email: str, password: str) -> Answer:
        page = self.get("/accounts/login/")
        token = page.hidden("csrfmiddlewaretoken")
        values = {"csrfmiddlewaretoken": token, "login": email, "password": password}
        return self.post("/accounts/login/", values)
