"""A community with a FHIR face on free ports, requests to it, and the resources that a client sends."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from submissions import AUTHORITY, a_provision, a_set, an_entry, uuid

from xdsi_sim.client.dicomweb import HttpReply
from xdsi_sim.content import BytesContent
from xdsi_sim.dicomweb.messages import Part
from xdsi_sim.ebrim.model import DocumentEntry, RegistryObjectList
from xdsi_sim.fhir.bundles import provide_bundle
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.vocab import Association

JSON = "application/fhir+json"
XML = "application/fhir+xml"
PATIENT = f"urn:oid:{AUTHORITY}|P1"
OF_PATIENT = {"patient.identifier": PATIENT, "status": "current"}
DCM = "http://dicom.nema.org/resources/ontology/DCM"


def topology(**mhd: Any) -> Topology:
    return Topology.model_validate(
        {
            "name": "fhir",
            "communities": [
                {
                    "id": "c",
                    "homeCommunityId": "urn:oid:2.999.1",
                    "patientAuthority": AUTHORITY,
                    "registry": {"id": "registry"},
                    "mhd": {"id": "fhir", **mhd},
                    "repositories": [{"id": "repository", "repositoryUniqueId": "2.999.1.3"}],
                }
            ],
        }
    )


def a_face(data: Path, **mhd: Any) -> RunningTopology:
    return start(topology(**mhd), data, Listen("127.0.0.1", 0))


def a_reply(
    *bodies: bytes, status: int = 200, media_type: str = JSON, trouble: str | None = None
) -> HttpReply:
    """What a client gets of a face."""
    return HttpReply(
        status=status,
        headers={"content-type": media_type},
        parts=tuple(Part(headers={}, content=BytesContent(body)) for body in bodies),
        exchange="",
        trouble=trouble,
    )


@dataclass(frozen=True)
class Got:
    """An answer of HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Resources that a search found."""
        return [each["resource"] for each in self.json.get("entry", ()) if each["search"]["mode"] == "match"]

    @property
    def texts(self) -> str:
        """What an OperationOutcome says, in the answer or in a bundle."""
        found = self.json
        resources = [found, *(each.get("resource", {}) for each in found.get("entry", ()))]
        issues = (issue for each in resources for issue in each.get("issue", ()))
        return "\n".join(issue["diagnostics"] for issue in issues)


def ask(method: str, url: str, body: bytes | None = None, **headers: str) -> Got:
    """Send one request; names of headers have `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body, method=method, headers=named)  # noqa: S310  http alone
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  as above
            return Got(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Got(error.code, error.headers, error.read())


def find(url: str, kind: str = "DocumentReference", **params: Any) -> Got:
    """A search by GET for the patient of all submissions; `_` twice stands for a dot."""
    pairs = {**OF_PATIENT, **{name.replace("__", "."): value for name, value in params.items()}}
    return ask("GET", f"{url}/{kind}?{urlencode(pairs, doseq=True)}")


def post(url: str, resource: Any, **headers: str) -> Got:
    return ask("POST", url, json.dumps(resource).encode(), **{"Content-Type": JSON, **headers})


def a_bundle(
    number: int = 1, content: bytes = b"text", replaces: int | None = None, **changes: Any
) -> dict[str, Any]:
    """An ITI-65 bundle with one document, of entry and set of that number."""
    entry = an_entry(number, **{"hash": None, "size": None, "repositoryUniqueId": None, **changes})
    objects = a_provision(entries=(entry,), content=content).submission.objects
    set_ = a_set(100_000 + number)
    links = tuple(replace(each, sourceObject=set_.entryUUID) for each in objects.associations)
    if replaces is not None:
        link = links[0]
        links += (
            replace(
                link,
                entryUUID="replaces",
                associationType=Association.RPLC,
                sourceObject=entry.entryUUID,
                targetObject=uuid(replaces),
                submissionSetStatus=None,
            ),
        )
    moved = RegistryObjectList(submissionSets=(set_,), documentEntries=(entry,), associations=links)
    return provide_bundle(moved, {entry.entryUUID: BytesContent(content)}, Systems())


def the(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    """The first resource of a type in a bundle."""
    return next(e["resource"] for e in bundle["entry"] if e.get("resource", {}).get("resourceType") == kind)


def data_of(text: bytes) -> str:
    return base64.b64encode(text).decode()


__all__ = [
    "DCM",
    "JSON",
    "OF_PATIENT",
    "PATIENT",
    "XML",
    "DocumentEntry",
    "Got",
    "a_bundle",
    "a_face",
    "ask",
    "data_of",
    "find",
    "post",
    "the",
    "topology",
]
