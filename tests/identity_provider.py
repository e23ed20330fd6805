"""A server of OpenID Connect on this machine, for tests: discovery, codes, tokens, userinfo.

OpenID Connect Core 1.0 and Discovery 1.0, as far as a client asks for it, over real HTTP. What it
knows of whoever signs in there is `claims`; `refuses` makes them break it off.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT, SECRET = "askwell", "the client's secret, long enough to sign with"


class Provider(ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.claims = {"sub": "ada-there", "email": "ada@example.org", "email_verified": True}
        self.refuses = False
        self.codes: dict[str, dict] = {}  # code -> what was asked for with it
        self.tokens: set[str] = set()

    def id_token(self, asked: dict) -> str:
        now = int(time.time())
        about = {"iss": self.url, "aud": asked["client_id"], "iat": now, "exp": now + 300}
        return jwt.encode(about | self.claims, SECRET, algorithm="HS256")


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        """Nothing: tests are quiet."""

    def do_GET(self):
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            self.discovery()
        elif parts.path == "/authorize":
            self.authorize(query)
        elif parts.path == "/userinfo":
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            self.answer(self.server.claims if token in self.server.tokens else None)
        elif parts.path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", "/.well-known/openid-configuration")
            self.end_headers()
        else:
            self.answer(None)

    def discovery(self):
        url = self.server.url
        names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        places = {f"{name}_endpoint": f"{url}/{path}" for name, path in names.items()}
        methods = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        self.answer({"issuer": url, "jwks_uri": f"{url}/keys", **places, **methods})

    def authorize(self, query):
        """Whoever comes is signed in already, and agrees, unless the provider `refuses`."""
        code = secrets.token_urlsafe()
        self.server.codes[code] = query
        said = {"error": "access_denied"} if self.server.refuses else {"code": code}
        self.send_response(302)
        back = urlencode(said | {"state": query["state"]})
        self.send_header("Location", f"{query['redirect_uri']}?{back}")
        self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.server.codes.pop(form.get("code"), None)  # a code works once
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            not asked
            or (form["client_id"], form["client_secret"]) != (CLIENT, SECRET)
            or form["redirect_uri"] != asked["redirect_uri"]
            or challenge != asked["code_challenge"]
        ):
            self.answer({"error": "invalid_grant"}, 400)
            return
        token = secrets.token_urlsafe()
        self.server.tokens.add(token)
        self.answer({"access_token": token, "id_token": self.server.id_token(asked)})

    def answer(self, content, status=200):
        self.send_response(status if content is not None else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())


@contextmanager
def running():
    server = Provider()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
