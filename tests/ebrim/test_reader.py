from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import strategies
from hypothesis import given
from samples import a_full_list

from xdsi_sim.ebrim.model import (
    Author,
    Classification,
    Code,
    DocumentEntry,
    ExternalIdentifier,
    InternationalString,
    RegistryObjectList,
    Slot,
)
from xdsi_sim.ebrim.reader import read_object, read_object_list
from xdsi_sim.ebrim.tables import DOCUMENT_ENTRY, FOLDER, KINDS, OBJECT_TYPE, SUBMISSION_SET
from xdsi_sim.ebrim.writer import write_object, write_object_list
from xdsi_sim.ebrim.xml import Element, parse
from xdsi_sim.vocab import NS

RIM = f"{{{NS.RIM}}}"
NIST = Path(__file__).parents[2].parent / "shared" / "data" / "nist"
CLASS_CODE = DOCUMENT_ENTRY.by_name["classCode"].key
EVENT_CODE = DOCUMENT_ENTRY.by_name["eventCodeList"].key
AUTHOR = DOCUMENT_ENTRY.by_name["author"].key
PATIENT_ID = DOCUMENT_ENTRY.by_name["patientId"].key
UNIQUE_ID = DOCUMENT_ENTRY.by_name["uniqueId"].key
LIMITED = DOCUMENT_ENTRY.by_name["limitedMetadata"].key


def objects(inside: str) -> RegistryObjectList:
    text = f'<r:RegistryObjectList xmlns:r="{NS.RIM}">{inside}</r:RegistryObjectList>'
    return read_object_list(parse(text.encode()))


def entry(inside: str, attributes: str = "") -> DocumentEntry:
    text = f'<r:ExtrinsicObject xmlns:r="{NS.RIM}" id="e" {attributes}>{inside}</r:ExtrinsicObject>'
    value = read_object(parse(text.encode()), DOCUMENT_ENTRY)
    assert isinstance(value, DocumentEntry)
    return value


def slot(name: str, *values: str, more: str = "") -> str:
    inside = "".join(f"<r:Value>{value}</r:Value>" for value in values)
    return f'<r:Slot name="{name}" {more}><r:ValueList>{inside}</r:ValueList></r:Slot>'


def code(scheme: str, code: str, inside: str | None = None, more: str = 'classifiedObject="e"') -> str:
    inside = slot("codingScheme", "s") if inside is None else inside
    return (
        f'<r:Classification id="c" classificationScheme="{scheme}" nodeRepresentation="{code}" {more}>'
        f"{inside}</r:Classification>"
    )


def label(node: str | None, target: str = "p") -> str:
    return f'<r:Classification id="l" classifiedObject="{target}" classificationNode="{node}"/>'


def package(inside: str = "", given: str = "p") -> str:
    return f'<r:RegistryPackage id="{given}">{inside}</r:RegistryPackage>'


# --- lists ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [package(label(FOLDER.label)), package() + label(FOLDER.label)])
def test_a_label_makes_the_kind_inside_or_beside_the_package(text: str) -> None:
    (read,) = objects(text).folders
    assert read == FOLDER.type(entryUUID="p")


def test_a_label_may_come_before_its_package() -> None:
    read = objects(label(SUBMISSION_SET.label) + package())
    assert read == RegistryObjectList(submissionSets=(SUBMISSION_SET.type(entryUUID="p"),))


@pytest.mark.parametrize(
    "labels",
    [
        "",
        label("urn:uuid:another"),
        label(FOLDER.label) + label(SUBMISSION_SET.label),
        label(FOLDER.label) + label(FOLDER.label),
    ],
)
@pytest.mark.parametrize("beside", [True, False])
def test_a_package_not_labelled_once_is_told_by_its_id(labels: str, beside: bool) -> None:
    text = package() + labels if beside else package(labels)
    assert objects(text) == RegistryObjectList(unlabelled=("p",))


def test_a_label_beside_labels_only_its_own_package() -> None:
    read = objects(package(given="1") + package(given="2") + label(FOLDER.label, "2"))
    assert ([folder.entryUUID for folder in read.folders], read.unlabelled) == (["2"], ("1",))


def test_any_classification_beside_belongs_to_the_object_it_names() -> None:
    beside = code(CLASS_CODE, "x") + label(LIMITED, "e") + code(CLASS_CODE, "y", more='classifiedObject="f"')
    (read,) = objects(beside + '<r:ExtrinsicObject id="e"/>').documentEntries
    assert read == DocumentEntry(entryUUID="e", classCode=Code("x", "s", id="c"), limitedMetadata=True)


