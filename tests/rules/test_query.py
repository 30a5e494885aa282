from __future__ import annotations

import pytest
from query_examples import BROKEN, verdict_on
from rule_examples import in_module

from xdsi_sim.ebrim.model import Slot
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.stored_queries import (
    FIND_DOCUMENTS,
    FIND_DOCUMENTS_FOR_MULTIPLE_PATIENTS,
    GET_ALL,
    GET_DOCUMENTS,
    GET_SUBMISSION_SET_AND_CONTENTS,
)
from xdsi_sim.rules.query import read_selection
from xdsi_sim.vocab import APPROVED

PATIENT = Slot("$XDSDocumentEntryPatientId", ("'P1^^^&2.999.1.1&ISO'",))
STATUS = Slot("$XDSDocumentEntryStatus", (f"('{APPROVED}')",))
CLASS = "$XDSDocumentEntryClassCode"
UUID = Slot("$XDSDocumentEntryEntryUUID", ("('urn:uuid:00000000-0000-4000-8000-000000000001')",))
UNIQUE = Slot("$XDSDocumentEntryUniqueId", ("('1.2')",))


def find(*more: Slot, returnType: str = "LeafClass", id: str = FIND_DOCUMENTS.id) -> AdhocQueryRequest:
    return AdhocQueryRequest(id=id, parameters=(PATIENT, STATUS, *more), returnType=returnType)


def get(*slots: Slot) -> AdhocQueryRequest:
    return AdhocQueryRequest(id=GET_DOCUMENTS.id, parameters=slots)


@pytest.mark.parametrize(
    ("request_", "code", "rule"),
    [
        (find(id="urn:uuid:00000000-0000-0000-0000-000000000000"), "XDSUnknownStoredQuery", "I01"),
        (find(returnType="LeafClassWithRepositoryItem"), "XDSRegistryError", "I02"),
        (find(Slot(CLASS[1:], ("('a^^b')",))), "XDSRegistryError", "I03"),
        (AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=(STATUS,)), "XDSStoredQueryMissingParam", "I04"),
        (get(), "XDSStoredQueryMissingParam", "I05"),
        (get(UUID, UNIQUE), "XDSStoredQueryParamNumber", "I05"),
        (
            AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=(Slot(PATIENT.name, ("'a'", "'b'")), STATUS)),
            "XDSStoredQueryParamNumber",
            "I06",
        ),
        (find(Slot(CLASS, ("('a^^b')",)), Slot(CLASS, ("('c^^d')",))), "XDSStoredQueryParamNumber", "I07"),
        (find(Slot(CLASS, ("'a^^b'",))), "XDSRegistryError", "I08"),
        (find(Slot(CLASS, ("('a^^b",))), "XDSRegistryError", "I08"),
        (find(Slot(CLASS, ("('a')",))), "XDSRegistryError", "I09"),
        (find(Slot(CLASS, ("('a^^')",))), "XDSRegistryError", "I09"),
        (find(Slot("$XDSDocumentEntryCreationTimeFrom", ("20241301",))), "XDSRegistryError", "I10"),
        (
            AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=(PATIENT, Slot(STATUS.name, ("('urn:x')",)))),
            "XDSStoredQueryMissingParam",
            "I11",
        ),
        (
            AdhocQueryRequest(
                id=FIND_DOCUMENTS.id,
                parameters=(
                    PATIENT,
                    Slot(STATUS.name, ("('urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Approved')",)),
                ),
            ),
            "XDSStoredQueryMissingParam",
            "I12",
        ),
        (
            AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=(Slot(PATIENT.name, ("'P1'",)), STATUS)),
            "XDSRegistryError",
            "I13",
        ),
        (find(Slot("$MetadataLevel", ("3",))), "XDSRegistryError", "I33"),
        (get(Slot("$XDSDocumentEntryLogicalID", UUID.values)), "XDSRegistryError", "I33"),
        (find(returnType="RepositoryItem"), "XDSRegistryError", "I02"),
        (find(id=FIND_DOCUMENTS_FOR_MULTIPLE_PATIENTS.id), "XDSUnknownStoredQuery", "I01"),
    ],
)
def test_a_wrong_query_has_its_exact_code_and_rule(request_: AdhocQueryRequest, code: str, rule: str) -> None:
    reading = read_selection(request_)
    assert reading.selection is None
    assert (code, True) in [
        (error.errorCode, f"rule={rule}" in error.codeContext) for error in reading.errors
    ]


def test_every_violation_is_told_with_parameter_and_value() -> None:
    reading = read_selection(find(Slot(CLASS, ("('a')",)), Slot("$XDSDocumentEntryCreationTimeTo", ("x",))))
    contexts = [error.codeContext for error in reading.errors]
    assert len(contexts) == 2
    assert f"attribute={CLASS}; value=a" in contexts[0]


