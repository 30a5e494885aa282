from __future__ import annotations

from a_test_run import a_test_run

from xdsi_sim.sut.reports.as_html import headline_of, render


def test_the_headline_counts_the_outcomes() -> None:
    words = ("passed", "failed", "failed as known", "could not be completed", "skipped", "not run")
    counts = ", ".join(f"1 {word}" for word in words)
    assert headline_of(a_test_run()) == f"6 tests: {counts}; 2.00 s"


def test_the_page_leads_to_the_report_of_each_test_that_was_played() -> None:
    page = render(a_test_run())
    for id_ in ("REG-01", "REG-02", "REG-03", "REG-04"):
        assert f'href="{id_}/report.html"' in page
    assert 'href="REG-05/report.html"' not in page
    assert "the option on-demand is not claimed" in page


def test_what_a_peer_has_said_is_shown_as_text() -> None:
    page = render(a_test_run())
    assert "&lt;b&gt;2&lt;/b&gt;" in page
    assert "<b>2</b>" not in page
    assert "\x1b" not in page
    assert "<script" not in page