def test_objects_keep_their_order_whatever_stands_between() -> None:
    read = objects(
        '<r:Association id="a1" sourceObject="p" targetObject="e2"/><r:ExtrinsicObject id="e2"/>'
        '<r:ObjectRef id="o"/><r:ExtrinsicObject id="e1"/>'
        + package(label(SUBMISSION_SET.label))
        + '<r:Association id="a2"/><r:Organization id="x"/><other xmlns="urn:x"/>'
    )
    assert [value.entryUUID for value in read.objects()] == ["p", "e2", "e1", "a1", "a2"]
    assert read.objectRefs == ("o",)


def test_objects_of_another_namespace_are_none() -> None:
    text = '<a xmlns="urn:oasis:names:tc:ebxml-regrep:rim:xsd:2.1"><ExtrinsicObject id="e"/></a>'
    assert read_object_list(parse(text.encode())) == RegistryObjectList()


# --- what fits no attribute -------------------------------------------------------------------


def test_a_second_value_stays_in_extra() -> None:
    read = entry(slot("creationTime", "2020", "2021"))
    assert (read.creationTime, read.extra) == (None, (Slot("creationTime", ("2020", "2021")),))


def test_a_slot_without_values_stays_in_extra() -> None:
    empty = slot("creationTime") + '<r:Slot name="referenceIdList"/>' + slot("sourcePatientInfo")
    names = [extra.name for extra in entry(empty).extra if isinstance(extra, Slot)]
    assert names == ["creationTime", "referenceIdList", "sourcePatientInfo"]


def test_a_second_slot_of_one_name_stays_in_extra() -> None:
    read = entry(slot("hash", "1") + slot("hash", "2"))
    assert (read.hash, read.extra) == ("1", (Slot("hash", ("2",)),))


def test_a_slot_that_can_be_read_is_the_attribute_whatever_came_before() -> None:
    read = entry(slot("hash", "1", "2") + slot("hash", "3"))
    assert (read.hash, read.extra) == ("3", (Slot("hash", ("1", "2")),))


def test_slot_names_tell_upper_from_lower_case() -> None:
    read = entry(slot("CreationTime", "2020"))
    assert (read.creationTime, len(read.extra)) == (None, 1)


def test_a_second_code_stays_in_extra() -> None:
    read = entry(code(CLASS_CODE, "1") + code(CLASS_CODE, "2"))
    assert read.classCode == Code("1", "s", id="c")
    assert [extra.nodeRepresentation for extra in read.extra if isinstance(extra, Classification)] == ["2"]


def test_codes_of_a_list_keep_their_order() -> None:
    read = entry("".join(code(EVENT_CODE, value) for value in "zayb"))
    assert "".join(event.code for event in read.eventCodeList) == "zayb"


@pytest.mark.parametrize(
    "text",
    [
        code(CLASS_CODE, "x", inside=""),
        code(CLASS_CODE, "x", inside=slot("codingScheme")),
        code(CLASS_CODE, "x", inside=slot("codingScheme", "1", "2")),
        code(CLASS_CODE, "x", inside=slot("codingScheme", "1") + slot("codingScheme", "2")),
        code(CLASS_CODE, "x", more='classifiedObject="another"'),
        code(CLASS_CODE, "x", more='classificationNode="urn:uuid:n"'),
        code(CLASS_CODE, "x").replace('nodeRepresentation="x"', ""),
    ],
)
def test_a_code_that_lacks_a_part_or_is_of_another_object_stays_in_extra(text: str) -> None:
    read = entry(text)
    (kept,) = read.extra
    assert read.classCode is None
    assert isinstance(kept, Classification)
    assert kept.classificationScheme == CLASS_CODE
    again = read_object(parse(write_object(read)), DOCUMENT_ENTRY)
    assert again == read


def test_an_author_with_a_code_stays_in_extra() -> None:
    read = entry(code(AUTHOR, "coded", inside=slot("authorPerson", "P")))
    assert read.author == ()
    (kept,) = read.extra
    assert isinstance(kept, Classification)
    assert kept.slots == (Slot("authorPerson", ("P",)),)


