from __future__ import annotations

import pytest

from xdsi_sim.dicomweb.messages import Refused
from xdsi_sim.dicomweb.xc_wado import CrossAddress, CrossGateway, Location

STUDY = ("homeCommunityId", "2.999.2", "RetrieveLocationUID", "2.999.2.10", "studies", "2.999.5.1")
RIG = "https://rig.example/wado-rs"
PREFIX = "homeCommunityId/2.999.2/RetrieveLocationUID/2.999.2.10"
OWN = Location(
    uid="2.999.2.10", base="http://10.0.0.7:8080/s/pacs/dicom-web", public="https://pacs.example/dicom-web"
)
OTHER = Location(uid="2.999.2.11", base="http://10.0.0.7:8080/s/vna", public="http://10.0.0.7:8080/s/vna")
RESPONDING = CrossGateway(homeCommunityId="urn:oid:2.999.2", base=RIG, locations=(OWN, OTHER))
INITIATING = CrossGateway(
    homeCommunityId="urn:oid:2.999.1",
    base="https://iig.example/wado",
    locations=(),
    gateways={"urn:oid:2.999.2": RIG, "urn:oid:2.999.3": None},
)


def asked(path: tuple[str, ...] = STUDY, query: str = "") -> CrossAddress:
    return CrossAddress.read(path, query)


@pytest.mark.parametrize("studies", ["studies", "study"])
@pytest.mark.parametrize("name", ["retrieveURL", "retrieveurl"])
def test_both_spellings_are_taken_and_the_newer_one_is_written(studies: str, name: str) -> None:
    address = asked((*STUDY[:4], studies, "2.999.5.1"), f"{name}=pacs.example%2Fdicom-web")
    assert address.at(RIG) == f"{RIG}/{PREFIX}/studies/2.999.5.1?retrieveURL=pacs.example%2Fdicom-web"


def test_the_rest_goes_on_as_it_came() -> None:
    address = asked((*STUDY, "rendered"), "viewport=64,64&window=1%2C2%2Clinear&accept=image/png&note=a+b&x")
    assert address.at(RIG).partition("?")[2] == (
        "viewport=64,64&window=1%2C2%2Clinear&accept=image/png&note=a+b&x"
    )
    onward = RESPONDING.onward(asked((*STUDY, "rendered"), "retrieveurl=pacs.example/dicom-web&quality=7"))
    assert onward.url == f"{OWN.base}/studies/2.999.5.1/rendered?quality=7"


def test_octets_that_no_address_has_are_encoded_before_they_go_on() -> None:
    assert (
        asked((*STUDY, "sär ies"), "PatientName=\xe4%ff")
        .at(RIG)
        .endswith("/s%C3%A4r%20ies?PatientName=%E4%ff")
    )


