"""A recorded request as a step of a scenario and as a test of pytest, each of which sends it again.

Both name the file that the page gives of a request with its head, and expect what came of it here.
"""

from __future__ import annotations

import json
import re
from typing import Final

from xdsi_sim.exchange import Exchange
from xdsi_sim.scenario.reports.wording import one_line

__all__ = ["as_step", "as_test", "file_of"]

_SHORT: Final = 12
"""Digits of an id in the name of a file."""
_GOOD: Final = re.compile(r"HTTP [23]\d\d")
_NO_ANSWER: Final = "no answer"
_NO_NAME: Final = re.compile(r"[^a-z0-9]+")


def file_of(exchange: Exchange, side: str) -> str:
    """Name of the file with head and body of a message; all of it is of our own making."""
    return f"{exchange.id[:_SHORT]}-{side}.http"


def as_step(exchange: Exchange) -> str:
    """YAML of a step `send`."""
    name = f"{exchange.transaction} to {exchange.receiver}, as it was recorded"
    lines = [
        f"- name: {json.dumps(one_line(name))}",
        f"  send: {{file: {file_of(exchange, 'request')}, to: {json.dumps(one_line(exchange.receiver))}}}",
    ]
    if (status := _expected(exchange)) is not None:
        lines.append(f"  expect: {{status: {json.dumps(status)}}}")
    return "\n".join(lines) + "\n"


def as_test(exchange: Exchange, topology: str) -> str:
    """A module of pytest with one test, on a topology of that name."""
    name = _NO_NAME.sub("_", f"{exchange.transaction} as recorded".lower())
    file, receiver = file_of(exchange, "request"), one_line(exchange.receiver)
    status = _expected(exchange)
    expect = "" if status is None else f", expect={{'status': {status!r}}}"
    return (
        "import pytest\n\n"
        f"pytestmark = pytest.mark.xdsi_topology({topology!r})\n\n\n"
        f"def test_{name}(xdsi_play):\n"
        f"    xdsi_play('send', file={file!r}, to={receiver!r}{expect})\n"
    )


def _expected(exchange: Exchange) -> str | None:
    """The status as the step calls it; None where there was no answer to expect."""
    if exchange.response is None or exchange.status.startswith(_NO_ANSWER):
        return None
    return "Success" if _GOOD.fullmatch(exchange.status) else one_line(exchange.status)
