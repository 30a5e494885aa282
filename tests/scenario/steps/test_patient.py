from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from a_scenario import HEAD, write
from a_scenario import run as run_scenario
from pydantic import ValidationError

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.steps.patient import PatientStep
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen

INLINE = HEAD.replace(
    "topology: central\n",
    """\
topology:
  name: domain
  communities:
    - id: c
      homeCommunityId: urn:oid:2.999.1
      patientAuthority: 2.999.1.1
      registry: {id: registry, patients: fed-only, feed: {mllp: 0}}
""",
)


run = partial(run_scenario, head=INLINE)


@pytest.mark.parametrize(("by", "transaction"), [("iti-44", "ITI-44"), ("iti-8", "ITI-8")])
def test_patients_are_announced_and_merged(tmp_path: Path, by: str, transaction: str) -> None:
    steps = f"""\
  - name: announce
    patient: {{registry: registry, add: [P1, "P2^^^&2.999.1.1&ISO"], name: Roth^Miriam, by: {by}}}
    save: fed
    expect: {{count: 2, values: {{"patientIds[0]": "P1^^^&2.999.1.1&ISO"}}}}
  - name: merge
    patient: {{registry: registry, merge: {{survivor: P1, subsumed: "${{fed.patientIds[1]}}"}}, by: {by}}}
    expect: {{status: Success}}
  - name: not twice
    patient: {{registry: registry, merge: {{survivor: P1, subsumed: P2}}, by: {by}}}
    save: again
    expect: {{status: Failure, errors: [{"CE" if by == "iti-44" else "AE"}]}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS
    assert [step.text for step in record.steps] == [
        "2 patients announced",
        "merged into P1^^^&2.999.1.1&ISO",
        "not accepted",
    ]
    told = [(exchange.transaction, exchange.sender, exchange.receiver) for exchange in record.exchanges]
    assert told == [(transaction, "identity-source", "registry")] * 4
    assert [len(step.exchanges) for step in record.steps] == [2, 1, 1]


def test_a_refusal_that_nobody_expected_fails_the_step(tmp_path: Path) -> None:
    record = run(tmp_path, "  - {name: a, patient: {registry: registry, add: P1^^^&2.999.9&ISO}}\n")
    assert record.verdict is Verdict.FAIL
    assert "K02" in str(record.steps[0].checks)


def test_a_registry_without_a_port_takes_no_iti_8(tmp_path: Path) -> None:
    step = "  - {name: a, patient: {registry: registry, add: P1, by: iti-8}}\n"
    record = run(tmp_path, step, head=HEAD)
    assert (record.verdict, "takes no feed by ITI-8" in record.steps[0].text) == (Verdict.FAIL, True)


def test_what_is_no_id_is_the_scenario_s_error(tmp_path: Path) -> None:
    record = run(tmp_path, "  - {name: a, patient: {registry: registry, add: P1^x}}\n")
    assert (record.verdict, "is no patient id" in record.steps[0].text) == (Verdict.ERROR, True)


@pytest.mark.parametrize("given", [{}, {"add": "P1", "merge": {"survivor": "P1", "subsumed": "P2"}}])
def test_a_step_adds_or_merges(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="either added or merged"):
        PatientStep.model_validate({"registry": "r", **given})


def test_patients_who_were_never_there_are_announced(tmp_path: Path) -> None:
    steps = """\
  - {name: two, patient: {registry: registry, new: 2}, save: who, expect: {count: 2}}
  - {name: another, patient: {registry: registry, new: 1}, save: more}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS
    ids = [dict(step.details)["Patients"].split(", ") for step in record.steps]
    assert [len(each) for each in ids] == [2, 1]
    assert len({*ids[0], *ids[1]}) == 3
    assert all(id.endswith("^^^&2.999.1.1&ISO") for each in ids for id in each)
    assert [exchange.transaction for exchange in record.exchanges] == ["ITI-44"] * 3


@pytest.mark.parametrize(
    ("known", "verdict", "said"),
    [
        ("accept", Verdict.PASS, "2 patients of whom nobody tells it"),
        ("[A1, A2]", Verdict.PASS, "2 patients that it knows"),
        ("[A1]", Verdict.ERROR, "no patient is left of those that the peer of registry names."),
    ],
)
def test_a_foreign_registry_is_not_told_of_patients_that_it_knows(
    tmp_path: Path, known: str, verdict: Verdict, said: str
) -> None:
    peer = f'  peers: [{{id: v, plays: registry, url: "http://127.0.0.1:9/r", patients: {known}}}]\n'
    head = INLINE.replace("  communities:\n", peer + "  communities:\n")
    record = run(tmp_path, "  - {name: two, patient: {registry: registry, new: 2}}\n", head=head)
    assert (record.verdict, record.steps[0].text) == (verdict, said)
    assert record.exchanges == ()


def test_a_foreign_registry_with_mllp_is_told_by_iti_8(tmp_path: Path) -> None:
    vendor = load_scenario(write(tmp_path, "  - {name: a, stop: {actors: [registry]}}\n", INLINE)).topology
    with start(vendor, tmp_path / "theirs", Listen("127.0.0.1", 0)) as theirs:
        addresses = f'url: "{theirs.url_of("registry")}", mllp: "{theirs.mllp_of("registry")}"'
        peer = f"  peers: [{{id: v, plays: registry, {addresses}}}]\n"
        head = INLINE.replace("  communities:\n", peer + "  communities:\n").replace(", feed: {mllp: 0}", "")
        record = run(tmp_path, "  - {name: one, patient: {registry: registry, new: 1}}\n", head=head)
        assert record.verdict is Verdict.PASS
        assert [exchange.transaction for exchange in theirs.exchanges()] == ["ITI-8"]


def test_only_a_peer_that_plays_a_registry_knows_patients(tmp_path: Path) -> None:
    peer = '  peers: [{id: v, url: "http://127.0.0.1:9/r", patients: accept}]\n'
    head = INLINE.replace("  communities:\n", peer + "  communities:\n")
    with pytest.raises(UsageError, match="only a peer that plays a registry has 'patients'"):
        run(tmp_path, "  - {name: one, patient: {registry: registry, new: 1}}\n", head=head)
