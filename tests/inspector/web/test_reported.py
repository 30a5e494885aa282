from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.content import read_all
from xdsi_sim.inspector.web.asked import Answered, Refused
from xdsi_sim.inspector.web.reported import message_file, whole_page


def octets(answered: Answered) -> bytes:
    (segment,) = answered.segments
    return segment if isinstance(segment, bytes) else read_all(segment)


def test_a_page_of_a_report_is_in_no_frame(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("<html>")
    answered = whole_page(tmp_path, "report.html", "default-src 'none'")
    assert octets(answered) == b"<html>"
    assert dict(answered.headers) == {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
    with pytest.raises(Refused, match="There is no such file"):
        whole_page(tmp_path, "gaps.html", "default-src 'none'")


def test_only_messages_of_the_report_are_given(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "0001-request.txt").write_bytes(b"asked")
    (tmp_path / "report.json").write_bytes(b"{}")
    assert octets(message_file(tmp_path, "0001-request.txt")) == b"asked"
    for name in ("../report.json", "0002-request.txt", "0001-request.txt/..", "report.json"):
        with pytest.raises(Refused, match="There is no such file"):
            message_file(tmp_path, name)
