from __future__ import annotations

import pytest
import strategies
from hypothesis import given
from samples import Parts, a_full_list
from schemas import each_schema, faults

from xdsi_sim.content import BytesContent
from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.messages.submit import (
    Document,
    ProvideAndRegisterDocumentSetRequest,
    SubmitObjectsRequest,
    read_provide_and_register,
    read_submit_objects,
    write_provide_and_register,
    write_submit_objects,
)
from xdsi_sim.vocab import NS

EMPTY = SubmitObjectsRequest(objects=RegistryObjectList())


def a_document(given: str, data: bytes = b"data") -> Document:
    return Document(id=given, content=BytesContent(data))


def a_provision(*documents: Document) -> ProvideAndRegisterDocumentSetRequest:
    return ProvideAndRegisterDocumentSetRequest(submission=EMPTY, documents=documents)


@given(strategies.registry_object_lists())
def test_submission_reads_back(objects: RegistryObjectList) -> None:
    request = SubmitObjectsRequest(objects=objects)
    assert read_submit_objects(parse(write_submit_objects(request))) == request


@pytest.mark.parametrize(
    "documents",
    [
        (),
        (a_document("one"),),
        (a_document("b", b"2"), a_document("a", b"1"), a_document("a", b"1")),
        (a_document('"<&>"\n', b""),),
    ],
)
def test_provision_reads_back_with_its_documents_in_order(documents: tuple[Document, ...]) -> None:
    parts = Parts()
    request = a_provision(*documents)
    assert read_provide_and_register(
        parse(write_provide_and_register(request, parts.attach)), parts.content_of
    ) == (request)
    assert parts.contents == [document.content for document in documents]


@each_schema
def test_submission_is_valid(source: str) -> None:
    assert faults(write_submit_objects(SubmitObjectsRequest(objects=a_full_list())), source) == []


@each_schema
@pytest.mark.parametrize("documents", [(), (a_document("one"), a_document("two", b""))])
def test_provision_is_valid_with_the_documents_in_it(documents: tuple[Document, ...], source: str) -> None:
    request = ProvideAndRegisterDocumentSetRequest(
        submission=SubmitObjectsRequest(objects=a_full_list()), documents=documents
    )
    assert faults(write_provide_and_register(request, Parts().as_base64), source) == []


@pytest.mark.parametrize("lists", [0, 1, 2])
def test_lists_are_counted_and_the_first_is_read(lists: int) -> None:
    inside = "".join(
        f'<r:RegistryObjectList xmlns:r="{NS.RIM}"><r:ObjectRef id="{number}"/></r:RegistryObjectList>'
        for number in range(lists)
    )
    request = read_submit_objects(parse(f"<a>{inside}</a>".encode()))
    assert (request.lists, request.objects.objectRefs) == (lists, ("0",) if lists else ())


def test_a_document_without_id_has_an_empty_one() -> None:
    parts = Parts()
    text = write_provide_and_register(a_provision(a_document("x")), parts.attach).replace(b' id="x"', b"")
    (document,) = read_provide_and_register(parse(text), parts.content_of).documents
    assert document.id == ""


def test_a_provision_without_submission_is_refused() -> None:
    text = f'<x:ProvideAndRegisterDocumentSetRequest xmlns:x="{NS.XDS}"/>'
    with pytest.raises(ProtocolViolation, match="no lcm:SubmitObjectsRequest") as caught:
        read_provide_and_register(parse(text.encode()), Parts().content_of)
    assert caught.value.rule == "C01"
