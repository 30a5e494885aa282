from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from submissions import a_folder, a_set, a_submission, an_association, an_entry, uuid

from xdsi_sim.actors.registry_port import PatientChange, RegistryChange
from xdsi_sim.ebrim.datatypes import UUID, pad_dtm
from xdsi_sim.ebrim.model import Author, Code, DocumentEntry, MetadataObject
from xdsi_sim.ebrim.tables import ASSOCIATION, DOCUMENT_ENTRY
from xdsi_sim.ebrim.writer import write_object
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.stored_queries import (
    FIND_DOCUMENTS,
    FIND_DOCUMENTS_BY_REFERENCE_ID,
    GET_DOCUMENTS_AND_ASSOCIATIONS,
    Test,
)
from xdsi_sim.rules.selection import Condition, Part, Selection
from xdsi_sim.rules.subjects import Held, Lookup
from xdsi_sim.store.registry import SqliteRegistryStore, _statement
from xdsi_sim.vocab import APPROVED, DEPRECATED
from xdsi_sim.vocab import Association as AssociationType

SCHEME = "2.999.1"
TIMES = ("2024", "202401", "20240212", "20240212083015", "2025")
PEOPLE = ("^Roth^Miriam", "^ROTH", "a*b?[c", "100%", "a_b")
CODES = ("CT", "MR", "ct")


def nothing(_view: object) -> RegistryChange:
    return RegistryChange()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteRegistryStore]:
    opened = SqliteRegistryStore(tmp_path)
    yield opened
    opened.close()


def add(store: SqliteRegistryStore, *objects: MetadataObject) -> None:
    store.apply(RegistryChange(added=objects), nothing).result()


def codes(names: list[str]) -> tuple[Code, ...]:
    return tuple(Code.of(name, SCHEME, name) for name in names)


ENTRIES = st.lists(
    st.builds(
        dict,
        creationTime=st.sampled_from(TIMES),
        serviceStartTime=st.none() | st.sampled_from(TIMES),
        eventCodeList=st.lists(st.sampled_from(CODES), max_size=3).map(codes),
        author=st.lists(st.sampled_from(PEOPLE), max_size=2).map(
            lambda people: tuple(Author(authorPerson=person) for person in people)
        ),
        classCode=st.sampled_from(CODES).map(lambda name: Code.of(name, SCHEME, name)),
    ),
    max_size=6,
)
CODED = st.lists(st.sampled_from(CODES).map(lambda name: f"{name}^^{SCHEME}"), min_size=1, max_size=2).map(
    tuple
)
TIME = st.sampled_from(TIMES).map(lambda time: (pad_dtm(time),))
CONDITIONS = st.lists(
    st.one_of(
        st.builds(Condition, st.just("classCode"), st.just(Test.IN), CODED),
        st.builds(Condition, st.just("eventCodeList"), st.just(Test.IN), CODED),
        st.builds(
            Condition,
            st.sampled_from(["creationTime", "serviceStartTime"]),
            st.sampled_from([Test.AT_LEAST, Test.BELOW]),
            TIME,
        ),
        st.builds(
            Condition,
            st.just("authorPerson"),
            st.just(Test.LIKE),
            st.lists(
                st.sampled_from(["%Roth%", "^R_TH", "a*b?[c", "a_b", "%\\%%", "%%", "_00%"]), min_size=1
            ).map(tuple),
        ),
    ),
    max_size=4,
)


def texts(entry: DocumentEntry, attribute: str) -> list[str]:
    """The searched form of an attribute, written down a second time."""
    if attribute == "authorPerson":
        return [author.authorPerson for author in entry.author if author.authorPerson]
    value = getattr(entry, attribute)
    if attribute in ("creationTime", "serviceStartTime"):
        return [] if value is None else [pad_dtm(value)]
    return [f"{code.code}^^{code.codingScheme}" for code in (value if isinstance(value, tuple) else (value,))]


