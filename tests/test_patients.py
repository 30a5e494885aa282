"""The patient identity feed of whole actors: over real sockets, beside submissions, and through a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from a_domain import domain, everything, provide, provision, response_of
from feeds import OTHER, added, adt, ask, merged, patient, tell
from wire import message, post, send

from xdsi_sim.actors.identity_source import as_adt, as_call
from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.messages.patient_feed import Acknowledgement, PatientFeed
from xdsi_sim.messages.response import status_name
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.store.registry_patients import patients_in
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.topology.model import Listen
from xdsi_sim.vocab import NS

MLLP = {"mllp": 0}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningTopology]:
    with domain(tmp_path, patients="fed-only", feed=MLLP) as started:
        yield started


def at(running: RunningTopology) -> Listen:
    listen = running.mllp_of("registry")
    assert listen is not None
    return listen


def of(id_: str, number: int) -> ProvideAndRegisterDocumentSetRequest:
    """A document of a patient."""
    request = provision(number)
    objects = request.submission.objects
    changed = RegistryObjectList(
        submissionSets=tuple(replace(value, patientId=patient(id_)) for value in objects.submissionSets),
        documentEntries=tuple(
            replace(
                value,
                patientId=patient(id_),
                sourcePatientId=patient(id_, OTHER),
                sourcePatientInfo=(f"PID-3|{patient(id_, OTHER)}",),
            )
            for value in objects.documentEntries
        ),
        associations=objects.associations,
    )
    return replace(request, submission=SubmitObjectsRequest(objects=changed))


def submitted(running: RunningTopology, id_: str, number: int) -> list[str]:
    """Codes of the errors."""
    response = response_of(provide(running.url_of("repository"), of(id_, number)))
    return [error.errorCode for error in response.errors]


def objects_of(running: RunningTopology, id_: str) -> RegistryObjectList:
    return everything(running.url_of("registry"), patient(id_)).objects


@pytest.mark.parametrize("trigger", ["A01", "A04", "A05"])
def test_iti_8_makes_a_patient_known(running: RunningTopology, trigger: str) -> None:
    assert submitted(running, "P1", 1) == ["XDSUnknownPatientId"]
    pid3 = f"{patient('X', OTHER)}~{patient('P1')}"
    assert ask(at(running), adt(trigger, pid3)).code == "AA"
    assert submitted(running, "P1", 2) == []
    assert submitted(running, "X", 3) == ["XDSUnknownPatientId"]


def test_iti_8_fills_in_the_authority_that_a_source_leaves_out(running: RunningTopology) -> None:
    assert ask(at(running), adt(pid3="P1^^^HOSPITAL")).code == "AA"
    assert submitted(running, "P1", 1) == []


def test_iti_8_a08_is_acknowledged_and_ignored(running: RunningTopology) -> None:
    assert ask(at(running), adt("A08")).code == "AA"
    assert submitted(running, "P1", 1) == ["XDSUnknownPatientId"]


@pytest.mark.parametrize("by", ["ITI-8", "ITI-44"])
def test_a_merge_moves_everything_but_what_the_source_calls_the_patient(
    running: RunningTopology, by: str
) -> None:
    url = running.url_of("registry")
    for id_ in ("A", "B"):
        assert tell(url, added(id_)).code == "CA"
    assert submitted(running, "B", 1) == []
    answer = (
        ask(at(running), adt("A40", patient("A"), patient("B")))
        if by == "ITI-8"
        else tell(url, merged("B", "A"))
    )
    assert answer.texts == ()
    found = objects_of(running, "A")
    assert len(found.objects()) == 3
    (entry,), (set_,) = found.documentEntries, found.submissionSets
    assert entry.patientId == set_.patientId == patient("A")
    assert entry.sourcePatientId == patient("B", OTHER)
    assert entry.sourcePatientInfo == (f"PID-3|{patient('B', OTHER)}",)
    assert objects_of(running, "B").objects() == ()
    assert submitted(running, "B", 2) == ["XDSUnknownPatientId"]
    assert by in {exchange.transaction for exchange in running.exchanges()}


def test_a_registry_that_accepts_anybody_knows_whose_metadata_it_has(tmp_path: Path) -> None:
    with domain(tmp_path, feed=MLLP) as open_to_all:
        url = open_to_all.url_of("registry")
        assert tell(url, merged("B", "A")).code == "CE"  # nobody has heard of B
        assert submitted(open_to_all, "B", 1) == []
        assert tell(url, merged("B", "A")).code == "CA"
        assert submitted(open_to_all, "B", 2) == ["XDSUnknownPatientId"]
        assert submitted(open_to_all, "A", 3) == []
        assert len(objects_of(open_to_all, "A").documentEntries) == 2


REFUSED = [
    ("(a) a survivor of another domain", merged("B", "A", authority=OTHER), "K07"),
    ("(b) both the same", merged("A", "A"), "K08"),
    ("(c) subsumed before", merged("GONE", "A"), "K09"),
    ("(d) into one that was subsumed", merged("A", "GONE"), "K09"),
    ("(e) never heard of", merged("NOBODY", "A"), "K10"),
    ("another domain announced", added("X", authority=OTHER), "K02"),
    ("a subsumed one announced", added("GONE"), "K13"),
]


@pytest.mark.parametrize("by", ["ITI-8", "ITI-44"])
@pytest.mark.parametrize(("feed", "rule"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED])
def test_what_is_refused_changes_nothing(
    running: RunningTopology, tmp_path: Path, feed: PatientFeed, rule: str, by: str
) -> None:
    url = running.url_of("registry")
    for earlier in (added("A"), added("B"), added("GONE"), merged("GONE", "B")):
        assert tell(url, earlier).code == "CA"
    assert submitted(running, "B", 1) == []
    before = patients_in(tmp_path / "registry"), objects_of(running, "B")
    answer = said(running, feed, by)
    assert answer.code == {"ITI-8": "AE", "ITI-44": "CE"}[by]
    assert [text for text in answer.texts if f"(rule {rule})" in text]
    assert (patients_in(tmp_path / "registry"), objects_of(running, "B")) == before


def said(running: RunningTopology, feed: PatientFeed, by: str) -> Acknowledgement:
    return ask(at(running), as_adt(feed)) if by == "ITI-8" else tell(running.url_of("registry"), feed)


def test_an_action_and_a_body_of_different_events_are_refused(running: RunningTopology) -> None:
    url = running.url_of("registry")
    type_, body = message(url, "ITI-44 add", as_call(added("A"), url).message)
    answer = send(url, post(url, type_, body.replace(b":PRPA_IN201301UV02<", b":PRPA_IN201304UV02<")))
    assert (answer.status, b"asks for" in answer.body) == (400, True)


def test_a_wrapper_of_another_interaction_is_an_error(running: RunningTopology) -> None:
    url = running.url_of("registry")
    type_, body = message(url, "ITI-44 add", as_call(added("A"), url).message)
    answer = send(
        url, post(url, type_, body.replace(b'processingModeCode code="T"', b'processingModeCode code="R"'))
    )
    assert answer.status == 200
    assert b'typeCode code="CE"' in answer.body
    assert b"rule K06" in answer.body
    assert NS.HL7.encode() in answer.body


def test_a_merge_in_the_midst_of_submissions_loses_none_and_leaves_none_behind(
    running: RunningTopology,
) -> None:
    url, numbers = running.url_of("registry"), count(1)
    for id_ in ("A", "B", "C"):
        tell(url, added(id_))
    accepted: list[int] = []
    refused: set[str] = set()
    merging = threading.Event()

    def submit(id_: str) -> None:
        for _ in range(25):
            number = next(numbers)
            codes = submitted(running, id_, number)
            refused.update(codes)
            if not codes:
                accepted.append(number)
            if len(accepted) > 6:
                merging.set()

    clients = [threading.Thread(target=submit, args=(id_,)) for id_ in ("A", "B", "B", "C")]
    for client in clients:
        client.start()
    assert merging.wait(60)
    assert tell(url, merged("B", "A")).code == "CA"
    assert tell(url, merged("A", "C")).code == "CA"
    for client in clients:
        client.join()
    assert refused <= {"XDSUnknownPatientId"}
    found = objects_of(running, "C")
    assert sorted(entry.uniqueId or "" for entry in found.documentEntries) == sorted(
        f"2.999.2.{number}" for number in accepted
    )
    assert len(found.submissionSets) == len(found.associations) == len(accepted)
    assert {entry.patientId for entry in found.documentEntries} == {patient("C")}
    assert objects_of(running, "A").objects() == objects_of(running, "B").objects() == ()


TOPOLOGY = """\
name: domain
communities:
  - id: c
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    registry: {id: registry, patients: fed-only, feed: {mllp: 0}}
    repositories: [{id: repository, repositoryUniqueId: 2.999.1.3}]