def test_a_second_person_of_an_author_stays_with_the_author() -> None:
    (author,) = entry(
        code(AUTHOR, "", inside=slot("authorPerson", "1", "2") + slot("authorRole", "r"))
    ).author
    assert author == Author(authorRole=("r",), extra=(Slot("authorPerson", ("1", "2")),), id="c")


def test_unknown_slots_of_a_code_stay_with_the_code() -> None:
    read = entry(code(CLASS_CODE, "x", inside=slot("urn:mine", "1") + slot("codingScheme", "s")))
    assert read.classCode == Code("x", "s", id="c", extra=(Slot("urn:mine", ("1",)),))


def test_identifiers_that_are_unknown_second_or_of_another_object_stay_in_extra() -> None:
    text = '<r:ExternalIdentifier id="i" registryObject="{}" identificationScheme="{}" value="{}"/>'
    read = entry(
        text.format("another", UNIQUE_ID, "0")
        + text.format("e", UNIQUE_ID, "1")
        + text.format("e", UNIQUE_ID, "2")
        + text.format("e", "urn:uuid:mine", "3")
    )
    kept = [extra for extra in read.extra if isinstance(extra, ExternalIdentifier)]
    assert read.uniqueId == "1"
    assert [(extra.registryObject, extra.value) for extra in kept] == [
        ("another", "0"),
        (None, "2"),
        (None, "3"),
    ]


def test_order_among_slots_classifications_and_identifiers_makes_no_difference() -> None:
    identifier = '<r:ExternalIdentifier id="{0}" identificationScheme="{0}" value="1"/>'
    children = [
        slot("urn:mine", "1"),
        code("urn:uuid:mine", "x"),
        identifier.format("urn:uuid:mine"),
        slot("hash", "1"),
        code(CLASS_CODE, "x"),
        identifier.format(PATIENT_ID),
        identifier.format(UNIQUE_ID),
    ]
    assert entry("".join(children)) == entry("".join(reversed(children)))


def test_unknown_attributes_stay_and_the_fixed_object_type_does_not() -> None:
    read = objects(
        f'<r:Association id="a" objectType="{OBJECT_TYPE}Association" mine="1" xmlns:x="urn:x" x:y="2"/>'
        '<r:Association id="b" objectType="urn:wrong"/>'
    )
    first, second = read.associations
    assert first.xmlAttributes == (("mine", "1"), ("{urn:x}y", "2"))
    assert second.xmlAttributes == (("objectType", "urn:wrong"),)


# --- what ebRIM allows and nobody means anything by ---------------------------------------------


def test_what_document_sharing_gives_no_meaning_hides_no_attribute() -> None:
    decoration = '<r:Name/><r:Description><r:LocalizedString value="d"/></r:Description><r:VersionInfo/>'
    attributes = 'classifiedObject="e" lid="c" home="urn:oid:2.999" status="urn:s" objectType="urn:o"'
    read = entry(
        slot("creationTime", "2020", more='slotType="urn:t"')
        + code(AUTHOR, "", inside=slot("authorPerson", "P") + decoration, more=attributes)
        + code(CLASS_CODE, "x", inside=slot("codingScheme", "s") + decoration, more=attributes)
    )
    assert read == DocumentEntry(
        entryUUID="e",
        creationTime="2020",
        author=(Author(authorPerson="P", id="c"),),
        classCode=Code("x", "s", InternationalString(), "c"),
    )


@pytest.mark.parametrize("more", ["", 'classifiedObject="e"', 'classifiedObject="E"'])
def test_a_classification_is_of_its_parent_unless_it_says_another(more: str) -> None:
    assert entry(code(CLASS_CODE, "x", more=more)).classCode is not None


def test_a_version_without_a_name_has_the_default_of_the_schema() -> None:
    read = entry('<r:VersionInfo/><r:ContentVersionInfo versionName=""/>')
    assert (read.version, read.contentVersion) == ("1.1", "")


def test_absent_and_empty_are_read_apart() -> None:
    read = entry(slot("hash", "") + "<r:Name/>", 'mimeType=""')
    assert (read.hash, read.title, read.mimeType) == ("", InternationalString(), "")
    assert (entry("").hash, entry("").title, entry("").mimeType) == (None, None, None)


def test_an_object_without_id_has_an_empty_one() -> None:
    assert objects("<r:ExtrinsicObject/>").documentEntries[0].entryUUID == ""


