from __future__ import annotations

from dataclasses import replace

import pytest
from submissions import PATIENT, an_entry

from xdsi_sim.checklist.two_level import (
    Criteria,
    chosen,
    coded,
    is_manifest,
    modality_of,
    query_of,
    region_of,
    studies_of,
)
from xdsi_sim.ebrim.model import Code, DocumentEntry
from xdsi_sim.errors import UsageError
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, FIND_DOCUMENTS_BY_REFERENCE_ID

DCM, SCT = "1.2.840.10008.2.16.4", "2.16.840.1.113883.6.96"
KOS = Code.of("1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.2.6.1", "Key Object Selection")
STUDY = "urn:ihe:iti:xds:2016:studyInstanceUID"
ACCESSION, ORDER = "urn:ihe:iti:xds:2013:accession", "urn:ihe:iti:xds:2013:order"


def entry(number: int, study: str, *ids: str, manifest: bool = True) -> DocumentEntry:
    made = replace(an_entry(number), referenceIdList=(f"{study}^^^^{STUDY}", *ids))
    return replace(made, formatCode=KOS) if manifest else made


CT = entry(1, "2.999.1", f"A1^^^&2.999.3&ISO^{ACCESSION}", f"O1^^^&2.999.4&ISO^{ORDER}")
CT_REPORT = entry(2, "2.999.1", f"A1^^^&2.999.3&ISO^{ACCESSION}", manifest=False)
MR = replace(
    entry(3, "2.999.2", f"A1^^^&2.999.5&ISO^{ACCESSION}"),
    typeCode=Code.of("24802-1", "2.16.840.1.113883.6.1", "MR Knee"),
)
LOOSE = replace(an_entry(4), referenceIdList=("not a reference id",))


def slots(criteria: Criteria) -> list[tuple[str, tuple[str, ...]]]:
    return [(slot.name, slot.values) for slot in query_of(criteria).parameters]


def test_level_1_repeats_the_event_codes_so_that_modality_and_region_must_both_match() -> None:
    criteria = Criteria(patientId=PATIENT, modalities=(modality_of("ct"),), regions=(region_of("HEAD"),))
    assert query_of(criteria).id == FIND_DOCUMENTS.id
    asked = [values for name, values in slots(criteria) if name.endswith("EventCodeList")]
    assert asked == [(f"('CT^^{DCM}')",), (f"('69536005^^{SCT}')",)]


def test_ids_with_their_issuer_are_asked_for_and_bare_ones_are_left_to_choose_by() -> None:
    whole = Criteria(patientId=PATIENT, accessions=("A1^^^&2.999.3&ISO",), orders=("O1",))
    assert query_of(whole).id == FIND_DOCUMENTS_BY_REFERENCE_ID.id
    asked = [values for name, values in slots(whole) if name.endswith("ReferenceIdList")]
    assert asked == [(f"('A1^^^&2.999.3&ISO^{ACCESSION}')",)]
    assert query_of(Criteria(patientId=PATIENT, accessions=("A1",))).id == FIND_DOCUMENTS.id


def test_entries_are_put_together_by_the_studies_that_they_name() -> None:
    first, second = studies_of((CT_REPORT, MR, CT, LOOSE))
    assert (first.manifests, first.reports) == ((CT,), (CT_REPORT,))
    assert (second.manifests, second.reports) == ((MR,), ())
    assert first.ids(ACCESSION) == ("A1 of 2.999.3",)
    assert is_manifest(CT)
    assert not is_manifest(CT_REPORT)


@pytest.mark.parametrize(
    ("criteria", "studies"),
    [
        ({}, ["2.999.1", "2.999.2"]),
        ({"studies": ("2.999.2",)}, ["2.999.2"]),
        ({"accessions": ("A1",)}, ["2.999.1", "2.999.2"]),
        ({"accessions": ("A1^^^&2.999.3&ISO",)}, ["2.999.1"]),
        ({"orders": ("O1",)}, ["2.999.1"]),
        ({"orders": ("O1",), "studies": ("2.999.2",)}, []),
        ({"procedures": ("24802-1",)}, ["2.999.2"]),
        ({"procedures": ("24802-1^^LN",)}, ["2.999.2"]),
        ({"procedures": ("24802-1^^SCT",)}, []),
    ],
)
def test_level_2_chooses_among_what_was_found(
    criteria: dict[str, tuple[str, ...]], studies: list[str]
) -> None:
    found = chosen(studies_of((CT, CT_REPORT, MR)), Criteria(patientId=PATIENT, **criteria))
    assert [study.studyInstanceUID for study in found] == studies


@pytest.mark.parametrize("text", ["knee", "KNEE", "72696002", "72696002^^SCT", f"72696002^^{SCT}"])
def test_a_region_is_known_by_name_and_code(text: str) -> None:
    assert region_of(text) == f"72696002^^{SCT}"


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (modality_of, "CTT", "'CTT' is no modality. Did you mean 'CT'?"),
        (modality_of, "SR", "'SR' is no modality."),
        (region_of, "kne", "'kne' is no region. Did you mean 'knee'?"),
        (coded, "CT", "'CT' is no CODE^^SCHEME."),
    ],
)
def test_what_nobody_knows_is_told(read: object, text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)  # type: ignore[operator]
    assert str(caught.value).startswith(told)
