"""The central scenario where the affinity domain has code sets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from a_coded_domain import coded

from xdsi_sim.errors import Finding, Severity
from xdsi_sim.resources import scenarios
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen

IHE = Path(__file__).parents[3] / "shared" / "data" / "nist" / "codes.xml"


def findings_with(folder: Path, **settings: Any) -> list[Finding]:
    """What the actors find in a run of the central scenario, which passes."""
    loaded = load_scenario(scenarios() / "central.yaml")
    topology = coded(loaded.topology, **settings)
    with start(topology, folder, Listen("127.0.0.1", 0)) as running:
        record = play(replace(loaded, topology=topology), running)
    assert record.verdict is Verdict.PASS, [step for step in record.steps if step.verdict is not Verdict.PASS]
    return [finding for exchange in record.exchanges for finding in exchange.findings]


def test_all_that_we_publish_has_codes_of_the_table_that_ships(tmp_path: Path) -> None:
    assert findings_with(tmp_path, check="strict", files="imaging") == []


@pytest.mark.skipif(not IHE.is_file(), reason="the codes of IHE are not beside this checkout")
def test_a_domain_with_the_codes_of_ihe_warns_of_what_is_finer_than_they_are(tmp_path: Path) -> None:
    findings = findings_with(tmp_path, check="warn", files=IHE)
    assert {(finding.rule, finding.severity) for finding in findings} == {("D28", Severity.WARNING)}
    # procedures as typeCode and contentTypeCode, radiology as a code of SNOMED CT, the newer codes of regions
    attributes = {finding.text.partition(" ")[0] for finding in findings}
    assert attributes == {"typeCode", "contentTypeCode", "practiceSettingCode", "eventCodeList"}