@pytest.mark.parametrize(
    ("request_", "rule"),
    [
        (find(Slot(CLASS, ("'a^^b'",))), "I08"),
        (
            AdhocQueryRequest(
                id=FIND_DOCUMENTS.id, parameters=(Slot(PATIENT.name, ("('P1^^^&1.2&ISO')",)), STATUS)
            ),
            "I08",
        ),
        (
            AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=(Slot(PATIENT.name, ("'abc'",)), STATUS)),
            "I13",
        ),
        (find(Slot("$unknown", ("'x'",))), "I16"),
        (get(Slot(UUID.name, ("('00000000-0000-4000-8000-000000000001')",))), "I14"),
        (find(Slot("$XDSDocumentEntryDocumentAvailability", ("('Online')",))), "I15"),
        (find(Slot(f"{CLASS}Scheme", ("'1.2.3'",))), "I34"),
        (
            AdhocQueryRequest(
                id=FIND_DOCUMENTS.id, parameters=(PATIENT, Slot(STATUS.name, (f"('{APPROVED}','urn:x')",)))
            ),
            "I11",
        ),
    ],
)
def test_what_has_one_meaning_is_served_when_lenient_and_noted(
    request_: AdhocQueryRequest, rule: str
) -> None:
    reading = read_selection(request_, strict=False)
    assert reading.selection is not None
    assert rule in [finding.rule for finding in reading.findings]


def test_get_all_asks_for_everything_of_the_patient() -> None:
    slots = (
        Slot("$patientId", ("'P1^^^&2.999.1.1&ISO'",)),
        *(
            Slot(f"$XDS{kind}Status", (f"('{APPROVED}')",))
            for kind in ("DocumentEntry", "SubmissionSet", "Folder")
        ),
    )
    selection = read_selection(AdhocQueryRequest(id=GET_ALL.id, parameters=slots)).selection
    assert selection is not None
    assert [part.step.kind.name for part in selection.parts] == [
        "SubmissionSet", "DocumentEntry", "Folder", "Association",
    ]  # fmt: skip


def test_a_query_for_any_patients_needs_something_that_selects() -> None:
    bare = AdhocQueryRequest(id=FIND_DOCUMENTS_FOR_MULTIPLE_PATIENTS.id, parameters=(STATUS,))
    (error,) = read_selection(bare, "ITI-51").errors
    assert error.errorCode == "XDSStoredQueryMissingParam"
    named = ("PatientId", "ClassCode", "EventCodeList", "HealthcareFacilityTypeCode")
    assert [name for name in named if f"$XDSDocumentEntry{name}" not in error.codeContext] == []
    by_class = AdhocQueryRequest(id=bare.id, parameters=(STATUS, Slot(CLASS, ("('a^^b')",))))
    assert read_selection(by_class, "ITI-51").errors == ()


def test_one_answer_tells_every_violation() -> None:
    format_ = Slot("$XDSDocumentEntryFormatCode", ("('a')",))
    ids = (
        Slot("$XDSSubmissionSetEntryUUID", ("'urn:uuid:1'", "'urn:uuid:2'")),
        Slot("$XDSSubmissionSetUniqueId", ("'1.2'",)),
    )
    request = AdhocQueryRequest(
        id=GET_SUBMISSION_SET_AND_CONTENTS.id,
        parameters=(*ids, format_, format_),
        returnType="RegistryObject",
    )
    found = [(error.errorCode, error.codeContext[-3:]) for error in read_selection(request).errors]
    assert found == [
        ("XDSRegistryError", "I02"),
        ("XDSStoredQueryParamNumber", "I05"),
        ("XDSStoredQueryParamNumber", "I06"),
        ("XDSStoredQueryParamNumber", "I07"),
        ("XDSRegistryError", "I09"),
        ("XDSRegistryError", "I09"),
    ]


DEPARTURES = {"I03", "I08", "I13"}
"""Rules of the coding, which a lenient registry bears with."""


def test_every_rule_of_a_query_has_an_example() -> None:
    assert set(BROKEN) == set(in_module("query"))


@pytest.mark.parametrize("rule", BROKEN)
def test_what_breaks_the_rule_is_found_by_it_and_leniency_weighs_the_coding_less(rule: str) -> None:
    for number in range(len(BROKEN[rule])):
        strict, lenient = (verdict_on(rule, number, strict=strict).findings for strict in (True, False))
        assert rule in {finding.rule for finding in strict}
        lighter = {
            one.rule for one, other in zip(strict, lenient, strict=True) if one.severity != other.severity
        }
        assert lighter <= DEPARTURES
        if rule in ("I03", "I13"):
            assert rule in lighter


@pytest.mark.parametrize("start", ["2023", "2024", "20240101", "20240101000000"])
def test_a_period_may_be_empty(start: str) -> None:
    period = (
        Slot("$XDSDocumentEntryCreationTimeTo", ("2024",)),
        Slot("$XDSDocumentEntryCreationTimeFrom", (start,)),
    )
    assert read_selection(find(*period)).findings == ()
