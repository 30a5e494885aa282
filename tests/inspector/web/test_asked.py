from __future__ import annotations

from xdsi_sim.inspector.web.asked import Answered


def test_a_download_is_kept_and_never_opened() -> None:
    answered = Answered.download("a.bin", [b"<script>"])
    assert answered.media_type == "application/octet-stream"
    assert answered.headers == (("Content-Disposition", 'attachment; filename="a.bin"'),)


def test_a_page_is_utf8_whatever_is_in_it() -> None:
    assert Answered.page("ü\ud800").segments == ["ü?".encode()]


def test_after_a_change_the_browser_looks_elsewhere() -> None:
    answered = Answered.elsewhere("/inspector/faults")
    assert (answered.status, answered.headers) == (303, (("Location", "/inspector/faults"),))
