from __future__ import annotations

import pytest
from an_exchange import FINDING
from an_inspector import Inspector

from xdsi_sim.errors import Finding, Severity
from xdsi_sim.inspector.judgement import Told
from xdsi_sim.inspector.web.inspected import Inspected
from xdsi_sim.inspector.web.pages.findings import code_in_words, in_words, shown


def test_a_rule_is_told_in_words() -> None:
    assert (in_words("D08") or "").startswith("D08  error")
    assert in_words("Z99") is None
    assert (code_in_words("XDSMissingHomeCommunityId") or "").startswith("XDSMissingHomeCommunityId")
    assert code_in_words("OurOwnCode") is None


@pytest.mark.parametrize("recorded", [True, False])
def test_a_finding_tells_rule_text_place_and_source(inspector: Inspector, recorded: bool) -> None:
    inspected = Inspected(running=inspector.running, reader=None)
    ((severity, markup),) = shown(inspected, [Told(finding=FINDING, place=None, recorded=recorded)])
    assert severity == "warning"
    for part in ("A12", "missing", "ITI TF-2: V.3", "What A12 asks"):
        assert part in markup
    assert ("looking at it again" in markup) is not recorded


def test_a_hostile_finding_is_text(inspector: Inspector) -> None:
    inspected = Inspected(running=inspector.running, reader=None)
    finding = Finding(rule="<b>", severity=Severity.ERROR, text="<script>\u202e" * 2_000, location="<i>")
    ((_, markup),) = shown(inspected, [Told(finding=finding, place=None, recorded=True)])
    assert "<script>" not in markup
    assert "<i>" not in markup
    assert "\u202e" not in markup
    assert len(markup) < 40_000