def test_languages_of_a_title_are_kept() -> None:
    read = entry(
        '<r:Name><r:LocalizedString xml:lang="de" charset="x" value="D"/><r:LocalizedString/></r:Name>'
    )
    assert read.title is not None
    assert [(s.value, s.lang, s.charset) for s in read.title.strings] == [("D", "de", "x"), ("", None, None)]


@pytest.mark.parametrize(("length", "kept"), [(128, True), (129, False)])
def test_texts_that_come_again_are_one_value_unless_they_are_long(length: int, kept: bool) -> None:
    for text in ('{0}" xml:lang="en', 'D" xml:lang="{0}', 'D" charset="{0}'):
        name = f'<r:Name><r:LocalizedString value="{text.format("x" * length)}"/></r:Name>'
        first, second = entry(name).title, entry(name).title
        assert first == second
        assert (first is second) is kept


def test_values_are_kept_to_the_last_blank() -> None:
    read = entry(slot("hash", "\n  ab\t") + slot("URI", "a<!-- b -->c<![CDATA[<&]]>"))
    assert (read.hash, read.URI) == ("\n  ab\t", "ac<&")


# --- nothing gets lost ------------------------------------------------------------------------


@given(strategies.registry_object_lists())
def test_reading_what_was_written_changes_nothing_any_more(values: RegistryObjectList) -> None:
    once = read_object_list(parse(write_object_list(values)))
    assert read_object_list(parse(write_object_list(once))) == once


def test_each_kind_lands_in_its_own_place() -> None:
    read = read_object_list(parse(write_object_list(a_full_list())))
    places = (read.submissionSets, read.documentEntries, read.folders, read.associations)
    assert [[type(value).__name__ for value in place] for place in places] == [
        ["SubmissionSet"],
        ["DocumentEntry"],
        ["Folder"],
        ["Association"],
    ]


class AnyValue(dict[str, str]):
    """Gives every placeholder of a sample a value with characters that need escaping."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> str:
        return f"value & <{key}>"


def samples() -> list[Any]:
    found = sorted((NIST / "submit").rglob("*.xml"))
    with_objects = [path for path in found if "RegistryObjectList" in path.read_text("utf-8")]
    skipped = pytest.mark.skip(reason="no reference data beside the project")
    return [pytest.param(path, id=path.stem) for path in with_objects] or [pytest.param(None, marks=skipped)]


@pytest.mark.parametrize("ids", ["uuid", "symbolic"])
@pytest.mark.parametrize("path", samples())
def test_a_foreign_submission_loses_nothing(path: Path, ids: str) -> None:
    spec = importlib.util.spec_from_file_location("render", NIST / "render.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text, _ = module.render(path.read_text("utf-8"), AnyValue(), ids=ids)
    sent = next(parse(text.encode()).iter(f"{RIM}RegistryObjectList"))
    again = parse(write_object_list(read_object_list(sent)))
    assert canonical_list(again) == canonical_list(sent)


def canonical_list(element: Element) -> list[Any]:
    """All objects as nested lists, without what may differ: order between attributes, ids of labels."""
    beside = [child for child in element if child.tag == f"{RIM}Classification"]
    assert all(child.get("classificationNode") for child in beside)
    found = [canonical(child, beside) for child in element if child not in beside]
    return sorted(found, key=lambda item: (item[0], item[1]))


def canonical(element: Element, beside: list[Element] = []) -> list[Any]:  # noqa: B006  # only read
    attributes = {str(name): str(value) for name, value in element.attrib.items()}
    if element.tag != f"{RIM}ExtrinsicObject" and "id" in attributes:
        attributes.setdefault("objectType", OBJECT_TYPE + element.tag.removeprefix(RIM))
    if attributes.get("classificationNode"):
        del attributes["id"]
    own = [child for child in beside if child.get("classifiedObject") == element.get("id")]
    children = [canonical(child) for child in (*element, *own)]
    if element.tag != f"{RIM}ValueList":  # stable: among slots, codes of one key the order counts
        children.sort(key=key)
    return [
        element.tag,
        sorted(attributes.items()),
        element.text if element.tag == f"{RIM}Value" else "",
        children,
    ]


def key(item: list[Any]) -> tuple[str, str]:
    attributes = dict(item[1])
    names = ("name", "classificationScheme", "classificationNode", "identificationScheme")
    return item[0], "".join(attributes.get(name, "") for name in names)


def test_every_kind_is_read_from_its_element() -> None:
    for kind in KINDS.values():
        value = kind.type(entryUUID="x")
        assert read_object(parse(write_object(value)), kind) == value
