from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from submissions import a_folder, a_set, an_association, an_entry, uuid

from xdsi_sim.actors.patient_directory import KnownPatient
from xdsi_sim.actors.registry_port import PatientChange, RegistryChange
from xdsi_sim.ebrim.model import MetadataObject
from xdsi_sim.errors import UsageError
from xdsi_sim.messages.discovery import name_key
from xdsi_sim.messages.patient_feed import Person, PersonName
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.store.registry_patients import Patient, announce, patients_in, survivors
from xdsi_sim.store.registry_schema import SCHEMA
from xdsi_sim.store.sqlite import Database, Schema

OBJECTS: tuple[MetadataObject, ...] = (
    a_set(patientId="B"),
    an_entry(1, patientId="B", sourcePatientId="B", sourcePatientInfo=("PID-3|B", "PID-5|Roth")),
    an_entry(2, patientId="A"),
    a_folder(patientId="B"),
    an_association(uuid(200), uuid(1), entryUUID=uuid(60)),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteRegistryStore]:
    opened = SqliteRegistryStore(tmp_path)
    opened.apply(RegistryChange(added=OBJECTS), lambda _view: RegistryChange()).result()
    yield opened
    opened.close()


def merge(store: SqliteRegistryStore, survivor: str, subsumed: str) -> None:
    store.feed((survivor, subsumed), lambda _known: PatientChange(merged=(survivor, subsumed))).result()


def test_a_merge_changes_the_patient_id_and_nothing_else(store: SqliteRegistryStore) -> None:
    view, uuids = store.view(), [value.entryUUID for value in OBJECTS]
    before = view.objects(uuids)
    merge(store, "A", "B")
    expected = [
        replace(value, patientId="A") if hasattr(value, "patientId") else value  # type: ignore[type-var]
        for value in before
    ]
    assert view.objects(uuids) == expected


ANNA = Person(name=PersonName("Roth", "Anna"), birthTime="19630804", gender="F", mothersMaidenName="Grün")
KEY = name_key(ANNA.name, ANNA.birthTime) or ""


def tell(store: SqliteRegistryStore, id: str, person: Person = ANNA, *others: str, new: bool = True) -> None:
    change = PatientChange(announced=(id,) if new else (), described=(id,), person=person, otherIds=others)
    store.feed((id,), lambda _known: change).result()


def named(store: SqliteRegistryStore, *keys: str, ids: tuple[str, ...] = (), limit: int = 9) -> list[str]:
    return [patient.patientId for patient in store.candidates(ids, keys, limit)]


def test_who_a_patient_is_was_said_last(store: SqliteRegistryStore) -> None:
    tell(store, "P", ANNA, "X", "Y")
    assert store.known_as("P") == KnownPatient(patientId="P", otherIds=("X", "Y"), person=ANNA)
    tell(store, "P", Person())  # says nothing, and takes nothing back
    assert store.known_as("P") == KnownPatient(patientId="P", otherIds=("X", "Y"), person=ANNA)
    married = replace(ANNA, name=PersonName("Berg", "Anna"))
    tell(store, "P", married, "Z", new=False)
    assert store.known_as("P") == KnownPatient(patientId="P", otherIds=("Z",), person=married)
    assert (named(store, KEY), named(store, "berg^1963"), named(store, ids=("X",))) == ([], ["P"], [])


def test_an_update_of_somebody_unknown_announces_nobody(store: SqliteRegistryStore) -> None:
    tell(store, "P", ANNA, "X", new=False)
    assert store.known_as("P") is None
    assert named(store, KEY, ids=("P", "X")) == []


def test_patients_are_found_by_any_id_and_by_name_and_year(store: SqliteRegistryStore) -> None:
    tell(store, "P", ANNA, "X")
    tell(store, "Q", ANNA)
    assert named(store, KEY) == ["P", "Q"]
    assert named(store, KEY, limit=1) == ["P"]
    assert named(store, KEY, ids=("X",)) == ["P", "Q"]
    assert named(store, ids=("X", "Q", "A")) == ["A", "P", "Q"]  # A has metadata and was never announced
    assert named(store, *(str(number) for number in range(99)), ids=("nobody",)) == []


def test_a_merge_leaves_one_patient_with_the_ids_of_both(store: SqliteRegistryStore) -> None:
    tell(store, "P", ANNA, "X")
    tell(store, "Q", replace(ANNA, gender="M"), "Y")
    merge(store, "Q", "P")
    known = KnownPatient(
        patientId="Q", formerIds=("P",), otherIds=("X", "Y"), person=replace(ANNA, gender="M")
    )
    assert store.known_as("P") == store.known_as("Q") == known
    assert named(store, KEY, ids=("P", "X")) == ["Q"]


