from __future__ import annotations

import pytest

from xdsi_sim.ebrim.model import Code
from xdsi_sim.fhir.coding import Systems, Token

CT = Code.of("CT", "1.2.840.10008.2.16.4", "Computed Tomography")
DCM = "http://dicom.nema.org/resources/ontology/DCM"


@pytest.mark.parametrize(
    ("scheme", "uri"),
    [
        ("2.16.840.1.113883.6.1", "http://loinc.org"),
        ("1.3.6.1.4.1.19376.1.2.3", "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode"),
        ("2.999.7", "urn:oid:2.999.7"),
        ("99NORTH", "99NORTH"),
    ],
)
def test_coding_schemes_have_a_uri_and_come_back(scheme: str, uri: str) -> None:
    assert Systems().uri(scheme) == uri
    assert Systems().scheme(uri) == scheme


def test_a_community_may_know_more_systems() -> None:
    systems = Systems({"http://north.example/codes": "2.999.7"})
    assert systems.uri("2.999.7") == "http://north.example/codes"
    assert systems.scheme("http://north.example/codes") == "2.999.7"


def test_a_code_comes_back_as_concept_and_as_coding() -> None:
    systems = Systems()
    assert systems.code_in(systems.concept(CT)) == CT
    assert systems.code(systems.coding(CT)) == CT
    assert systems.code_in({"text": "only words"}) is None
    without = {"coding": [{"system": DCM, "code": "CT"}], "text": "Computed Tomography"}
    assert systems.code_in(without) == CT  # the text says what it means


@pytest.mark.parametrize(
    ("text", "fits", "written"),
    [
        (f"{DCM}|CT", True, "CT^^1.2.840.10008.2.16.4"),
        ("urn:oid:1.2.840.10008.2.16.4|CT", True, "CT^^1.2.840.10008.2.16.4"),
        ("CT", True, None),
        (f"{DCM}|", True, None),
        ("|CT", False, None),
        ("http://loinc.org|CT", False, "CT^^2.16.840.1.113883.6.1"),
        (f"{DCM}|MR", False, "MR^^1.2.840.10008.2.16.4"),
    ],
)
def test_a_token_fits_codes_and_may_be_asked_of_a_registry(
    text: str, fits: bool, written: str | None
) -> None:
    token = Token.parse(text)
    assert token.fits(CT, Systems()) is fits
    assert token.written(Systems()) == written


def test_nothing_is_no_token() -> None:
    with pytest.raises(ValueError, match="no token"):
        Token.parse("|")
