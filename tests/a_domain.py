"""One affinity domain on free ports, with submissions that fit it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from submissions import PATIENT, a_provision, a_set, an_entry
from wire import Answer, message, post, send

from xdsi_sim.ebrim.model import Slot
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.query import (
    LEAF_CLASS,
    AdhocQueryRequest,
    AdhocQueryResponse,
    read_query_response,
)
from xdsi_sim.messages.response import RegistryResponse, read_registry_response
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, GET_ALL, STORED_QUERIES, encode
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.vocab import APPROVED, FAILURE, NS, STABLE, SUCCESS

AUTHORITY = "2.999.1.1"
QUERIES = {query.name: query for query in STORED_QUERIES.values()}
FILE = """\
name: domain
communities:
  - id: c
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    registry: {id: registry}
    repositories: [{id: repository, repositoryUniqueId: 2.999.1.3}]
"""
"""Registry and repository, for actors in a process of their own."""


def topology(everybody: Mapping[str, str] | None = None, **registry: object) -> Topology:
    """Registry, repository, On-Demand and imaging source of a community; `everybody` holds for them all."""
    shared = dict(everybody or {})
    return Topology.model_validate(
        {
            "name": "domain",
            "communities": [
                {
                    "id": "c",
                    "homeCommunityId": "urn:oid:2.999.1",
                    "patientAuthority": AUTHORITY,
                    "registry": {"id": "registry", **shared, **registry},
                    "repositories": [{"id": "repository", "repositoryUniqueId": "2.999.1.3", **shared}],
                    "onDemandSources": [
                        {"id": "summaries", "repositoryUniqueId": "2.999.1.4", "persists": True, **shared}
                    ],
                    "sources": [
                        {
                            "id": "pacs",
                            "oid": "2.999.1.21",
                            "aeTitle": "PACS",
                            "publishesTo": "repository",
                            **shared,
                        }
                    ],
                }
            ],
        }
    )


def domain(data: Path, everybody: Mapping[str, str] | None = None, **registry: object) -> RunningTopology:
    return start(topology(everybody, **registry), data, Listen("127.0.0.1", 0))


def provision(number: int, content: bytes = b"text") -> ProvideAndRegisterDocumentSetRequest:
    """A submission of its own, one of many."""
    request = a_provision(entries=(an_entry(number, hash=None, size=None),), content=content)
    objects = request.submission.objects
    set_ = a_set(100_000 + number)
    members = tuple(replace(item, sourceObject=set_.entryUUID) for item in objects.associations)
    changed = replace(objects, submissionSets=(set_,), associations=members)
    return replace(request, submission=SubmitObjectsRequest(objects=changed))


def provide(url: str, request: ProvideAndRegisterDocumentSetRequest) -> Answer:
    return send(url, post(url, *message(url, "ITI-41", request)))


def a_query() -> AdhocQueryRequest:
    """FindDocuments of the patient of all submissions."""
    known = FIND_DOCUMENTS.by_name
    slots = (
        encode(known["$XDSDocumentEntryPatientId"], PATIENT),
        encode(known["$XDSDocumentEntryStatus"], APPROVED),
    )
    return AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=slots)


def root_of(answer: Answer) -> bytes:
    """The envelope of an answer, plain or MTOM."""
    start_, end = answer.body.index(b"<soap:Envelope"), answer.body.index(b"</soap:Envelope>")
    return answer.body[start_:end] + b"</soap:Envelope>"


def response_of(answer: Answer) -> RegistryResponse:
    element = next(parse(root_of(answer)).iter(f"{{{NS.RS}}}RegistryResponse"))
    return read_registry_response(element)


def everything(url: str, patientId: str, objectType: str = STABLE) -> AdhocQueryResponse:
    """All that a registry has of a patient and that is Approved, with its entries of one type."""
    known = GET_ALL.by_name
    statuses = [name for name in known if name.endswith("Status")]
    slots: tuple[Slot, ...] = (
        encode(known["$patientId"], patientId),
        encode(known["$XDSDocumentEntryType"], objectType),
        *(encode(known[name], APPROVED) for name in statuses),
    )
    answer = send(url, post(url, *message(url, "ITI-18", AdhocQueryRequest(id=GET_ALL.id, parameters=slots))))
    return read_query_response(next(parse(answer.body).iter(f"{{{NS.QUERY}}}AdhocQueryResponse")))


def ask(
    url: str,
    query: str,
    returnType: str = LEAF_CLASS,
    transaction: str | None = None,
    **parameters: str | tuple[str, ...],
) -> AdhocQueryResponse:
    """The answer to a stored query; a list is a tuple."""
    stored = QUERIES[query]
    slots = tuple(
        encode(stored.by_name[f"${name}"], *((value,) if isinstance(value, str) else value))
        for name, value in parameters.items()
    )
    request = AdhocQueryRequest(id=stored.id, parameters=slots, returnType=returnType)
    answer = send(url, post(url, *message(url, transaction or stored.transaction, request)))
    assert answer.status == 200
    return read_query_response(read_envelope(root_of(answer)).body)


def submit(url: str, request: SubmitObjectsRequest, transaction: str = "ITI-42") -> list[str]:
    """The codes of what a registry refuses in a submission or an update."""
    response = response_of(send(url, post(url, *message(url, transaction, request))))
    assert response.status == (FAILURE if response.errors else SUCCESS)
    return [error.errorCode for error in response.errors]
