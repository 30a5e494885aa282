from __future__ import annotations

import pytest

from xdsi_sim.errors import Severity
from xdsi_sim.rules.code_sets import CODED, PLAIN, AllowedCode, CodeSets, coding_scheme
from xdsi_sim.vocab import FHIR_SYSTEMS, CodingScheme

LOINC = CodingScheme.LOINC


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        (LOINC, LOINC),
        (f"urn:oid:{LOINC}", LOINC),
        ("http://loinc.org", LOINC),
        ("http://example.org/codes", "http://example.org/codes"),
        ("DCM", "DCM"),
    ],
)
def test_a_coding_scheme_is_compared_as_its_oid(written: str, compared: str) -> None:
    assert coding_scheme(written) == compared


def test_a_system_of_ones_own_may_have_an_oid_too() -> None:
    systems = {**FHIR_SYSTEMS, "http://example.org/codes": "2.999.7"}
    assert coding_scheme("http://example.org/codes", systems) == "2.999.7"


def test_all_codes_of_all_objects_can_have_a_set() -> None:
    assert {*CODED} > {"classCode", "eventCodeList", "contentTypeCode", "codeList", "documentation"}
    assert len({*CODED, *PLAIN}) == len(CODED) + len(PLAIN) == 12


def a_code(code: str, display: str | None = None, codingScheme: str = LOINC) -> AllowedCode:
    return AllowedCode(attribute="typeCode", code=code, codingScheme=codingScheme, display=display)


def test_a_code_that_several_files_have_is_one_code() -> None:
    sets = CodeSets.of((a_code("1", "One"), a_code("1", "Uno"), a_code("2")), Severity.WARNING)
    assert [one.display for one in sets.codes("typeCode")] == ["One", None]
    assert sets.codes() == sets.codes("typeCode")
    assert sets.codes("classCode") == ()
    assert sets.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("codes", "code", "display", "hint"),
    [
        (
            ("18748-4", "11528-7"),
            "18748-4",
            "",
            f"the set has it with another codingScheme: 18748-4^^{LOINC}",
        ),
        (("urn:ihe:rad:PDF", "x"), "urn:ihe:rad:pdf", "", f"the set has: urn:ihe:rad:PDF^^{LOINC}"),
        (
            ("18748-4", "x"),
            "1",
            " study 18748-4",
            f"what the set calls ' study 18748-4' is: 18748-4^^{LOINC}",
        ),
        (("a", "b"), "zzz", "", f"the set is: a^^{LOINC}, b^^{LOINC}"),
        ([f"code {n}" for n in range(7)], "zzz", "", "the set has 7 codes"),
        ([f"code {n}" for n in range(3000)], "codes 7", "", "the set has 3000 codes"),  # too many to compare
        ([f"code {n}" for n in range(3000)], "CODE 7", "", f"the set has: code 7^^{LOINC}"),
    ],
)
def test_a_hint_tells_what_may_have_been_meant(
    codes: tuple[str, ...], code: str, display: str, hint: str
) -> None:
    sets = CodeSets.of(a_code(each, f"Study {each}") for each in codes)
    assert sets.hint("typeCode", code, display) == hint
