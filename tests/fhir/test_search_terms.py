from __future__ import annotations

import pytest
from submissions import MANIFEST, an_entry

from xdsi_sim.ebrim.model import Author, Slot
from xdsi_sim.fhir.search_params import DOCUMENT_PARAMS
from xdsi_sim.fhir.search_terms import Asked, Known

CT = "http://dicom.nema.org/resources/ontology/DCM|CT"
ENTRY = an_entry(
    **MANIFEST
    | {
        "referenceIdList": (
            *MANIFEST["referenceIdList"],
            "ACC7^^^&2.999.7&ISO^urn:ihe:iti:xds:2013:accession",
        )
    },
    author=(Author(authorPerson="^Roth^Miriam^Eva"), Author(authorInstitution=("North",))),
    serviceStartTime="20240211",
    serviceStopTime="20240212",
    availabilityStatus="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved",
)


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("status", "current", True),
        ("status", "superseded", False),
        ("category", "urn:oid:1.3.6.1.4.1.19376.1.2.6.1|IMAGES", True),
        ("category", "REPORTS", False),
        ("type", "http://loinc.org|24725-4", True),
        ("setting", "http://snomed.info/sct|394914008", True),
        ("facility", "HOSP", True),
        ("format", "1.2.840.10008.5.1.4.1.1.88.59", True),
        ("event", CT, True),
        ("modality", "CT", True),
        ("modality", "MR", False),
        ("anatomical-region", "http://snomed.info/sct|774007", False),
        ("security-label", "N", True),
        ("creation", "ge2024-02-12", True),
        ("creation", "lt2024-02-12", False),
        ("period", "2024-02-12", True),
        ("period", "gt2024-02-12", False),
        ("author.family", "rot", True),
        ("author.given", "eva", True),
        ("author.given", "anna", False),
        ("identifier", "urn:ietf:rfc:3986|urn:oid:2.999.2.1", True),
        ("identifier", "urn:oid:2.999.2.2", False),
        ("identifier", "urn:uuid:00000000-0000-4000-8000-000000000001", True),
        ("_id", "00000000-0000-4000-8000-000000000001", True),
        ("related:identifier", "urn:oid:2.999.7|ACC7", True),
        ("related:identifier", "urn:oid:2.999.8|ACC7", False),
        ("related", "ACC7", True),
        ("study-instance-uid", "urn:dicom:uid|urn:oid:2.999.5.1", True),
        ("study-instance-uid", "2.999.5.1", True),
        ("study-instance-uid", "urn:oid:2.999.7|ACC7", False),
        ("accession-number", "ACC7", True),
        ("accession-number", "urn:oid:2.999.7|ACC7", True),
    ],
)
def test_a_value_fits_an_entry_or_not(name: str, value: str, fits: bool) -> None:
    assert DOCUMENT_PARAMS[name].fits(ENTRY, value, Known()) is fits


def slots(name: str, *values: str) -> list[Slot]:
    asked = [Asked(name, tuple(value.split(","))) for value in values]
    return list(DOCUMENT_PARAMS[name].narrow(asked, Known()))


def test_events_are_asked_of_a_registry_one_slot_each() -> None:
    name = "$XDSDocumentEntryEventCodeList"
    assert slots("event", CT, "http://snomed.info/sct|774007,http://snomed.info/sct|51185008") == [
        Slot(name, ("('CT^^1.2.840.10008.2.16.4')",)),
        Slot(name, ("('774007^^2.16.840.1.113883.6.96','51185008^^2.16.840.1.113883.6.96')",)),
    ]


def test_what_a_registry_cannot_be_asked_is_left_to_whoever_looks_at_the_entries() -> None:
    assert slots("category", "IMAGES") == []  # without a scheme
    assert len(slots("category", "urn:oid:2.999|A", "urn:oid:2.999|B")) == 1  # it takes one slot
    assert slots("author.family", "Roth") == []
    assert slots("date", "ge2024") == []


def test_times_become_from_and_to() -> None:
    found = slots("creation", "ge2024", "lt2024-03", "ge2024-02")
    assert found == [
        Slot("$XDSDocumentEntryCreationTimeFrom", ("20240201000000",)),
        Slot("$XDSDocumentEntryCreationTimeTo", ("20240301000000",)),
    ]
    assert slots("creation", "2023,2024") == []  # one of two spans is no span
    assert slots("period", "ge2024") == []  # an end that is absent would not match
    assert slots("period", "le2024") == [Slot("$XDSDocumentEntryServiceStartTimeTo", ("20250101000000",))]


def test_status_is_always_asked() -> None:
    both = slots("status", "current,superseded")
    assert both[0].values[0].count("StatusType") == 2
    assert slots("status", "entered-in-error")[0].values[0].count("StatusType") == 2  # and none will fit


def test_reference_ids_are_asked_in_all_their_types() -> None:
    (slot,) = slots("accession-number", "urn:oid:2.999.7|ACC7")
    assert slot.values == ("('ACC7^^^&2.999.7&ISO^urn:ihe:iti:xds:2013:accession')",)
    (slot,) = slots("related", "urn:oid:2.999.7|ACC7")
    assert "urn:ihe:iti:xds:2013:order" in "".join(slot.values)
    (slot,) = slots("accession-number", "ACC7")
    assert slot.values == ("('ACC7^^^%^urn:ihe:iti:xds:2013:accession')",)


@pytest.mark.parametrize(
    ("name", "value"), [("creation", "soon"), ("creation", "ap2024"), ("related", "urn:oid:2|")]
)
def test_what_cannot_be_read_raises(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=value.replace("|", r"\|")):
        slots(name, value)
