from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from a_scenario import HEAD
from a_scenario import run as run_scenario
from pydantic import ValidationError

from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.steps.discover_patient import DiscoverPatientStep, facts_of

INLINE = HEAD.replace(
    "topology: central\n",
    """\
topology:
  name: two
  communities:
    - id: north
      homeCommunityId: urn:oid:2.999.71
      patientAuthority: 2.999.71.1
      initiatingGateway: {id: ig}
    - id: south
      homeCommunityId: urn:oid:2.999.72
      patientAuthority: 2.999.72.1
      registry: {id: registry}
      respondingGateway: {id: rg, discovery: {requires: [PatientTelecomRequested]}}
""",
)
ADD = """\
  - name: add
    patient: {registry: registry, add: S7, name: Roth^Anna, birthDate: "1963-08-04", otherIds: ["N^^^&2.999.9&ISO"]}
"""


run = partial(run_scenario, head=INLINE)


def test_who_is_found_can_be_expected_and_saved(tmp_path: Path) -> None:
    steps = f"""\
{ADD}  - name: by an id
    discover-patient: {{gateway: ig, responder: rg, id: "N^^^&2.999.9&ISO"}}
    save: found
    expect:
      count: 1
      values:
        "matches[0].patientId": S7^^^&2.999.72.1&ISO
        "matches[0].homeCommunityId": urn:oid:2.999.72
        "matches[0].name": Roth^Anna
        "matches[0].birthDate": "19630804"
        "matches[0].gender": ""
        "matches[0].otherIds": ["N^^^&2.999.9&ISO"]
        "matches[0].degree": 100
  - name: by a bare id, which is one of the asker's community
    discover-patient: {{gateway: ig, responder: rg, id: [S7]}}
    expect: {{count: 0}}
  - name: by name
    discover-patient: {{gateway: ig, responder: rg, name: Roth, birthDate: "1963"}}
    expect: {{count: 0, values: {{"requested": [PatientTelecomRequested]}}}}
  - name: without a birth date
    discover-patient: {{gateway: ig, responder: rg, name: Roth}}
    expect: {{status: Failure, errors: [QE]}}
  - name: saved
    discover-patient: {{gateway: ig, responder: rg, id: "${{found.matches[0].patientId}}"}}
    expect: {{count: 1}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, [step.checks for step in record.steps]
    assert [step.text for step in record.steps[1:3]] == ["1 patient found", "0 patients found"]
    told = {(one.transaction, one.sender, one.receiver) for one in record.exchanges}
    assert ("ITI-55", "ig", "rg") in told


def test_a_gateway_that_is_down_is_no_answer(tmp_path: Path) -> None:
    steps = """\
  - name: down
    stop: {actors: [rg]}
  - name: ask
    discover-patient: {gateway: ig, responder: rg, id: X}
    expect: {count: 0}
"""
    record = run(tmp_path, steps)
    assert record.steps[1].verdict is Verdict.FAIL
    assert "HTTP 503" in (record.steps[1].checks[0].observed or "")


@pytest.mark.parametrize("id", ["A^B", "x\x00y^^^&2.999.1&ISO"])
def test_an_id_that_is_none_is_an_error_of_the_scenario(id: str, tmp_path: Path) -> None:
    steps = f"""\
  - name: ask
    discover-patient: {{gateway: ig, responder: rg, id: {id!r}}}
"""
    assert run(tmp_path, steps.replace("'", '"')).steps[0].verdict is Verdict.ERROR


def test_somebody_is_asked_for() -> None:
    with pytest.raises(ValidationError, match="nobody is asked for"):
        DiscoverPatientStep(gateway="ig", responder="rg", gender="F")


def test_no_answer_has_no_facts() -> None:
    assert facts_of(None) == {"matches": (), "requested": (), "timeToLive": None}
