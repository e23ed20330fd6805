"""Imports point one way: nouns below rooms, rooms beside each other, the outbox below all."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BASE = {"qa.imaging", "qa.permissions", "qa.emails", "qa.markdown", "qa.search", "qa.storage"}
BASE |= {"qa.forgery", "qa.page", "qa.unavailable", "qa.wal"}
ROOMS = {"qa.asking", "qa.desk", "qa.archive"}
APPS = ("qa", "accounts", "newsletter", "following", "outbox", "config")


def modules():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts), path


def imports(name: str, path: Path) -> set[str]:
    """Absolute names of everything that a module imports, wherever in it."""
    found = set()
    package = name.split(".") if path.stem == "__init__" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, node.module] if node.module else start)
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def within(name: str, packages) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def forbidden(name: str) -> set[str]:
    """Packages that a module must not import."""
    if within(name, {"outbox"}):
        return {"qa", "accounts", "newsletter", "following"}
    if within(name, BASE):
        return {"qa.models", "accounts", "newsletter", "following"} | ROOMS
    if within(name, {"qa.models"}):
        return {"newsletter", "following"} | ROOMS
    if within(name, {"newsletter"}):
        return {"following"} | ROOMS
    if within(name, {"following"}):
        return {"accounts"} | ROOMS
    if within(name, {"accounts"}):
        return ROOMS
    for room in ROOMS:
        if within(name, {room}):
            return {"following"} | ROOMS - {room}
    return {"following"} if within(name, {"qa"}) else set()


@pytest.mark.parametrize(("name", "path"), [*modules()], ids=lambda value: str(value))
def test_module_imports_only_what_lies_below_it(name, path):
    wrong = {target for target in imports(name, path) if within(target, forbidden(name))}

    assert wrong == set()


def test_the_rule_sees_a_wrong_import(tmp_path):
    path = tmp_path / "views.py"
    path.write_text("from qa.desk import admin\n")

    found = imports("qa.archive.views", path)

    assert {target for target in found if within(target, forbidden("qa.archive.views"))} == {
        "qa.desk",
        "qa.desk.admin",
    }
