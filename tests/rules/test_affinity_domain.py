from __future__ import annotations

from dataclasses import replace

import pytest
from rule_examples import CODES, broken_by, described_by, entry, in_module
from submissions import a_folder, a_provision, a_set, a_submission, an_association, an_entry, uuid

from xdsi_sim.ebrim.model import Code, InternationalString
from xdsi_sim.errors import Severity
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.code_sets import CODED, AllowedCode, CodeSets
from xdsi_sim.rules.registry import Verdict
from xdsi_sim.rules.subjects import Fingerprint
from xdsi_sim.rules.transactions import check_provision, check_registration
from xdsi_sim.vocab import Association as AssociationType
from xdsi_sim.vocab import CodingScheme

CLASS = CodingScheme.IHE_RAD_CLASS
STRAY = Code.of("stray", "2.999.7", "Nothing known")


def judged(request: SubmitObjectsRequest, codes: CodeSets | None = CODES) -> Verdict:
    return check_registration(request, codes=codes)


@pytest.mark.parametrize("rule", in_module("affinity_domain"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


@pytest.mark.parametrize(
    "given",
    [
        Code.of("IMAGES", CLASS, "Images"),
        Code.of("IMAGES", CLASS, "Anything else"),
    ],
)
def test_a_code_of_the_set_is_taken_whatever_it_is_called(given: Code) -> None:
    assert judged(entry(classCode=given)).findings == ()


def test_without_sets_codes_are_free() -> None:
    assert judged(entry(classCode=STRAY), None).findings == ()
    assert judged(entry(typeCode=STRAY)).findings == ()  # the domain has no set for it


EVERYWHERE = {
    "classCode": entry(classCode=STRAY),
    "typeCode": entry(typeCode=STRAY),
    "formatCode": entry(formatCode=STRAY),
    "confidentialityCode": entry(confidentialityCode=(STRAY,)),
    "eventCodeList": entry(eventCodeList=(STRAY,)),
    "healthcareFacilityTypeCode": entry(healthcareFacilityTypeCode=STRAY),
    "practiceSettingCode": entry(practiceSettingCode=STRAY),
    "contentTypeCode": a_submission(set_=a_set(contentTypeCode=STRAY)),
    "codeList": a_submission(folders=(a_folder(codeList=(STRAY,)),)),
    "documentation": a_submission(
        more=(an_association(uuid(1), uuid(7), AssociationType.RPLC, documentation=STRAY),)
    ),
}
OBJECTS = {
    "contentTypeCode": uuid(100),
    "codeList": uuid(200),
    "documentation": "link 0001 0007 RPLC",
}


def test_each_coded_attribute_is_in_the_table_of_this_test() -> None:
    assert set(EVERYWHERE) == set(CODED)


@pytest.mark.parametrize("attribute", CODED)
def test_each_coded_attribute_is_held_against_its_set(attribute: str) -> None:
    sets = CodeSets.of([AllowedCode(attribute=attribute, code="known", codingScheme="2.999.7")])
    (error,) = judged(EVERYWHERE[attribute], sets).errors
    assert error.errorCode == "XDSRegistryMetadataError"
    assert error.codeContext == (
        f"{attribute} is none of the affinity domain's codes, the set is: known^^2.999.7; "
        f"object={OBJECTS.get(attribute, uuid(1))}; attribute={attribute}; value=stray^^2.999.7; rule=D28"
    )


def test_every_stray_of_a_list_is_told() -> None:
    sets = CodeSets.of([AllowedCode(attribute="eventCodeList", code="CT", codingScheme=CodingScheme.DCM)])
    events = (STRAY, Code.of("CT", CodingScheme.DCM, "CT"), Code.of("CT", "DCM", "CT"))
    told = [error.codeContext for error in judged(entry(eventCodeList=events), sets).errors]
    assert ["value=stray^^2.999.7" in text for text in told] == [True, False]
    assert "has it with another codingScheme: CT^^1.2.840.10008.2.16.4;" in told[1]


@pytest.mark.parametrize("scheme", [f"urn:oid:{CodingScheme.LOINC}", "http://loinc.org"])
def test_another_form_of_the_coding_scheme_is_a_warning(scheme: str) -> None:
    sets = CodeSets.of([AllowedCode(attribute="typeCode", code="1", codingScheme=CodingScheme.LOINC)])
    verdict = judged(entry(typeCode=Code.of("1", scheme, "One")), sets)
    (finding,) = verdict.findings
    assert (verdict.accepted, finding.severity) == (True, Severity.WARNING)
    assert finding.text == f"codingScheme of typeCode is not written as {CodingScheme.LOINC}: '1^^{scheme}'"


def test_a_stray_with_the_display_name_of_a_code_gets_that_as_hint() -> None:
    sets = CodeSets.of(
        AllowedCode(attribute="typeCode", code=code, codingScheme="2.999.7", display=display)
        for code, display in (("CTHD", "CT of head"), ("CTNK", "CT of neck"))
    )
    (finding,) = judged(entry(typeCode=Code.of("77", "2.999.7", "CT of Neck")), sets).findings
    assert "what the set calls 'CT of Neck' is: CTNK^^2.999.7: '77^^2.999.7'" in finding.text


def test_strays_weigh_what_the_domain_says() -> None:
    request = entry(classCode=STRAY, mimeType="text/goofy")
    verdict = judged(request, replace(CODES, severity=Severity.WARNING))
    assert verdict.accepted
    assert [(one.rule, one.severity) for one in verdict.findings] == [
        ("D27", Severity.WARNING),
        ("D28", Severity.WARNING),
    ]
    assert not judged(request).accepted


def test_a_code_that_is_not_whole_is_left_to_other_rules() -> None:
    halves = (Code("", CLASS, InternationalString.of("n")), Code("IMAGES", "", InternationalString.of("n")))
    for code, rule in zip(halves, ("C16", "C17"), strict=True):
        assert [one.rule for one in judged(entry(classCode=code)).findings] == [rule]


@pytest.mark.parametrize(("mimeType", "rules"), [("Application/DICOM", []), ("text/goofy", ["D27"])])
def test_a_media_type_is_one_of_the_list_whatever_its_capitals(mimeType: str, rules: list[str]) -> None:
    assert [finding.rule for finding in judged(entry(mimeType=mimeType)).findings] == rules


@pytest.mark.parametrize(("language", "rules"), [("de-ch", []), ("DE-CH", []), ("fr", ["D28"])])
def test_a_language_is_one_of_the_list(language: str, rules: list[str]) -> None:
    sets = CodeSets.of([AllowedCode(attribute="languageCode", code="de-CH")])
    findings = judged(entry(languageCode=language), sets).findings
    assert [finding.rule for finding in findings] == rules
    assert all("the set is: de-CH: 'fr'" in finding.text for finding in findings)


def test_a_message_full_of_strays_is_told_all_of_them_and_gets_few_hints() -> None:
    sets = CodeSets.of([AllowedCode(attribute="eventCodeList", code="CT", codingScheme=CodingScheme.DCM)])
    events = tuple(Code.of(f"stray {n}", "2.999.7", "Stray") for n in range(50))
    findings = judged(entry(eventCodeList=events), sets).findings
    assert len(findings) == 50
    assert ["the set is" in finding.text for finding in findings].count(True) == 20


def test_a_repository_that_refuses_tells_of_codes_too() -> None:
    request = a_provision(entries=(an_entry(classCode=STRAY),)).submission
    without_document = check_provision(request, described_by(request), (), codes=CODES)
    told = {error.codeContext[-3:]: error.errorCode for error in without_document.errors}
    assert told == {"G01": "XDSMissingDocument", "D28": "XDSRepositoryMetadataError"}


def test_codes_alone_are_left_to_the_registry() -> None:
    request = a_provision(entries=(an_entry(classCode=STRAY),)).submission
    document = Fingerprint(id=uuid(1), hash=an_entry().hash or "", size=4)
    assert check_provision(request, described_by(request), (document,), codes=CODES).findings == ()
