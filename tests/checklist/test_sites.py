from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from xdsi_sim.checklist.sites import QidoStudy, SiteStudies, ask_site, compare
from xdsi_sim.checklist.two_level import FoundStudy
from xdsi_sim.content import BytesContent
from xdsi_sim.ebrim.model import Code, DocumentEntry

CT = Code.of("CT", "1.2.840.10008.2.16.4", "Computed Tomography")


@dataclass
class Part:
    content: BytesContent


@dataclass
class Reply:
    status: int = 200
    body: bytes = b"[]"
    exchange: str = "x"
    trouble: str | None = None
    parts: tuple[Part, ...] = field(default=())

    def __post_init__(self) -> None:
        self.parts = (Part(BytesContent(self.body)),) if self.body else ()


def registered(uid: str) -> FoundStudy:
    entry = DocumentEntry(entryUUID="urn:uuid:1", eventCodeList=(CT,))
    return FoundStudy(studyInstanceUID=uid, manifests=(entry,))


def site(**modalities: frozenset[str]) -> SiteStudies:
    studies = {uid: QidoStudy(studyInstanceUID=uid, modalities=each) for uid, each in modalities.items()}
    return SiteStudies(site="pacs", studies=studies)


def test_a_site_is_asked_for_each_id_of_the_patient() -> None:
    asked: list[str] = []
    found = [
        {
            "0020000D": {"vr": "UI", "Value": ["2.999.1"]},
            "00080061": {"vr": "CS", "Value": ["CT", "SR"]},
            "00080050": {"vr": "SH", "Value": ["A1"]},
            "00201208": {"vr": "IS", "Value": [7]},
        }
    ]

    def get(url: str, accept: str) -> Reply:
        asked.append(url)
        assert accept == "application/dicom+json"
        return Reply(body=json.dumps(found).encode()) if "N-1" in url else Reply(status=204, body=b"")

    seen = ask_site(
        get, "http://pacs/dicom-web/", ("N-1", "NAT"), site="pacs", matching={"ModalitiesInStudy": "CT"}
    )
    assert [url.partition("&")[0] for url in asked] == [
        "http://pacs/dicom-web/studies?PatientID=N-1",
        "http://pacs/dicom-web/studies?PatientID=NAT",
    ]
    assert all("ModalitiesInStudy=CT" in url for url in asked)
    assert seen.studies == {
        "2.999.1": QidoStudy(
            studyInstanceUID="2.999.1", modalities=frozenset({"CT", "SR"}), accession="A1", instances=7
        )
    }


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(status=503), "HTTP 503"),
        (Reply(status=0, trouble="connection refused"), "connection refused"),
        (Reply(body=b"<html>"), "no list of studies"),
        (Reply(body=b'{"a": 1}'), "no list of studies"),
    ],
)
def test_what_is_no_answer_is_told_and_not_raised(reply: Reply, told: str) -> None:
    seen = ask_site(lambda _url, _accept: reply, "http://pacs", ("1",), site="pacs")
    assert seen.trouble is not None
    assert seen.trouble.startswith(told)


def test_both_may_agree() -> None:
    assert compare((registered("a"),), (site(a=frozenset({"CT", "SR", "KO"})),)) == ()
    assert compare((registered("a"),), (site(a=frozenset()),)) == ()  # a site need not tell modalities


def test_what_they_say_otherwise_is_told() -> None:
    found = compare((registered("a"), registered("b")), (site(a=frozenset({"MR"}), c=frozenset({"CT"})),))
    assert [(each.studyInstanceUID, each.text) for each in found] == [
        ("a", "has MR at the site, CT in the registry"),
        ("c", "is at the site, but not in the registry"),
        ("b", "is in the registry, but at none of the sites"),
    ]


def test_who_was_asked_for_less_is_not_blamed_for_it() -> None:
    sites = (site(c=frozenset({"CT"})),)
    assert compare((registered("b"),), sites, narrowed=True, all_sites=False) == ()
    silent = SiteStudies(site="other", trouble="HTTP 503")
    assert compare((registered("b"),), (silent,)) == ()  # it may be there
