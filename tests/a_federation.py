"""Communities joined by gateways, on free ports, and answers of peers that play gateways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from a_domain import submit
from submissions import a_set, a_submission, an_entry, members

from xdsi_sim.content import SegmentsContent, read_all
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.soap.addressing import write_addressing
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.envelope import write_envelope
from xdsi_sim.soap.mtom import Attachments
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.topology.model import Topology
from xdsi_sim.vocab import TRANSACTIONS

AUTHORITY = "2.999.1.1"
HOMES = {"north": "urn:oid:2.999.71", "south": "urn:oid:2.999.72"}


def oid(name: str, number: int) -> str:
    """Of an actor of a community: 3 its repository, 4 its On-Demand source."""
    return f"{HOMES[name].removeprefix('urn:oid:')}.{number}"


def community(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": name,
        "homeCommunityId": HOMES[name],
        "patientAuthority": AUTHORITY,
        "registry": {"id": f"{name}-registry"},
        "repositories": [{"id": f"{name}-repository", "repositoryUniqueId": oid(name, 3)}],
        "onDemandSources": [
            {"id": f"{name}-summaries", "repositoryUniqueId": oid(name, 4), "persists": True}
        ],
        "initiatingGateway": {"id": f"{name}-ig"},
        "respondingGateway": {"id": f"{name}-rg"},
        **changes,
    }


def federation(
    *communities: dict[str, Any], gateways: Mapping[str, str] | None = None, **more: Any
) -> Topology:
    """Those communities, and foreign Responding Gateways by homeCommunityId."""
    peers = [
        {"id": f"peer-{number}", "url": url, "role": "respondingGateway", "homeCommunityId": home}
        for number, (home, url) in enumerate((gateways or {}).items())
    ]
    return Topology.model_validate({"name": "federation", "communities": communities, "peers": peers, **more})


def entries(first: int, count: int, **changes: Any) -> SubmitObjectsRequest:
    """One submission of `count` entries, numbered from `first`."""
    documents = tuple(an_entry(number, **changes) for number in range(first, first + count))
    set_ = a_set(100_000 + first)
    return a_submission(entries=documents, set_=set_, associations=members(set_, documents))


def register(running: RunningTopology, name: str, request: SubmitObjectsRequest) -> None:
    assert submit(running.url_of(f"{name}-registry"), request) == []


def answering(transaction: str, request: bytes, response: Any) -> bytes:
    """What a sound peer says to `request`, as bytes on the wire."""
    kind = TRANSACTIONS[transaction]
    attachments = Attachments(mtom=kind.mtom)
    body = CODECS[transaction].write_response(response, attachments.attach)
    asked = request.partition(b"<wsa:MessageID>")[2].partition(b"<")[0].decode()
    header = write_addressing(action=kind.response_action, message_id="urn:uuid:said", relates_to=asked)
    data = read_all(SegmentsContent(tuple(attachments.body(write_envelope(header, body)))))
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: {attachments.content_type}\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data