"""


def up(folder: Path) -> tuple[subprocess.Popen[str], dict[str, dict[str, str]]]:
    path = folder / "domain.yaml"
    path.write_text(TOPOLOGY, encoding="utf-8")
    command = [sys.executable, "-m", "xdsi_sim", "up", str(path), "--json", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen([*command, "--data", str(folder / "data")], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    return process, {actor["id"]: actor for actor in told["actors"]}


def end(process: subprocess.Popen[str], number: int) -> int:
    os.kill(process.pid, number)
    code = process.wait(timeout=20)
    if process.stdout is not None:
        process.stdout.close()
    return code


def test_who_was_acknowledged_is_there_after_a_kill(tmp_path: Path) -> None:
    process, actors = up(tmp_path)
    listen, url = Listen.parse(actors["registry"]["mllp"]), actors["registry"]["url"]
    assert tell(url, added("M")).code == "CA"
    document = provide(actors["repository"]["url"], of("M", 1))
    assert status_name(response_of(document).status) == "Success"
    assert ask(listen, adt("A40", patient("S"), patient("M"))).code == "AA"
    acknowledged: list[str] = []
    enough = threading.Event()

    def feed(lane: int) -> None:
        for number in range(10_000):
            id_ = f"L{lane}N{number}"
            with suppress(OSError, ValueError):
                if ask(listen, adt(pid3=patient(id_))).code == "AA":
                    acknowledged.append(id_)
                    if len(acknowledged) > 40:
                        enough.set()
                    continue
            return

    lanes = [threading.Thread(target=feed, args=(lane,)) for lane in range(4)]
    for lane in lanes:
        lane.start()
    assert enough.wait(60)
    end(process, signal.SIGKILL)
    for lane in lanes:
        lane.join()
    process, actors = up(tmp_path)
    known = {each.patientId: each.survivor for each in patients_in(tmp_path / "data" / "registry")}
    assert {patient(id_) for id_ in acknowledged} <= known.keys()
    assert known[patient("M")] == patient("S")
    found = everything(actors["registry"]["url"], patient("S")).objects
    assert [entry.patientId for entry in found.documentEntries] == [patient("S")]
    assert end(process, signal.SIGTERM) == 0