@pytest.mark.parametrize(
    ("path", "query", "told"),
    [
        ((), "", "is not of the form homeCommunityId/"),
        (STUDY[:4], "", "is not of the form"),
        (("RetrieveLocationUID", "2.9", "homeCommunityId", "2.9", "studies"), "", "is not of the form"),
        ((*STUDY[:4], "series"), "", "is not of the form"),
        (STUDY[:5], "PatientID=1", "/studies' is not of the form"),
        (("homeCommunityId", "urn:oid:2.999.2", *STUDY[2:]), "", "it stands here without urn:oid:"),
        ((*STUDY[:3], "pacs", *STUDY[4:]), "", "RetrieveLocationUID 'pacs' is no OID"),
        ((*STUDY, "..", "..", "secret"), "", "'..' is no segment of a path"),
        ((*STUDY, "a/../../b"), "", "is no segment of a path"),
        ((*STUDY, "a\\b"), "", "is no segment of a path"),
        ((*STUDY, "a\r\nHost: evil"), "", "is no segment of a path"),
        (STUDY, "retrieveURL=a&retrieveurl=b", "retrieveURL is there 2 times"),
    ],
)
def test_what_is_malformed_is_refused(path: tuple[str, ...], query: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        asked(path, query)
    assert refused.value.status == 400
    assert told in refused.value.reason


def test_the_initiating_gateway_asks_that_of_the_community() -> None:
    onward = INITIATING.onward(asked())
    assert (onward.url, onward.transaction) == (f"{RIG}/{PREFIX}/studies/2.999.5.1", "XC-WADO")


@pytest.mark.parametrize(
    ("gateway", "path", "told"),
    [
        (INITIATING, ("homeCommunityId", "2.999.99", *STUDY[2:]), "no way to community urn:oid:2.999.99"),
        (INITIATING, ("homeCommunityId", "2.999.3", *STUDY[2:]), "no XC-WADO address of community"),
        (RESPONDING, ("homeCommunityId", "2.999.1", *STUDY[2:]), "no way to community urn:oid:2.999.1"),
        (RESPONDING, (*STUDY[:3], "2.999.2.99", *STUDY[4:]), "is at location 2.999.2.99"),
    ],
)
def test_what_is_not_known_is_not_found(gateway: CrossGateway, path: tuple[str, ...], told: str) -> None:
    with pytest.raises(Refused) as refused:
        gateway.onward(asked(path))
    assert refused.value.status == 404
    assert told in refused.value.reason


def test_a_location_is_looked_up_and_called_at_its_own_address() -> None:
    onward = RESPONDING.onward(asked())
    assert (onward.url, onward.transaction) == (f"{OWN.base}/studies/2.999.5.1", "WADO-RS")
    assert onward.renamed == (
        ("https://pacs.example/dicom-web", f"{RIG}/{PREFIX}"),
        ("http://10.0.0.7:8080/s/pacs/dicom-web", f"{RIG}/{PREFIX}"),
    )


@pytest.mark.parametrize(
    "base",
    [
        "https%3A%2F%2Fpacs.example%2Fdicom-web",
        "https://PACS.example:443/dicom-web/",
        "pacs.example/dicom-web",
        "https://pacs.example/dicom-web/studies/2.999.5.1/series/2.999.5.2",
        "http://10.0.0.7:8080/s/pacs/dicom-web",
        "10.0.0.7:8080/s/pacs/dicom-web",
    ],
)
def test_the_address_of_a_manifest_chooses_among_those_that_are_known(base: str) -> None:
    path = (*STUDY[:3], "2.999.2.77", *STUDY[4:])
    onward = RESPONDING.onward(asked(path, f"retrieveURL={base}"))
    assert onward.url == f"{OWN.base}/studies/2.999.5.1"
    assert onward.renamed[0][1] == f"{RIG}/{PREFIX}"


@pytest.mark.parametrize(
    "base",
    [
        "http://169.254.169.254/latest",
        "http://pacs.example/dicom-web",  # another scheme is another port
        "https://pacs.example:8443/dicom-web",
        "https://pacs.example/dicom-web/admin",
        "https://pacs.example/dicom-web/../admin",
        "https://pacs.example/dicom-web/%252e%252e/admin",
        "https://pacs.example/dicom-web%2500",
        "https://pacs.example@evil.example/dicom-web",
        "https://evil.example#https://pacs.example/dicom-web",
        "https://evil.example%23@pacs.example/dicom-web",
        "https:%5C%5Cevil.example/dicom-web",
        "//pacs.example/dicom-web",
        "file:///etc/passwd",
        "https://pacs.example/dicom-webx",
        "https%253A%252F%252Fpacs.example%252Fdicom-web",
    ],
)
def test_nobody_else_is_called(base: str) -> None:
    with pytest.raises(Refused) as refused:
        RESPONDING.onward(asked(STUDY, f"retrieveURL={base}"))
    assert refused.value.status == 403
    assert "is no base of an imaging source of urn:oid:2.999.2" in refused.value.reason
