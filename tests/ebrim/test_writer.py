from __future__ import annotations

from dataclasses import replace

import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st
from samples import a_full, a_full_list, an_entry
from schemas import each_schema, faults

from xdsi_sim.ebrim.model import (
    Author,
    Classification,
    Code,
    DocumentEntry,
    ExternalIdentifier,
    MetadataObject,
    RegistryObjectList,
    Slot,
)
from xdsi_sim.ebrim.reader import read_object, read_object_list, read_slot
from xdsi_sim.ebrim.tables import (
    ASSOCIATION,
    DOCUMENT_ENTRY,
    FOLDER,
    KINDS,
    OBJECT_TYPE,
    SUBMISSION_SET,
    Kind,
)
from xdsi_sim.ebrim.writer import write_object, write_object_list, write_object_ref, write_slot
from xdsi_sim.ebrim.xml import Element, parse
from xdsi_sim.ids import new_uuid
from xdsi_sim.vocab import NS

RIM = f"{{{NS.RIM}}}"
AN_ID = "urn:uuid:00000000-0000-4000-8000-000000000001"
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


def round_trip(value: MetadataObject) -> MetadataObject:
    return read_object(parse(write_object(value)), KINDS[type(value)])


def a_list(data: bytes) -> Element:
    return parse(
        b'<rim:RegistryObjectList xmlns:rim="%b">%b</rim:RegistryObjectList>' % (NS.RIM.encode(), data)
    )


# --- what is written reads back ---------------------------------------------------------------


@given(strategies.document_entries())
def test_document_entry_reads_back(entry: DocumentEntry) -> None:
    assert round_trip(entry) == entry


@given(strategies.submission_sets() | strategies.folders() | strategies.associations())
def test_submission_set_folder_and_association_read_back(value: MetadataObject) -> None:
    assert round_trip(value) == value


@given(strategies.registry_object_lists())
def test_object_list_reads_back(objects: RegistryObjectList) -> None:
    assert read_object_list(parse(write_object_list(objects))) == objects


@given(strategies.slots())
def test_slot_reads_back(slot: Slot) -> None:
    assert read_slot(parse(f'<a xmlns:rim="{NS.RIM}">{write_slot(slot)}</a>'.encode())[0]) == slot


@each_kind
def test_an_object_with_everything_reads_back_but_for_ids_made(kind: Kind) -> None:
    value = a_full(kind, entryUUID=AN_ID)
    again = round_trip(value)
    assert write_object(again) == write_object(round_trip(again))
    for attr in kind.attrs:
        assert without_ids(getattr(again, attr.name)) == without_ids(getattr(value, attr.name)), attr.name
    assert [without_ids(extra) for extra in again.extra] == [without_ids(extra) for extra in value.extra]


def without_ids(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(without_ids, value))
    if isinstance(value, Code | Author | Classification | ExternalIdentifier):
        return replace(value, id=None)
    return value


@given(st.one_of(*map(strategies.metadata_objects, KINDS.values())))
def test_a_fragment_is_always_the_same(value: MetadataObject) -> None:
    value = replace(value, entryUUID=AN_ID)
    assert write_object(value) == write_object(round_trip(value))


@pytest.mark.parametrize("kind", [SUBMISSION_SET, FOLDER], ids=lambda kind: kind.name)
def test_labels_of_two_submissions_never_have_the_same_id(kind: Kind) -> None:
    symbolic = kind.type(entryUUID="package")  # every sender's first package may be called that
    assert write_object(symbolic) != write_object(symbolic)
    one, two = (kind.type(entryUUID=new_uuid(), limitedMetadata=True) for _ in range(2))
    ids = {label.get("id") for value in (one, two) for label in parse(write_object(value))}
    assert len(ids) == 4


def test_absent_and_empty_are_written_apart() -> None:
    absent, empty = an_entry(), an_entry(mimeType="", creationTime="", uniqueId="", version="")
    assert round_trip(absent).mimeType is None
    again = round_trip(empty)
    assert (again.mimeType, again.creationTime, again.uniqueId, again.version) == ("", "", "", "")


# --- the form ---------------------------------------------------------------------------------


