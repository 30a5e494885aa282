from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from sqlite3 import IntegrityError

import pytest
from submissions import PATIENT, a_folder, a_set, a_submission, an_association, an_entry, uuid

from xdsi_sim.actors.registry_port import Found, PatientChange, RegistryChange
from xdsi_sim.content import Segment, SegmentsContent, read_all
from xdsi_sim.ebrim.datatypes import UUID
from xdsi_sim.ebrim.model import Code, MetadataObject
from xdsi_sim.ebrim.writer import write_object
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import CannotRun
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, GET_DOCUMENTS_AND_ASSOCIATIONS, Test
from xdsi_sim.rules.selection import Condition, Part, Selection
from xdsi_sim.rules.subjects import Held, Lookup
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.vocab import APPROVED, DEPRECATED
from xdsi_sim.vocab import Association as AssociationType

SCHEME = "2.999.1"


def nothing(_view: object) -> RegistryChange:
    return RegistryChange()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteRegistryStore]:
    opened = SqliteRegistryStore(tmp_path)
    yield opened
    opened.close()


def content(segment: Segment) -> bytes:
    return read_all(SegmentsContent((segment,)))


def add(store: SqliteRegistryStore, *objects: MetadataObject) -> None:
    store.apply(RegistryChange(added=objects), nothing).result()


ENTRIES = FIND_DOCUMENTS.steps[0]
EVERY_ENTRY = Selection(query=FIND_DOCUMENTS, parts=(Part(ENTRIES, ()),))


def test_answers_are_the_fragments_as_they_were_stored(store: SqliteRegistryStore) -> None:
    entry = an_entry(
        classCode=Code("C", SCHEME, None, "urn:uuid:00000000-0000-4000-8000-00000000000c"),
        confidentialityCode=(),
    )
    add(store, entry)
    found = store.find(EVERY_ENTRY, 10)
    (fragment,) = map(content, found.fragments)
    assert len(fragment) == len(write_object(entry))
    assert (found.count, found.patients) == (1, {entry.patientId})
    assert store.view().objects([uuid(1)])[0].entryUUID == entry.entryUUID
    assert store.find(EVERY_ENTRY, 0) == Found(count=0, patients=frozenset(), fragments=())


def test_associations_at_what_is_found_come_along(store: SqliteRegistryStore) -> None:
    request = a_submission(entries=(an_entry(1), an_entry(2)))
    add(store, *request.objects.objects())
    condition = Condition("entryUUID", Test.IN, (uuid(1).upper().replace("URN:UUID", "urn:uuid"),))
    entries, associations = GET_DOCUMENTS_AND_ASSOCIATIONS.steps
    parts = (Part(entries, (condition,)), Part(associations, ()))
    assert store.find(Selection(query=GET_DOCUMENTS_AND_ASSOCIATIONS, parts=parts), 10).count == 2


def test_a_change_that_is_refused_leaves_nothing(store: SqliteRegistryStore) -> None:
    def refuse(_view: object) -> RegistryChange:
        raise KeyError("no")

    with pytest.raises(KeyError):
        store.apply(RegistryChange(added=(an_entry(),)), refuse).result()
    assert store.view().look_up(Lookup.of(a_submission().objects)) == Held()


def test_look_ups_see_objects_ids_patients_and_what_derives(store: SqliteRegistryStore) -> None:
    links = (
        an_association(uuid(2), uuid(1), AssociationType.XFRM, entryUUID=uuid(31)),
        an_association(uuid(3), uuid(2), AssociationType.APND, entryUUID=uuid(32)),
        an_association(uuid(4), uuid(1), AssociationType.SIGNS, entryUUID=uuid(33)),
        an_association(uuid(4), uuid(1), AssociationType.XFRM_RPLC, entryUUID=uuid(34)),
    )
    add(store, a_set(), *map(an_entry, range(1, 5)), *links)
    store.feed(("p",), lambda _known: PatientChange(announced=("p",))).result()
    view = store.view()
    held = view.look_up(Lookup(uuids=(uuid(1),), uniqueIds=("2.999.2.1", "none"), patientIds=("p", "q")))
    assert held.objects[uuid(1)].hash == an_entry().hash
    assert held.uniqueIds.keys() == {"2.999.2.1"}
    assert held.patients == {"p": "p"}
    assert set(view.derived([uuid(1)])) == {uuid(2), uuid(3)}
    assert (held.folders, held.transformations) == ({}, frozenset())
    asked = replace(
        Lookup(uuids=(), uniqueIds=(), patientIds=()),
        replaced=(uuid(1),),
        appended=(uuid(1), uuid(2), uuid(4)),
    )
    assert view.look_up(asked).folders == {}
    assert view.look_up(asked).transformations == {uuid(2)}  # 4 replaced what it transformed


