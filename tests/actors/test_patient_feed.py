from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from feeds import added, merged, patient
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from submissions import a_folder, a_set, a_submission, an_association, an_entry, uuid

from xdsi_sim.actors.flow import run
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.ebrim.model import DocumentEntry, Slot
from xdsi_sim.ebrim.reader import read_object
from xdsi_sim.ebrim.tables import DOCUMENT_ENTRY
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.patient_feed import Acknowledgement, Event, Ii, PatientFeed
from xdsi_sim.messages.prpa import in_v3
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.response import RegistryResponse
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, encode
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.vocab import APPROVED
from xdsi_sim.vocab import Association as AssociationType

AUTHORITY = "2.999.1.1"


def nobody(_call: object) -> object:
    raise AssertionError("nobody is called")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[DocumentRegistry]:
    store = SqliteRegistryStore(tmp_path)
    yield DocumentRegistry(store=store, patientAuthority=AUTHORITY, any_patient=False)
    store.close()


def feed(registry: DocumentRegistry, message: PatientFeed) -> Acknowledgement:
    return run(registry.feed(message), nobody)


def register(registry: DocumentRegistry, request: SubmitObjectsRequest) -> list[str]:
    response: RegistryResponse = run(registry.register(request), nobody)
    return [error.errorCode for error in response.errors]


def of(id: str, number: int = 1, **changes: object) -> SubmitObjectsRequest:
    """A submission of one document of a patient."""
    return a_submission(
        entries=(an_entry(number, patientId=patient(id), **changes),),
        set_=a_set(1000 + number, patientId=patient(id)),
    )


def found(registry: DocumentRegistry, id: str) -> list[str]:
    """The uniqueIds of the patient's documents."""
    known = FIND_DOCUMENTS.by_name
    slots: tuple[Slot, ...] = (
        encode(known["$XDSDocumentEntryPatientId"], patient(id)),
        encode(known["$XDSDocumentEntryStatus"], APPROVED),
    )
    answer = registry.query(AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=slots))
    assert not answer.errors
    entries = [read_object(parse(fragment), DOCUMENT_ENTRY) for fragment in answer.fragments]
    return [entry.uniqueId or "" for entry in entries if isinstance(entry, DocumentEntry)]


def test_a_patient_is_known_once_the_feed_has_brought_it(registry: DocumentRegistry) -> None:
    assert register(registry, of("P1")) == ["XDSUnknownPatientId"]
    answer = feed(registry, in_v3(added("P1")))
    assert (answer.code, answer.texts) == ("CA", ())
    assert feed(registry, added("P1")).code == "AA"
    assert register(registry, of("P1")) == []


def test_a_revised_patient_is_known_and_an_update_means_nothing(registry: DocumentRegistry) -> None:
    assert feed(registry, replace(added("P1"), event=Event.IGNORED)).code == "AA"
    assert register(registry, of("P1")) == ["XDSUnknownPatientId"]
    assert feed(registry, in_v3(replace(added("P1"), event=Event.REVISE))).code == "CA"
    assert register(registry, of("P1")) == []


def test_a_refusal_says_what_was_wrong_by_which_rule(registry: DocumentRegistry) -> None:
    answer = feed(registry, in_v3(merged("P2", "P1")))
    assert answer.code == "CE"
    assert answer.texts == (f"the subsumed id is not known: '{patient('P2')}' (rule K10)",)
    assert answer.rule == "K10"


def test_after_a_merge_everything_is_the_survivor_s(registry: DocumentRegistry) -> None:
    feed(registry, added("A"))
    feed(registry, added("B"))
    assert register(registry, of("B")) == []
    assert feed(registry, merged("B", "A")).code == "AA"
    assert (found(registry, "A"), found(registry, "B")) == (["2.999.2.1"], [])
    assert register(registry, of("B", 2)) == ["XDSUnknownPatientId"]
    assert register(registry, of("A", 3)) == []
    assert feed(registry, added("B")).code == "AE"  # it is not reversible


def test_relationships_and_folders_look_through_a_merge(registry: DocumentRegistry) -> None:
    for id in ("A", "B"):
        feed(registry, added(id))
    folder = a_folder(patientId=patient("B"))
    kept = a_submission(
        entries=(an_entry(1, patientId=patient("B")),), set_=a_set(patientId=patient("B")), folders=(folder,)
    )
    assert register(registry, kept) == []
    again = a_submission(
        entries=(an_entry(2, patientId=patient("A")),),
        set_=a_set(101, patientId=patient("A")),
        more=(an_association(uuid(2), uuid(1), AssociationType.APND),),
    )
    assert register(registry, again) == ["XDSPatientIdDoesNotMatch"]
    feed(registry, merged("B", "A"))
    assert register(registry, again) == []


def test_a_refusal_stays_short_however_much_is_wrong(registry: DocumentRegistry) -> None:
    many = added(*(f"{number}\x07" for number in range(500)))
    assert len(feed(registry, many).texts) == 20
    strange = replace(added(), patientIds=tuple(Ii(f"2.999.{number}", "P") for number in range(500)))
    (text,) = feed(registry, strange).texts
    assert len(text) < 200


class Merges(RuleBasedStateMachine):
    """The registry beside a model of a few lines: who survives, and whose documents there are."""

    folder: Path
    ids = st.sampled_from("ABCDE")

    def __init__(self) -> None:
        super().__init__()
        Merges.folder = Merges.folder.with_name(f"{Merges.folder.name}x")
        self.store = SqliteRegistryStore(Merges.folder)
        self.registry = DocumentRegistry(store=self.store, patientAuthority=AUTHORITY, any_patient=False)
        self.survivor: dict[str, str] = {}
        self.documents: dict[str, list[str]] = {id: [] for id in "ABCDE"}
        self.count = 0

    @rule(id=ids)
    def add(self, id: str) -> None:
        accepted = self.survivor.get(id, id) == id
        assert (feed(self.registry, added(id)).code == "AA") is accepted
        self.survivor.setdefault(id, id)

    @rule(subsumed=ids, survivor=ids)
    def merge(self, subsumed: str, survivor: str) -> None:
        accepted = (
            subsumed != survivor
            and self.survivor.get(subsumed) == subsumed
            and self.survivor.get(survivor, survivor) == survivor
        )
        assert (feed(self.registry, merged(subsumed, survivor)).code == "AA") is accepted
        if accepted:
            self.survivor[survivor] = survivor
            for id, into in self.survivor.items():
                self.survivor[id] = survivor if into == subsumed else into
            self.documents[survivor] += self.documents[subsumed]
            self.documents[subsumed] = []

    @rule(id=ids)
    def submit(self, id: str) -> None:
        self.count += 1
        accepted = self.survivor.get(id) == id
        assert (register(self.registry, of(id, self.count)) == []) is accepted
        if accepted:
            self.documents[id].append(f"2.999.2.{self.count}")

    @invariant()
    def documents_are_where_they_belong(self) -> None:
        for id in "ABCDE":
            assert sorted(found(self.registry, id)) == sorted(self.documents[id])

    def teardown(self) -> None:
        self.store.close()


def test_any_history_of_feeds_and_submissions_agrees_with_the_model(tmp_path: Path) -> None:
    Merges.folder = tmp_path / "m"
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Merges, settings=settings(max_examples=25, stateful_step_count=20, deadline=None)
    )
