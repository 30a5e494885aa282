from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemas import each_schema, faults
from strategies import texts

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.messages.remove import (
    RemoveDocumentsRequest,
    RemoveObjectsRequest,
    read_remove_documents,
    read_remove_objects,
    write_remove_documents,
    write_remove_objects,
)
from xdsi_sim.messages.retrieve import DocumentRequest
from xdsi_sim.vocab import NS

STRIPPED = texts().map(str.strip)
DOCUMENTS = st.builds(
    DocumentRequest,
    repositoryUniqueId=STRIPPED,
    documentUniqueId=STRIPPED,
    homeCommunityId=st.none() | STRIPPED,
)
NAMESPACES = f'xmlns:lcm="{NS.LCM}" xmlns:rim="{NS.RIM}"'
AN_OBJECT = '<rim:ObjectRefList><rim:ObjectRef id="urn:uuid:1"/></rim:ObjectRefList>'


def read(attributes: str, inside: str) -> RemoveObjectsRequest:
    text = f"<lcm:RemoveObjectsRequest {NAMESPACES} {attributes}>{inside}</lcm:RemoveObjectsRequest>"
    return read_remove_objects(parse(text.encode()))


@given(st.lists(texts(), max_size=4).map(tuple))
def test_objects_are_read_as_they_were_written(ids: tuple[str, ...]) -> None:
    request = RemoveObjectsRequest(ids=ids)
    assert read_remove_objects(parse(write_remove_objects(request))) == request


@given(st.lists(DOCUMENTS, min_size=1, max_size=4).map(tuple))
def test_documents_are_read_as_they_were_written(requests: tuple[DocumentRequest, ...]) -> None:
    request = RemoveDocumentsRequest(requests=requests)
    assert read_remove_documents(parse(write_remove_documents(request))) == request


@each_schema
def test_what_is_written_is_valid(source: str) -> None:
    document = DocumentRequest(repositoryUniqueId="1.2", documentUniqueId="3", homeCommunityId="urn:oid:1")
    assert faults(write_remove_objects(RemoveObjectsRequest(ids=("urn:uuid:1", "urn:uuid:2"))), source) == []
    assert faults(write_remove_documents(RemoveDocumentsRequest(requests=(document,))), source) == []


def test_what_the_transaction_does_not_use_is_not_lost() -> None:
    assert read("", "") == RemoveObjectsRequest()
    assert read('deletionScope="urn:x"', AN_OBJECT) == RemoveObjectsRequest(
        ids=("urn:uuid:1",), deletionScope="urn:x"
    )
    assert read("", '<rim:AdhocQuery id="urn:uuid:2"/>') == RemoveObjectsRequest(adhocQuery=True)


def test_two_lists_of_objects_are_a_fault() -> None:
    with pytest.raises(ProtocolViolation, match="more than one ObjectRefList"):
        read("", AN_OBJECT * 2)


def test_a_document_request_in_another_namespace_is_none() -> None:
    inside = "<rmd:DocumentRequest/>"
    text = f'<rmd:RemoveDocumentsRequest xmlns:rmd="{NS.RMD}">{inside}</rmd:RemoveDocumentsRequest>'
    with pytest.raises(ProtocolViolation, match="holds no xds:DocumentRequest"):
        read_remove_documents(parse(text.encode()))