def matches(entry: DocumentEntry, condition: Condition) -> bool:
    found = texts(entry, condition.attribute)
    if condition.test in (Test.AT_LEAST, Test.BELOW):
        (bound,) = condition.values
        return not found or (found[0] >= bound if condition.test is Test.AT_LEAST else found[0] < bound)
    if condition.test is Test.IN:
        return any(text in condition.values for text in found)
    patterns = [re.escape(value).replace("%", ".*").replace("_", ".") for value in condition.values]
    return any(re.fullmatch(pattern, text, re.DOTALL) for pattern in patterns for text in found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(ENTRIES, CONDITIONS)
def test_one_sql_statement_finds_what_looking_at_each_object_finds(
    tmp_path_factory: pytest.TempPathFactory, given_: list[dict[str, object]], conditions: list[Condition]
) -> None:
    store = SqliteRegistryStore(tmp_path_factory.mktemp("registry"))
    entries = [an_entry(number, **changes) for number, changes in enumerate(given_, start=1)]
    add(store, *entries)
    selection = Selection(query=FIND_DOCUMENTS, parts=(Part(DOCUMENT_ENTRY, tuple(conditions)),))
    found = [item.entryUUID for item in store.find(selection, 100)]
    store.close()
    assert found == [entry.entryUUID for entry in entries if all(matches(entry, item) for item in conditions)]


def test_answers_are_the_fragments_as_they_were_stored(store: SqliteRegistryStore) -> None:
    entry = an_entry(
        classCode=Code("C", SCHEME, None, "urn:uuid:00000000-0000-4000-8000-00000000000c"),
        confidentialityCode=(),
    )
    add(store, entry)
    selection = Selection(query=FIND_DOCUMENTS, parts=(Part(DOCUMENT_ENTRY, ()),))
    (found,) = store.find(selection, 10)
    assert len(found.fragment) == len(write_object(entry))
    assert store.view().objects([uuid(1)])[0].entryUUID == entry.entryUUID
    assert store.find(selection, 0) == []


def test_associations_at_what_is_found_come_along(store: SqliteRegistryStore) -> None:
    request = a_submission(entries=(an_entry(1), an_entry(2)))
    add(store, *request.objects.objects())
    condition = Condition("entryUUID", Test.IN, (uuid(1).upper().replace("URN:UUID", "urn:uuid"),))
    selection = Selection(
        query=GET_DOCUMENTS_AND_ASSOCIATIONS,
        parts=(Part(DOCUMENT_ENTRY, (condition,)),),
        associations=Part(ASSOCIATION, ()),
    )
    assert len(store.find(selection, 10)) == 2


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
    assert view.folders(uuid(1)) == []


def test_a_folder_whose_membership_is_over_does_not_hold_the_entry(store: SqliteRegistryStore) -> None:
    folders = (a_folder(201, availabilityStatus=APPROVED), a_folder(202, availabilityStatus=APPROVED))
    members = tuple(
        an_association(folder.entryUUID, uuid(1), entryUUID=uuid(number), availabilityStatus=status)
        for folder, number, status in zip(folders, (61, 62), (APPROVED, DEPRECATED), strict=True)
    )
    add(store, an_entry(1), *folders, *members)
    assert store.view().folders(uuid(1)) == [folders[0].entryUUID]


def test_parts_of_a_registered_object_have_uuids(store: SqliteRegistryStore) -> None:
    code = Code("C", SCHEME, None, "cl01")
    add(store, an_entry(classCode=code, externalIdentifierIds=(("patientId", "ei01"),)))
    (found,) = store.find(Selection(query=FIND_DOCUMENTS, parts=(Part(DOCUMENT_ENTRY, ()),)), 1)
    ids = [part.get("id", "") for part in parse(found.fragment) if part.get("id")]
    assert len(ids) == 9
    assert [id_ for id_ in ids if not UUID.fullmatch(id_)] == []


def test_a_reference_id_is_the_way_in_to_the_entries_that_have_it(
    store: SqliteRegistryStore,
) -> None:
    condition = Condition("referenceIdList", Test.IN, ("r1",))
    patient = Condition("patientId", Test.IN, (an_entry().patientId or "",))
    status = Condition("availabilityStatus", Test.IN, (APPROVED,))
    entries = [an_entry(n, referenceIdList=(f"r{n}",), availabilityStatus=APPROVED) for n in range(1, 200)]
    add(store, *entries)
    selection = Selection(
        query=FIND_DOCUMENTS_BY_REFERENCE_ID, parts=(Part(DOCUMENT_ENTRY, (patient, status, condition)),)
    )
    assert [found.entryUUID for found in store.find(selection, 10)] == [uuid(1)]
    assert "value_attribute_text" in plan_of(store, selection)


def plan_of(store: SqliteRegistryStore, selection: Selection) -> str:
    """How SQLite goes about a selection: which index it begins with."""
    sql, values = _statement(selection)
    rows = store._database.reader().execute(f"EXPLAIN QUERY PLAN {sql}", (*values, 10))
    return "\n".join(row[-1] for row in rows)
