from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemas import each_schema, faults
from strategies import texts

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.messages.imaging import (
    ImagingDocumentRequest,
    RetrieveImagingDocumentSetRequest,
    read_imaging_request,
    write_imaging_request,
)
from xdsi_sim.messages.retrieve import DocumentRequest
from xdsi_sim.vocab import NS

NIST = Path(__file__).parents[2].parent / "shared" / "data" / "nist"
STRIPPED = texts().map(str.strip)
ITEMS = st.builds(
    ImagingDocumentRequest,
    studyInstanceUID=texts(),
    seriesInstanceUID=texts(),
    document=st.builds(
        DocumentRequest,
        repositoryUniqueId=STRIPPED,
        documentUniqueId=STRIPPED,
        homeCommunityId=st.none() | STRIPPED,
    ),
)
REQUESTS = st.builds(
    RetrieveImagingDocumentSetRequest,
    requests=st.lists(ITEMS, min_size=1, max_size=4).map(tuple),
    transferSyntaxUIDs=st.lists(STRIPPED.filter(bool), max_size=2).map(tuple),
    namespace=st.sampled_from([NS.XDS, NS.XDSI]),
)
DOCUMENT = "<{p}:DocumentRequest><{p}:DocumentUniqueId>{uid}</{p}:DocumentUniqueId></{p}:DocumentRequest>"


def an_item(study: str, series: str, instance: str) -> ImagingDocumentRequest:
    document = DocumentRequest(repositoryUniqueId="1.2", documentUniqueId=instance)
    return ImagingDocumentRequest(studyInstanceUID=study, seriesInstanceUID=series, document=document)


def a_request(*items: ImagingDocumentRequest) -> RetrieveImagingDocumentSetRequest:
    return RetrieveImagingDocumentSetRequest(requests=items, transferSyntaxUIDs=("1.2.840.10008.1.2.1",))


def message(inside: str) -> bytes:
    text = f'<i:RetrieveImagingDocumentSetRequest xmlns:i="{NS.XDSI}" xmlns:d="{NS.XDS}">{inside}'
    return f"{text}</i:RetrieveImagingDocumentSetRequest>".encode()


def nested(documents: str) -> str:
    return (
        '<i:StudyRequest studyInstanceUID="1"><i:SeriesRequest seriesInstanceUID="2">'
        f"{documents}</i:SeriesRequest></i:StudyRequest>"
    )


@given(REQUESTS)
def test_request_reads_back_in_order(request: RetrieveImagingDocumentSetRequest) -> None:
    assert read_imaging_request(parse(write_imaging_request(request))) == request


@each_schema
def test_request_is_valid(source: str) -> None:
    request = a_request(an_item("1", "2", "3"), an_item("1", "4", "5"), an_item("6", "7", "8"))
    assert faults(write_imaging_request(request), source) == []


def test_neighbours_of_one_series_are_nested_together() -> None:
    items = [("1", "1", "a"), ("1", "1", "b"), ("1", "2", "c"), ("2", "1", "d"), ("1", "1", "e")]
    root = parse(write_imaging_request(a_request(*(an_item(*item) for item in items))))
    shape = [[len(series) for series in study] for study in root[:-1]]
    assert shape == [[2, 1], [1], [1]]


def test_one_series_uid_in_two_studies_is_two_series() -> None:
    root = parse(write_imaging_request(a_request(an_item("1", "9", "a"), an_item("2", "9", "b"))))
    assert [study.get("studyInstanceUID") for study in root[:-1]] == ["1", "2"]


@pytest.mark.parametrize(("prefix", "namespace"), [("d", NS.XDS), ("i", NS.XDSI)])
def test_a_look_alike_in_the_namespace_of_radiology_is_read_and_told(prefix: str, namespace: str) -> None:
    read = read_imaging_request(parse(message(nested(DOCUMENT.format(p=prefix, uid="3")))))
    assert [item.document.documentUniqueId for item in read.requests] == ["3"]
    assert read.namespace == namespace


def test_a_look_alike_with_the_right_children_has_no_ids() -> None:
    text = "<i:DocumentRequest><d:DocumentUniqueId>3</d:DocumentUniqueId></i:DocumentRequest>"
    (item,) = read_imaging_request(parse(message(nested(text)))).requests
    assert item.document.documentUniqueId == ""


def test_both_namespaces_in_one_message_are_refused() -> None:
    both = DOCUMENT.format(p="d", uid="3") + DOCUMENT.format(p="i", uid="4")
    with pytest.raises(ProtocolViolation, match="two namespaces") as caught:
        read_imaging_request(parse(message(nested(both))))
    assert caught.value.rule == "H05"


@pytest.mark.parametrize(
    "inside", ["", nested(""), '<i:StudyRequest studyInstanceUID="1"/>', DOCUMENT.format(p="d", uid="3")]
)
def test_a_request_for_no_instance_is_refused(inside: str) -> None:
    with pytest.raises(ProtocolViolation, match="no DocumentRequest") as caught:
        read_imaging_request(parse(message(inside)))
    assert caught.value.rule == "H01"


def test_missing_uids_are_empty() -> None:
    text = nested(DOCUMENT.format(p="d", uid="3")).replace(' studyInstanceUID="1"', "")
    (item,) = read_imaging_request(parse(message(text))).requests
    assert (item.studyInstanceUID, item.seriesInstanceUID) == ("", "2")


@pytest.mark.parametrize(
    ("inside", "uids"),
    [
        ("", ()),
        ("<i:L/>", ()),
        ("<i:L><i:TransferSyntaxUID/></i:L>", ()),
        ("<i:L><i:TransferSyntaxUID> 1.2 \n</i:TransferSyntaxUID></i:L>", ("1.2",)),
    ],
)
def test_transfer_syntaxes_are_those_that_are_named(inside: str, uids: tuple[str, ...]) -> None:
    text = nested(DOCUMENT.format(p="d", uid="3")) + inside.replace("i:L", "i:TransferSyntaxUIDList")
    assert read_imaging_request(parse(message(text))).transferSyntaxUIDs == uids


@pytest.mark.parametrize("path", sorted((NIST / "retrieve").glob("*rad*.xml")), ids=lambda path: path.stem)
def test_a_foreign_request_reads_back(path: Path) -> None:
    request = next(parse(path.read_bytes()).iter(f"{{{NS.XDSI}}}RetrieveImagingDocumentSetRequest"))
    read = read_imaging_request(request)
    assert read.namespace == NS.XDS
    assert read_imaging_request(parse(write_imaging_request(read))) == read
