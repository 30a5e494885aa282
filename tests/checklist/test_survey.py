from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_survey import FREE, complete, surveyed, topology

from xdsi_sim.checklist.observed import Observed
from xdsi_sim.checklist.results import Result
from xdsi_sim.checklist.survey import asker_of, observe
from xdsi_sim.checklist.table import judge_all
from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.testing.steps import Steps
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Topology

BASELINE = {"S-04", "K-09", "K-10", "K-11", "K-12", "D-01", "D-06", "D-07", "D-08", "D-09"}
"""What manifests of XDS-I do not say, and those of MADO do."""
NO_VIEWER = {"S-02"}
IN_PART = {"K-02", "K-08"}
"""Addresses without TLS, institutions without an id."""

ARCHITECTURES = [
    ("central", "A", {"S-07", "S-08", "S-13", "D-21"}),
    ("federated-2", "B", {"S-06", "S-08", "S-12"}),
    ("central-vna", "C", {"S-06", "S-07", "S-13", "D-21"}),
    ("mixed", "mixed", set()),
]


def rows(seen: Observed, result: Result) -> set[str]:
    return {id_ for id_, judgement in judge_all(seen).items() if judgement.result is result}


@pytest.mark.parametrize(("name", "architecture", "others"), ARCHITECTURES)
def test_topologies_that_ship_fall_short_where_they_have_no_viewer_and_say_no_more_than_xds_i(
    name: str, architecture: str, others: set[str]
) -> None:
    seen = surveyed(name).observed
    assert seen.architecture == architecture
    assert rows(seen, Result.FAIL) == BASELINE | NO_VIEWER
    assert rows(seen, Result.WARN) == {*IN_PART, "K-19"}
    assert rows(seen, Result.NOT_APPLICABLE) == others


def test_with_manifests_of_mado_only_the_viewer_is_missing() -> None:
    seen = surveyed("mixed", "mado").observed
    assert (rows(seen, Result.FAIL), rows(seen, Result.WARN)) == (NO_VIEWER, IN_PART)


def test_a_survey_is_a_record_of_steps_with_all_their_messages() -> None:
    record = surveyed("central").record
    assert record.verdict is Verdict.PASS
    assert [step.kind for step in record.steps] == ["phase"] * 7
    assert {exchange.transaction for exchange in record.exchanges} >= {"ITI-18", "ITI-42", "ITI-43", "RAD-69"}
    known = {exchange.id for exchange in record.exchanges}
    assert all(question.message in known for question in surveyed("central").observed.questions)


# --- real deployments that go wrong ----------------------------------------------------------


def with_faults(name: str, **faults: list[dict[str, Any]]) -> Observed:
    """A survey of a topology whose actors answer wrongly on purpose."""
    with start(topology(name), listen=FREE) as running:
        inject = Steps(running, Path())
        for actor, each in faults.items():
            for fault in each:
                inject("fault", actor=actor.replace("_", "-"), **fault)
        return observe(running).observed


def test_faults_of_real_actors_are_seen_in_the_rows_that_they_concern() -> None:
    seen = with_faults(
        "central",
        pacs_north=[{"deviation": "instance-uid-changed", "transaction": "RAD-69"}],
        pacs_south=[{"deviation": "http-503", "transaction": "WADO-RS"}],
        registry=[
            {
                "deviation": "attribute-missing",
                "transaction": "ITI-18",
                "parameters": {"attribute": "practiceSettingCode"},
            }
        ],
    )
    failed = rows(seen, Result.FAIL) - BASELINE - NO_VIEWER
    assert failed == {"S-03", "M-11", "K-14", "K-16", "D-13", "D-17", "D-20", "K-20"}


def test_gateways_that_go_wrong_are_seen_likewise() -> None:
    seen = with_faults("federated-2", south_rig=[{"deviation": "http-503"}])
    assert rows(seen, Result.FAIL) - BASELINE - NO_VIEWER == {"S-03", "D-21"}


def test_what_was_published_and_is_not_found_is_told() -> None:
    fault = {
        "deviation": "home-of-entry-missing",
        "transaction": "ITI-38",
    }  # the asking gateway leaves it out
    seen = with_faults("federated-2", south_rg=[fault])
    judgement = judge_all(seen)["S-01"]
    assert judgement.result is Result.FAIL
    assert "the manifest on 2.999.76.2 was published, and is not found" in judgement.observed


