from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import Parts
from schemas import each_schema, faults
from strategies import texts

from xdsi_sim.content import BytesContent
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    DocumentResponse,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
    read_document_request,
    read_retrieve_request,
    read_retrieve_response,
    write_retrieve_request,
    write_retrieve_response,
)
from xdsi_sim.vocab import FAILURE, NS, PARTIAL_SUCCESS, SUCCESS

STRIPPED = texts().map(str.strip)
ITEMS = st.builds(
    DocumentRequest,
    repositoryUniqueId=STRIPPED,
    documentUniqueId=STRIPPED,
    homeCommunityId=st.none() | STRIPPED,
)
DOCUMENTS = st.builds(
    DocumentResponse,
    request=ITEMS,
    mimeType=STRIPPED,
    content=st.binary(max_size=9).map(BytesContent),
    newRepositoryUniqueId=st.none() | STRIPPED,
    newDocumentUniqueId=st.none() | STRIPPED,
)
ERROR = RegistryError(errorCode="XDSDocumentUniqueIdError", codeContext="no document 1.2", location="1.2")
RESPONSES = st.builds(
    RetrieveDocumentSetResponse,
    status=st.sampled_from([SUCCESS, PARTIAL_SUCCESS, FAILURE]) | texts(),
    errors=st.lists(st.just(ERROR), max_size=2).map(tuple),
    documents=st.lists(DOCUMENTS, max_size=3).map(tuple),
)


def an_item(**given: str) -> DocumentRequest:
    return DocumentRequest(**{"repositoryUniqueId": "1.2.3", "documentUniqueId": "1.2.3.4", **given})


def a_document(**given: str) -> DocumentResponse:
    return DocumentResponse(
        request=an_item(), mimeType="application/dicom", content=BytesContent(b"DICM"), **given
    )


# --- request ----------------------------------------------------------------------------------


@given(st.lists(ITEMS, min_size=1, max_size=3).map(tuple))
def test_request_reads_back_in_order(items: tuple[DocumentRequest, ...]) -> None:
    request = RetrieveDocumentSetRequest(requests=items)
    assert read_retrieve_request(parse(write_retrieve_request(request))) == request


@each_schema
def test_request_is_valid(source: str) -> None:
    request = RetrieveDocumentSetRequest(requests=(an_item(homeCommunityId="urn:oid:2.999"), an_item()))
    assert faults(write_retrieve_request(request), source) == []


def test_white_space_round_ids_is_no_part_of_them() -> None:
    text = (
        f'<d xmlns="{NS.XDS}"><HomeCommunityId> urn:oid:2.999\n</HomeCommunityId><RepositoryUniqueId>\n\t1.2'
        "</RepositoryUniqueId><DocumentUniqueId>1.<!-- split -->3 </DocumentUniqueId></d>"
    )
    expected = DocumentRequest(
        homeCommunityId="urn:oid:2.999", repositoryUniqueId="1.2", documentUniqueId="1.3"
    )
    assert read_document_request(parse(text.encode())) == expected


@pytest.mark.parametrize(("inside", "home"), [("", None), ("<HomeCommunityId/>", "")])
def test_absent_ids_are_empty_but_an_absent_community_is_none(inside: str, home: str | None) -> None:
    read = read_document_request(parse(f'<d xmlns="{NS.XDS}">{inside}</d>'.encode()))
    assert read == DocumentRequest(homeCommunityId=home, repositoryUniqueId="", documentUniqueId="")


def test_ids_of_another_namespace_are_absent() -> None:
    text = f'<d xmlns="{NS.XDSI}"><RepositoryUniqueId>1.2</RepositoryUniqueId></d>'
    assert read_document_request(parse(text.encode())).repositoryUniqueId == ""
    assert read_document_request(parse(text.encode()), NS.XDSI).repositoryUniqueId == "1.2"


# --- response ---------------------------------------------------------------------------------


@given(RESPONSES)
def test_response_reads_back_with_its_documents(response: RetrieveDocumentSetResponse) -> None:
    parts = Parts()
    written = parse(b"".join(write_retrieve_response(response, parts.attach)))
    assert read_retrieve_response(written, parts.content_of) == response
    assert parts.contents == [document.content for document in response.documents]


@each_schema
@pytest.mark.parametrize(
    ("errors", "documents"),
    [
        ((), (a_document(),)),
        ((ERROR,), ()),
        ((ERROR,), (a_document(newRepositoryUniqueId="1.2", newDocumentUniqueId="1.3"), a_document())),
    ],
)
def test_response_is_valid_with_the_documents_in_it(
    errors: tuple[RegistryError, ...], documents: tuple[DocumentResponse, ...], source: str
) -> None:
    response = RetrieveDocumentSetResponse(errors=errors, documents=documents)
    assert faults(b"".join(write_retrieve_response(response, Parts().as_base64)), source) == []


@pytest.mark.parametrize("home", [None, "", "urn:oid:2.999"])
def test_the_community_is_echoed_exactly_when_given(home: str | None) -> None:
    item = DocumentRequest(homeCommunityId=home, repositoryUniqueId="1.2", documentUniqueId="1.3")
    document = DocumentResponse(request=item, mimeType="text/plain", content=BytesContent(b""))
    response = RetrieveDocumentSetResponse(documents=(document,))
    written = parse(b"".join(write_retrieve_response(response, Parts().attach)))
    echoed = written[1].findtext(f"{{{NS.XDS}}}HomeCommunityId")
    assert echoed == home


def test_a_document_goes_out_in_a_piece_of_its_own() -> None:
    pieces = write_retrieve_response(
        RetrieveDocumentSetResponse(documents=(a_document(), a_document())), Parts().attach
    )
    assert [b"<part" in piece for piece in pieces] == [False, False, True, True, False]


def test_a_document_response_without_document_delivers_nothing() -> None:
    text = f'<a xmlns="{NS.XDS}"><DocumentResponse><mimeType>text/plain</mimeType></DocumentResponse></a>'
    assert read_retrieve_response(parse(text.encode()), Parts().content_of).documents == ()


def test_a_response_without_registry_response_has_no_status() -> None:
    text = f'<RetrieveDocumentSetResponse xmlns="{NS.XDS}"/>'
    assert read_retrieve_response(parse(text.encode()), Parts().content_of).status == ""


def test_a_request_for_no_document_is_refused() -> None:
    with pytest.raises(ProtocolViolation, match="no DocumentRequest") as caught:
        read_retrieve_request(parse(f'<x:RetrieveDocumentSetRequest xmlns:x="{NS.XDS}"/>'.encode()))
    assert caught.value.rule == "H01"
