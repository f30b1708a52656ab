"""Ends every run with the list of what was not run, and why."""

from collections import Counter

import pytest


def reasons(reports: list[pytest.TestReport]) -> Counter[str]:
    """How many tests were skipped for which reason."""
    counts: Counter[str] = Counter()
    for report in reports:
        # A skip's longrepr is (file, line, "Skipped: why").
        where = report.longrepr
        why = where[2] if isinstance(where, tuple) else str(where)
        counts[why.removeprefix("Skipped: ")] += 1
    return counts


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The last section before pytest's closing line."""
    skipped = reasons(terminalreporter.stats.get("skipped", []))
    terminalreporter.section("not run, and why")
    for why, count in sorted(skipped.items()):
        terminalreporter.line(f"{count} skipped: {why}")
    if not skipped:
        terminalreporter.line("Nothing was skipped.")