def test_a_registry_that_is_down_leaves_little_to_test_and_ends_nothing() -> None:
    seen = with_faults("central", registry=[{"deviation": "http-503", "transaction": "ITI-18"}])
    judged = judge_all(seen)
    assert judged["S-01"].result is Result.FAIL  # what was published is not found
    assert judged["S-12"].result is Result.FAIL
    assert judged["S-05"].result is Result.FAIL
    assert judged["K-01"].observed == "no manifest could be retrieved"
    assert judged["K-17"].result is Result.PASS  # publication did not need it
    assert Result.PASS not in {judged[id_].result for id_ in ("S-01", "M-02", "M-14", "D-18", "D-20")}


# --- others play actors ----------------------------------------------------------------------


def test_a_deployment_of_others_is_surveyed_by_the_patients_that_it_has() -> None:
    with start(topology("central", manifest="mado"), listen=FREE) as foreign:
        patient = observe(foreign).observed.entries[0].patientId
        assert patient is not None
        ids = ("registry", "repository", "pacs-north", "pacs-south")
        peers = [
            {
                "id": f"peer-{id_}",
                "plays": id_,
                "url": foreign.url_of(id_),
                "dicomweb": foreign.dicomweb_of(id_) if id_.startswith("pacs") else None,
            }
            for id_ in ids[:3]
        ]
        theirs = Topology.model_validate({**dict(topology("central")), "peers": peers})
        with start(theirs, listen=FREE) as running:
            seen = observe(running, patients=(patient,)).observed
    judged = judge_all(seen)
    assert {manifest.study for manifest in seen.manifests} == {"2.999.76.1", "2.999.76.2"}
    assert seen.publications == ()
    for id_ in ("S-01", "M-02", "M-14", "K-01", "K-12", "K-18", "D-07"):
        assert judged[id_].result is Result.PASS, (id_, judged[id_].observed)
    assert judged["S-12"].result is Result.WARN  # they publish by themselves
    for id_ in ("M-12", "M-17", "K-17"):
        assert judged[id_].result is Result.NOT_TESTED, (id_, judged[id_].observed)


def test_without_a_source_of_ours_and_without_patients_there_is_nothing_to_look_at() -> None:
    central = topology("central")
    peers = [
        {"id": f"peer-{id_}", "plays": id_, "url": f"http://127.0.0.1:9/{id_}"}
        for id_ in ("pacs-north", "pacs-south")
    ]
    theirs = Topology.model_validate({**dict(central), "peers": peers})
    with (
        start(theirs, listen=FREE) as running,
        pytest.raises(UsageError, match=r"no imaging source of ours.*--patient"),
    ):
        observe(running)


def test_nobody_to_ask_with_is_told_before_anything_starts() -> None:
    central = topology("central")
    alone = central.model_copy(
        update={"communities": (central.communities[0].model_copy(update={"consumers": ()}),)}
    )
    with pytest.raises(UsageError, match="needs a consumer beside a registry"):
        asker_of(alone)
    federated = topology("federated-2")
    gateless = federated.model_copy(
        update={
            "communities": tuple(
                each.model_copy(update={"initiatingGateway": None}) for each in federated.communities
            )
        }
    )
    with pytest.raises(UsageError, match="a consumer beside an Initiating Gateway"):
        asker_of(gateless)


def test_what_is_declared_otherwise_than_it_is_laid_out_fails() -> None:
    assert complete().declared == "mixed"
    with start(topology("central"), listen=FREE) as running:
        seen = observe(running, declared="C").observed
    judged = judge_all(seen)
    assert judged["S-05"].observed.startswith("declared as C, laid out as A")
    assert judged["S-08"].result is Result.FAIL


def test_so_many_manifests_are_looked_into_as_are_asked_for() -> None:
    with start(topology("central"), listen=FREE) as running:
        seen = observe(running, most=1).observed
    assert (len(seen.manifests), len(seen.reports), len(seen.approved)) == (1, 1, 7)
    assert judge_all(seen)["S-09"].result is Result.PASS
