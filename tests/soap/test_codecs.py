from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from xdsi_sim.content import BytesContent
from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.discovery import DiscoveryRequest, DiscoveryResponse
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.patient_feed import Acknowledgement, Event, Ii, PatientFeed
from xdsi_sim.messages.prpa import in_v3
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.remove import RemoveDocumentsRequest, RemoveObjectsRequest
from xdsi_sim.messages.response import RegistryError, RegistryResponse
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
)
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.vocab import NS, TRANSACTIONS

SUBMISSION = SubmitObjectsRequest(objects=RegistryObjectList())
FED = PatientFeed(event=Event.ADD, id=Ii("1.2"), patientIds=(Ii("1.2.3", "P1"),))
ASKED = DocumentRequest(repositoryUniqueId="1.2", documentUniqueId="3")
IMAGES = RetrieveImagingDocumentSetRequest(
    requests=(ImagingDocumentRequest(studyInstanceUID="1", seriesInstanceUID="2", document=ASKED),),
    transferSyntaxUIDs=("1.2.840.10008.1.2.1",),
)
EXAMPLES: dict[str, tuple[Any, Any]] = {
    "ITI-18": (AdhocQueryRequest(id="urn:uuid:1"), AdhocQueryResponse()),
    "ITI-38": (
        AdhocQueryRequest(id="urn:uuid:1", home="urn:oid:2.999.1"),
        AdhocQueryResponse(),
    ),
    "ITI-39": (RetrieveDocumentSetRequest(requests=(ASKED,)), RetrieveDocumentSetResponse()),
    "ITI-41": (ProvideAndRegisterDocumentSetRequest(submission=SUBMISSION), RegistryResponse()),
    "ITI-42": (SUBMISSION, RegistryResponse()),
    "ITI-43": (RetrieveDocumentSetRequest(requests=(ASKED,)), RetrieveDocumentSetResponse()),
    "ITI-51": (
        AdhocQueryRequest(id="urn:uuid:3d1bdb10-39a2-11de-89c2-2f44d94eaa9f"),
        AdhocQueryResponse(),
    ),
    "ITI-55": (
        DiscoveryRequest(id=Ii("1.2"), queryId=Ii("1.3"), ids=(Ii("1.2.3", "P1"),)),
        DiscoveryResponse(acknowledgement="AA", queryResponseCode="NF"),
    ),
    "ITI-57": (SUBMISSION, RegistryResponse()),
    "ITI-92": (SUBMISSION, RegistryResponse()),
    "ITI-44 add": (in_v3(FED), Acknowledgement(code="CA", target=FED.id)),
    "ITI-44 revise": (in_v3(replace(FED, event=Event.REVISE)), Acknowledgement(code="CE", target=FED.id)),
    "ITI-44 merge": (in_v3(replace(FED, event=Event.MERGE)), Acknowledgement(code="CR", target=FED.id)),
    "ITI-61": (SUBMISSION, RegistryResponse()),
    "ITI-62": (RemoveObjectsRequest(ids=("urn:uuid:1", "urn:uuid:2")), RegistryResponse()),
    "ITI-86": (RemoveDocumentsRequest(requests=(ASKED,)), RegistryResponse()),
    "RAD-69": (IMAGES, RetrieveDocumentSetResponse()),
    "RAD-75": (IMAGES, RetrieveDocumentSetResponse()),
}


def test_every_transaction_has_a_codec_whose_messages_are_those_of_the_table() -> None:
    assert CODECS.keys() >= TRANSACTIONS.keys() == EXAMPLES.keys()
    for name, (request, response) in EXAMPLES.items():
        codec, transaction = CODECS[name], TRANSACTIONS[name]
        asked = parse(b"".join(codec.write_request(request, lambda _content: b"")))
        answered = parse(b"".join(codec.write_response(response, lambda _content: b"")))
        assert (asked.tag, answered.tag) == (transaction.request, transaction.response)
        assert codec.read_request(asked, lambda _element: BytesContent(b"")) == request
        assert codec.read_response(answered, lambda _element: BytesContent(b"")) == response


@pytest.mark.parametrize(("namespace", "rules"), [(NS.XDS, []), (NS.XDSI, ["H05"])])
def test_the_namespace_of_a_document_request_is_a_matter_of_dialect(namespace: str, rules: list[str]) -> None:
    codec = CODECS["RAD-69"]
    asked = parse(
        codec.write_request(replace(EXAMPLES["RAD-69"][0], namespace=namespace), lambda _content: b"")[0]
    )
    request = codec.read_request(asked, lambda _element: BytesContent(b""))
    assert [item.document for item in request.requests] == [ASKED]
    assert [finding.rule for finding in codec.dialect(request)] == rules


@pytest.mark.parametrize(("name", "prefix", "rules"), [("ITI-43", "", []), ("ITI-43", "urn:oid:", ["H04"])])
def test_a_repository_is_named_by_its_oid_alone(name: str, prefix: str, rules: list[str]) -> None:
    request = EXAMPLES[name][0]
    item = replace(request.requests[0], repositoryUniqueId=f"{prefix}2.999.1")
    assert [one.rule for one in CODECS[name].dialect(replace(request, requests=(item,)))] == rules


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_we_write_strays_from_nothing(name: str) -> None:
    assert list(CODECS[name].dialect(EXAMPLES[name][0])) == []


def test_a_store_in_trouble_is_an_issue_of_patient_discovery() -> None:
    failure = CODECS["ITI-55"].failure
    assert failure is not None
    answer = failure(RegistryError(errorCode="XDSRepositoryBusy", codeContext="later"))
    assert [(error.errorCode, error.codeContext) for error in answer.errors] == [("InternalError", "later")]
