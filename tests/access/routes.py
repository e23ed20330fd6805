"""Every route of the site, as the URLconf has it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.urls import get_resolver

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


class Route(NamedTuple):
    """A pattern such as "/asked/<key>/edit/", and the name that reverse() knows."""

    path: str
    name: str

    def filled(self, values: dict[str, object]) -> str:
        """An address of this route. Raises KeyError where a value is missing."""
        return PARAMETER.sub(lambda found: str(values[found[1]]), self.path)


def routes() -> list[Route]:
    """Once each, in the order of the URLconf."""
    return list(dict.fromkeys(_walk(get_resolver().url_patterns, "/", "")))


def _walk(patterns, prefix: str, namespace: str) -> Iterator[Route]:
    for entry in patterns:
        path = prefix + _readable(str(entry.pattern))
        if hasattr(entry, "url_patterns"):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, path, inner)
        else:
            yield Route(path, f"{namespace}{entry.name or ''}")


def _readable(pattern: str) -> str:
    """<int:pk> and (?P<pk>[0-9]+) both as <pk>."""
    return PARAMETER.sub(lambda found: f"<{found[1] or found[2]}>", pattern).strip("^$")
