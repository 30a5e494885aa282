from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from submissions import a_folder, a_set, an_association, an_entry, uuid

from xdsi_sim.actors.registry_port import PatientChange, RegistryChange
from xdsi_sim.ebrim.model import MetadataObject
from xdsi_sim.errors import UsageError
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.store.registry_patients import Patient, patients_in, survivors

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
