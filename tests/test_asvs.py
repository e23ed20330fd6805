"""docs/asvs.md: a row for every requirement, and nothing named in it that is not there."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).parent.parent
DOCUMENT = (ROOT / "docs/asvs.md").read_text()
ROW = re.compile(r"^\| (V[\d.]+) \(L(\d)\) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
VERDICTS = {"yes", "in part", "no", "operator", "does not apply"}
NAMED = re.compile(r"`([^`]+)`")
# The level of each requirement of a section, in their order (ASVS 5.0.0).
LEVELS = """
V1.1 22  V1.2 1111122223  V1.3 112222222223  V1.4 222  V1.5 123
V2.1 122  V2.2 112  V2.3 12223  V2.4 23
V3.1 3  V3.2 113  V3.3 12223  V3.4 11222233  V3.5 11122333  V3.6 3  V3.7 22333
V4.1 12233  V4.2 23333  V4.3 22  V4.4 1222
V5.1 2  V5.2 112333  V5.3 113  V5.4 222
V6.1 222  V6.2 111111112222  V6.3 11223333  V6.4 112233  V6.5 22222333  V6.6 2223
V6.7 33  V6.8 2222
V7.1 222  V7.2 1111  V7.3 22  V7.4 11222  V7.5 223  V7.6 22
V8.1 1233  V8.2 1123  V8.3 133  V8.4 23
V9.1 111  V9.2 1222
V10.1 22  V10.2 223  V10.3 22223  V10.4 1111122222233333  V10.5 22222  V10.6 22  V10.7 222
V11.1 2233  V11.2 22233  V11.3 11233  V11.4 1222  V11.5 23  V11.6 23  V11.7 33
V12.1 12233  V12.2 11  V12.3 22223
V13.1 2333  V13.2 222223  V13.3 2233  V13.4 1222233
V14.1 22  V14.2 12223333  V14.3 122
V15.1 12233  V15.2 12233  V15.3 1222222  V15.4 3333
V16.1 2  V16.2 22222  V16.3 2222  V16.4 222  V16.5 2223
V17.1 23  V17.2 22223333  V17.3 22
"""


def asked_for() -> dict[str, str]:
    """The requirements of levels 1 and 2: number -> level."""
    words = LEVELS.split()
    return {
        f"{section}.{number}": level
        for section, levels in zip(words[::2], words[1::2], strict=True)
        for number, level in enumerate(levels, 1)
        if level != "3"
    }


def is_there(name: str) -> bool:
    """A test as folder/file.py::test below tests/, settings.NAME, or a path from the root."""
    if name.startswith("settings."):
        return hasattr(settings, name.removeprefix("settings."))
    path, _, test = name.partition("::")
    if not test:
        return (ROOT / path).exists()
    file = ROOT / "tests" / path
    return file.exists() and test in {
        node.name
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef)
    }


def is_pointer(name: str) -> bool:
    return "/" in name or "::" in name or name.startswith("settings.") or (ROOT / name).is_file()


def test_every_requirement_has_one_row():
    rows = [(number, level) for number, level, *_ in ROW.findall(DOCUMENT)]

    assert len(rows) == 253
    assert dict(rows) == asked_for()
    assert {verdict for _, _, _, verdict, _ in ROW.findall(DOCUMENT)} <= VERDICTS


def test_everything_that_is_named_exists():
    named = {name for *_, why in ROW.findall(DOCUMENT) for name in NAMED.findall(why)}

    assert {name for name in named if is_pointer(name) and not is_there(name)} == set()
    assert sum("::" in name for name in named) > 80


def test_no_yes_is_without_something_that_shows_it():
    bare = [
        number
        for number, _, _, verdict, why in ROW.findall(DOCUMENT)
        if verdict == "yes" and not any(map(is_pointer, NAMED.findall(why)))
    ]

    assert bare == []


@pytest.mark.parametrize(
    "name",
    [
        "accounts/test_tokens.py::test_that_nobody_wrote",
        "accounts/test_nothing.py::test_a_code_works_once",
        "settings.NO_SUCH_SETTING",
        "qa/no_such_module.py",
    ],
)
def test_what_does_not_exist_would_be_noticed(name):
    assert is_pointer(name)
    assert not is_there(name)