@each_schema
@each_kind
def test_an_object_with_everything_is_valid(kind: Kind, source: str) -> None:
    assert faults(write_object(a_full(kind)), source) == []


@each_schema
def test_a_list_is_valid(source: str) -> None:
    assert faults(write_object_list(a_full_list()), source) == []


@each_schema
def test_an_empty_list_is_valid(source: str) -> None:
    assert faults(write_object_list(RegistryObjectList()), source) == []


@each_kind
def test_a_fragment_stands_on_its_own(kind: Kind) -> None:
    assert parse(write_object(a_full(kind))).tag == kind.element


def test_an_object_reference_has_its_community_where_given() -> None:
    assert dict(parse(write_object_ref("urn:uuid:1")).attrib) == {"id": "urn:uuid:1"}
    with_home = parse(write_object_ref("urn:uuid:1", "urn:oid:2.999"))
    assert dict(with_home.attrib) == {"id": "urn:uuid:1", "home": "urn:oid:2.999"}


@pytest.mark.parametrize("kind", [SUBMISSION_SET, FOLDER], ids=lambda kind: kind.name)
def test_a_package_holds_its_own_label(kind: Kind) -> None:
    package = parse(write_object(kind.type(entryUUID="p")))
    (label,) = package.iterchildren(f"{RIM}Classification")
    assert (label.get("classificationNode"), label.get("classifiedObject")) == (kind.label, "p")


@each_kind
def test_object_types_that_answers_require_are_there(kind: Kind) -> None:
    root = parse(write_object(a_full(kind)))
    assert root.get("objectType") == (kind.objectType or a_full(kind).objectType)
    for local in ("Classification", "ExternalIdentifier"):
        assert {child.get("objectType") for child in root.iter(RIM + local)} == {OBJECT_TYPE + local}


@each_kind
def test_children_name_their_parent(kind: Kind) -> None:
    root = parse(write_object(a_full(kind, entryUUID='symbolic "&" id')))
    for local, target in (("Classification", "classifiedObject"), ("ExternalIdentifier", "registryObject")):
        assert {child.get(target) for child in root.iter(RIM + local)} == {'symbolic "&" id'}


def test_children_follow_an_object_that_gets_another_id() -> None:
    first = round_trip(a_full(DOCUMENT_ENTRY, entryUUID="symbolic"))
    root = parse(write_object(replace(first, entryUUID="urn:uuid:given")))
    assert b"symbolic" not in write_object(replace(first, entryUUID="urn:uuid:given"))
    assert root.get("id") == "urn:uuid:given"


def test_identifiers_have_the_names_of_the_framework() -> None:
    root = parse(write_object(a_full(SUBMISSION_SET, extra=())))
    names = {item[0][0].get("value") for item in root.iter(f"{RIM}ExternalIdentifier")}
    assert names == {"XDSSubmissionSet.patientId", "XDSSubmissionSet.sourceId", "XDSSubmissionSet.uniqueId"}


def test_missing_ids_are_made_and_no_two_are_the_same() -> None:
    root = parse(write_object(a_full(DOCUMENT_ENTRY, externalIdentifierIds=())))
    ids = [
        child.get("id") for child in root if child.tag in (f"{RIM}Classification", f"{RIM}ExternalIdentifier")
    ]
    assert all(given.startswith("urn:uuid:") for given in ids)
    assert len(ids) == len(set(ids)) > 10


def test_given_ids_are_kept_also_empty_ones() -> None:
    entry = an_entry(
        classCode=Code("c", "s", id="urn:uuid:c"),
        author=(Author(id=""),),
        uniqueId="1.2",
        externalIdentifierIds=(("uniqueId", "urn:uuid:u"),),
    )
    root = parse(write_object(entry))
    assert [child.get("id") for child in root] == ["", "urn:uuid:c", "urn:uuid:u"]


def test_a_wrong_object_type_is_kept_not_doubled() -> None:
    association = ASSOCIATION.type(entryUUID="a", xmlAttributes=(("objectType", "urn:wrong"),))
    assert parse(write_object(association)).get("objectType") == "urn:wrong"


def test_a_fragment_goes_into_any_list() -> None:
    entry = an_entry(title=None, creationTime="2024")
    assert read_object_list(a_list(write_object(entry))).documentEntries == (entry,)
