"""With ASKWELL_STRICT_SKIPS set, a skip whose reason is not listed fails the run."""

import os
from pathlib import Path

import pytest

LIST = Path(__file__).parent / "allowed_skips.txt"


def allowed() -> list[str]:
    lines = LIST.read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if not report.skipped or not os.environ.get("ASKWELL_STRICT_SKIPS"):
        return
    reason = str(report.longrepr)
    if not any(words in reason for words in allowed()):
        report.outcome = "failed"
        report.longrepr = f"Skipped for a reason that tests/allowed_skips.txt lacks: {reason}"
