from __future__ import annotations

from answer_examples import delivered, document, error, errors, find, found, registered
from submissions import PATIENT, an_entry, uuid
from wire import message

from xdsi_sim.ebrim.model import Slot
from xdsi_sim.ebrim.tables import DOCUMENT_ENTRY
from xdsi_sim.ebrim.xml import Element, parse
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.inspector.attributes import AttributeTable, tables_of
from xdsi_sim.inspector.judgement import Told
from xdsi_sim.rules.registry import Place
from xdsi_sim.vocab import FAILURE


def a_told(object: str | None, attribute: str | None = None, location: str | None = None) -> Told:
    finding = Finding(rule="D08", severity=Severity.ERROR, text="is wrong", location=location)
    place = None if object is None else Place(object, attribute, None)
    return Told(finding=finding, place=place, recorded=True)


def only(body: Element, *told: Told) -> AttributeTable:
    (table,), _ = tables_of(body, told)
    return table


def test_metadata_stand_by_the_names_and_in_the_order_of_their_table() -> None:
    table = only(found(an_entry()))
    names = [row.name for row in table.rows]
    assert (table.kind, table.id, table.listed) == ("DocumentEntry", uuid(1), False)
    assert names == [attr.name for attr in DOCUMENT_ENTRY.attrs if attr.name in names]
    assert table.values_of("patientId") == (PATIENT,)
    assert table.values_of("classCode") == ("IMAGES Images (1.3.6.1.4.1.19376.1.2.6.1)",)
    assert table.values_of("author") == ("authorInstitution North Hospital",)
    assert table.values_of("title") == ("CT Head",)
    assert table.values_of("limitedMetadata") == ()


def test_what_no_attribute_expresses_is_shown_all_the_same() -> None:
    table = only(found(an_entry(extra=(Slot("urn:x:y", ("1", "2")),))))
    assert table.values_of("Slot urn:x:y") == ("1", "2")


def test_a_finding_stands_at_its_attribute() -> None:
    about = a_told(uuid(1).upper(), "creationTime")
    table = only(found(an_entry()), about)
    assert [row.name for row in table.rows if row.told] == ["creationTime"]
    assert table.told == ()


def test_an_attribute_that_is_missing_has_a_row_for_its_finding() -> None:
    table = only(found(an_entry(languageCode=None)), a_told(uuid(1), "languageCode"))
    assert [(row.name, row.values) for row in table.rows if row.told] == [("languageCode", ())]


def test_a_finding_about_a_slot_stands_at_the_slot() -> None:
    entry = an_entry(extra=(Slot("languageCod", ("en",)),))
    table = only(found(entry), a_told(uuid(1), "languageCod"))
    assert [row.name for row in table.rows if row.told] == ["Slot languageCod"]


def test_a_finding_that_names_an_object_alone_is_about_the_whole() -> None:
    table = only(found(an_entry()), a_told(None, location=uuid(1)))
    assert len(table.told) == 1


def test_findings_about_nothing_that_is_shown_are_left() -> None:
    elsewhere = a_told(None, location="wsa:Action")
    nowhere = a_told(None)
    _, left = tables_of(found(an_entry()), (elsewhere, nowhere))
    assert left == (elsewhere, nowhere)


def test_a_query_is_its_parameters() -> None:
    _, body = message("http://127.0.0.1/", "ITI-18", find())
    table = only(parse(body))
    assert table.kind == "FindDocuments"
    assert table.values_of("$XDSDocumentEntryPatientId") == (f"'{PATIENT}'",)


def test_a_query_that_nobody_knows_is_shown_too() -> None:
    body = parse(
        b'<q xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><AdhocQuery id="urn:x" home="h"/></q>'
    )
    table = only(body)
    assert (table.kind, table.id, table.values_of("home")) == ("AdhocQuery", "urn:x", ("h",))


def test_documents_and_errors_are_listed() -> None:
    tables, _ = tables_of(delivered(document("2.999.2.1"), document("2.999.2.2")), ())
    assert [(table.kind, table.id, table.listed) for table in tables] == [
        ("DocumentResponse", "2.999.2.1", True),
        ("DocumentResponse", "2.999.2.2", True),
    ]
    table = only(registered(FAILURE, errors(error("XDSRegistryError"))))
    assert (table.kind, table.values_of("errorCode")) == ("RegistryError", ("XDSRegistryError",))


def test_what_is_huge_is_cut() -> None:
    table = only(found(an_entry(comments=None, URI="x" * 5_000)))
    assert table.values_of("URI")[0].endswith("… 3,000 more characters")
    tables, _ = tables_of(delivered(*(document(f"2.999.2.{number}") for number in range(300))), ())
    assert len(tables) == 200