def test_the_last_version_is_found_and_what_is_linked_to_it(store: SqliteRegistryStore) -> None:
    first, second = an_entry(1, logicalID=uuid(1)), an_entry(2, logicalID=uuid(1))
    links = [
        an_association(
            uuid(3), uuid(n), AssociationType.APND, entryUUID=uuid(10 + n), availabilityStatus=status
        )
        for n, status in ((1, APPROVED), (2, APPROVED), (4, DEPRECATED), (5, APPROVED))
    ]
    add(store, first, second, an_entry(3, logicalID=uuid(3)), *links)
    view = store.view()
    assert [value.entryUUID for value in view.latest([uuid(1).upper().replace("URN:UUID", "urn:uuid")])] == [
        uuid(2)
    ]
    assert [link.targetObject for link in view.links([uuid(3)])] == [uuid(2), uuid(5)]
    assert view.links([uuid(1), uuid(4)]) == []


def test_versions_of_a_folder_have_its_unique_id_and_no_other_folder_has(store: SqliteRegistryStore) -> None:
    first, second = a_folder(200, logicalID=uuid(200)), a_folder(201, logicalID=uuid(200))
    add(store, first, replace(second, uniqueId=first.uniqueId))
    with pytest.raises(IntegrityError):
        add(store, a_folder(202, logicalID=uuid(202), uniqueId=first.uniqueId))


def test_any_number_of_ids_is_looked_up(store: SqliteRegistryStore) -> None:
    entry = an_entry(1)
    add(store, entry, an_association(uuid(2), uuid(1), AssociationType.APND))
    more = tuple(f"{n}" for n in range(260_000))
    view = store.view()
    lookup = Lookup(uuids=(*more, uuid(1)), uniqueIds=(*more, entry.uniqueId), patientIds=more)
    assert view.look_up(lookup).objects[uuid(1)].entryUUID == uuid(1)
    assert [value.entryUUID for value in view.objects([*more, uuid(1)])] == [uuid(1)]
    assert view.derived([*more, uuid(1)]) == [uuid(2)]


def test_a_folder_whose_membership_is_over_does_not_hold_the_entry(store: SqliteRegistryStore) -> None:
    folders = (a_folder(201, availabilityStatus=APPROVED), a_folder(202, availabilityStatus=APPROVED))
    members = tuple(
        an_association(folder.entryUUID, uuid(1), entryUUID=uuid(number), availabilityStatus=status)
        for folder, number, status in zip(folders, (61, 62), (APPROVED, DEPRECATED), strict=True)
    )
    add(store, an_entry(1), *folders, *members)
    held = store.view().look_up(Lookup(uuids=(), uniqueIds=(), patientIds=(), replaced=(uuid(1),)))
    assert [folder.entryUUID for folder in held.folders[uuid(1)]] == [folders[0].entryUUID]
    assert held.folders[uuid(1)][0].patientId == PATIENT


def test_parts_of_a_registered_object_have_uuids(store: SqliteRegistryStore) -> None:
    code = Code("C", SCHEME, None, "cl01")
    add(store, an_entry(classCode=code, externalIdentifierIds=(("patientId", "ei01"),)))
    (fragment,) = map(content, store.find(EVERY_ENTRY, 1).fragments)
    ids = [part.get("id", "") for part in parse(fragment) if part.get("id")]
    assert len(ids) == 9
    assert [id_ for id_ in ids if not UUID.fullmatch(id_)] == []


def test_a_folder_that_cannot_be_used_is_said_to_be_and_nothing_of_it_stays_open(tmp_path: Path) -> None:
    in_the_way = tmp_path / "answers"
    in_the_way.write_bytes(b"")
    for _ in range(2):  # the first leaves no lock to the second
        with pytest.raises(CannotRun, match=rf"^{tmp_path}: .*{in_the_way}"):
            SqliteRegistryStore(tmp_path)
    in_the_way.unlink()
    SqliteRegistryStore(tmp_path).close()