def test_a_survivor_of_whom_nothing_is_known_is_who_the_other_was(store: SqliteRegistryStore) -> None:
    tell(store, "P", ANNA)
    merge(store, "Q", "P")
    assert store.known_as("Q") == KnownPatient(patientId="Q", formerIds=("P",), person=ANNA)
    assert named(store, KEY) == ["Q"]


def test_who_they_are_is_there_again_after_a_restart(tmp_path: Path) -> None:
    with closing(SqliteRegistryStore(tmp_path)) as first:
        tell(first, "P", ANNA, "X")
    with closing(SqliteRegistryStore(tmp_path)) as second:
        assert second.known_as("P") == KnownPatient(patientId="P", otherIds=("X",), person=ANNA)
    assert [patient.person for patient in patients_in(tmp_path)] == [ANNA]


def test_a_registry_of_before_knows_its_patients_by_their_ids(tmp_path: Path) -> None:
    before = Schema(
        application_id=SCHEMA.application_id, subject=SCHEMA.subject, migrations=SCHEMA.migrations[:3]
    )
    with closing(Database(tmp_path / "registry.db", before)) as old:
        old.submit(lambda connection: announce(connection, ("P",))).result()
    with closing(SqliteRegistryStore(tmp_path)) as store:
        assert store.known_as("P") == KnownPatient(patientId="P")
        tell(store, "P", ANNA)
        assert named(store, KEY) == ["P"]


def test_what_is_known_was_announced_or_has_metadata(store: SqliteRegistryStore, tmp_path: Path) -> None:
    store.feed((), lambda _known: PatientChange(announced=("C", "C"))).result()
    merge(store, "A", "B")
    assert survivors(store._database.reader(), ("A", "B", "C", "D")) == {"A": "A", "B": "A", "C": "C"}
    assert patients_in(tmp_path) == [
        Patient(patientId="A", survivor="A", objects=4),
        Patient(patientId="B", survivor="A", objects=0),
        Patient(patientId="C", survivor="C", objects=0),
    ]


def test_one_that_only_has_metadata_is_listed(store: SqliteRegistryStore, tmp_path: Path) -> None:
    assert store.view() is not None
    assert [(each.patientId, each.objects) for each in patients_in(tmp_path)] == [("A", 1), ("B", 3)]


def test_a_decision_that_refuses_changes_nothing(store: SqliteRegistryStore, tmp_path: Path) -> None:
    def refuse(known: object) -> PatientChange:
        raise KeyError(known)

    before = patients_in(tmp_path)
    with pytest.raises(KeyError):
        store.feed(("A",), refuse).result()
    assert patients_in(tmp_path) == before


def test_merges_of_one_commit_see_each_other(store: SqliteRegistryStore) -> None:
    gate = threading.Event()

    def wait(_known: object) -> PatientChange:
        gate.wait()
        return PatientChange()

    def decide(pair: tuple[str, str], known: Mapping[str, str]) -> PatientChange:
        assert known == {id_: id_ for id_ in pair}
        return PatientChange(merged=pair)

    store.feed((), wait)  # until it ends, the others gather
    crosswise = [store.feed(pair, partial(decide, pair)) for pair in (("A", "B"), ("B", "A"))]
    gate.set()
    assert [future.exception() is None for future in crosswise] == [True, False]
    assert survivors(store._database.reader(), ("A", "B")) == {"A": "A", "B": "A"}


def test_a_folder_without_a_registry_has_no_patients(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no registry here"):
        patients_in(tmp_path / "nothing")
    (tmp_path / "registry.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(UsageError, match="this is no registry"):
        patients_in(tmp_path)


@given(st.lists(st.sampled_from("ABCD"), min_size=4, max_size=4, unique=True))
def test_merges_of_merges_end_at_the_last_survivor(
    tmp_path_factory: pytest.TempPathFactory, order: list[str]
) -> None:
    store = SqliteRegistryStore(tmp_path_factory.mktemp("registry"))
    entries = tuple(an_entry(number, patientId=id) for number, id in enumerate("ABCD", start=1))
    store.apply(RegistryChange(added=entries), lambda _view: RegistryChange()).result()
    for subsumed, survivor in pairwise(order):
        merge(store, survivor, subsumed)
    assert set(survivors(store._database.reader(), order).values()) == {order[-1]}
    found = store.view().objects([entry.entryUUID for entry in entries])
    assert {value.patientId for value in found} == {order[-1]}  # type: ignore[union-attr]
    store.close()
