"""Document Source and Document Consumer of MHD, as steps play them: bundles out, searches in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from xdsi_sim.content import BytesContent, Content, read_all
from xdsi_sim.ebrim.model import DocumentEntry, Folder, RegistryObjectList, SubmissionSet
from xdsi_sim.fhir.bundles import provide_bundle
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.document_reference import document_entry, subject_of
from xdsi_sim.fhir.lists import folder, list_kind, submission_set
from xdsi_sim.fhir.models import FORMS, Form, read_resource, write_resource
from xdsi_sim.fhir.outcome import Rejected
from xdsi_sim.fhir.references import resolving
from xdsi_sim.fhir.rows import Reading, Unmapped
from xdsi_sim.fhir.values import Resource, as_list, at
from xdsi_sim.messages.patient_feed import patient_id
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.messages.submit import Document
from xdsi_sim.scenario.people import read_id
from xdsi_sim.scenario.stage import Answered, Stage, StepFailed
from xdsi_sim.topology.mhd import systems_of
from xdsi_sim.topology.model import Community
from xdsi_sim.vocab import ON_DEMAND, SEVERITY_ERROR, SEVERITY_WARNING

if TYPE_CHECKING:
    from xdsi_sim.client.dicomweb import HttpReply

__all__ = [
    "answered_by",
    "community_of",
    "found_in",
    "object_of",
    "pages_from",
    "patient_token",
    "provide",
    "read_object",
    "search",
]

_MOST_PAGES: Final = 1_000
_URL: Final = "application/x-www-form-urlencoded"


def community_of(stage: Stage, mhd: str) -> Community:
    """The community whose face it is."""
    return stage.running.topology.find(mhd).community


def answered_by(reply: HttpReply, *, receiver: str, transaction: str) -> Answered:
    """An answer in the terms of an expectation: errors are the issues of its OperationOutcomes."""
    if not reply.status:
        return Answered(receiver=receiver, transaction=transaction, status=f"no answer: {reply.trouble}")
    good = 200 <= reply.status < 300
    return Answered(
        receiver=receiver,
        transaction=transaction,
        status="Success" if good else f"HTTP {reply.status}",
        errors=tuple(_errors(_resource_of(reply))),
    )


def _resource_of(reply: HttpReply) -> Resource:
    """What came, if it is a resource; else an empty one."""
    media = reply.headers.get("content-type", "").partition(";")[0].strip()
    form = next((form for form, name in FORMS.items() if name == media), None)
    if form is None or not reply.parts:
        return {}
    try:
        return read_resource(read_all(reply.parts[0].content), form)
    except Rejected:
        return {}


def _errors(resource: Mapping[str, Any]) -> Iterator[RegistryError]:
    if resource.get("resourceType") == "OperationOutcome":
        for issue in as_list(resource.get("issue")):
            if issue.get("severity") == "information":
                continue
            codes = as_list(at(issue, "details.coding"))
            code = next((each.get("code") for each in codes if each.get("code")), issue.get("code"))
            yield RegistryError(
                errorCode=code or "",
                codeContext=issue.get("diagnostics") or at(issue, "details.text") or "",
                severity=SEVERITY_WARNING if issue.get("severity") == "warning" else SEVERITY_ERROR,
            )
    for entry in as_list(resource.get("entry")):
        for inner in (entry.get("resource"), at(entry, "response.outcome")):
            if inner and inner.get("resourceType") == "OperationOutcome":
                yield from _errors(inner)


# --- publishing ------------------------------------------------------------------------------


def provide(
    stage: Stage, *, sender: str, mhd: str, objects: RegistryObjectList, documents: Sequence[Document]
) -> Answered:
    """ITI-65: a submission as a bundle."""
    contents: dict[str, Content] = {each.id: each.content for each in documents}
    bundle = provide_bundle(objects, contents, systems_of(community_of(stage, mhd)))
    reply = stage.ask(
        "POST",
        stage.running.url_of(mhd),
        headers=(("Content-Type", FORMS["json"]), ("Accept", FORMS["json"])),
        body=BytesContent(write_resource(bundle, "json")),
        sender=sender,
        transaction="ITI-65",
    )
    return answered_by(reply, receiver=mhd, transaction="ITI-65")


# --- searching -------------------------------------------------------------------------------


def patient_token(text: str, community: Community) -> str:
    """A patient id, CX or a bare one of the community's authority, as a token; raises UsageError."""
    id = read_id(text, community.patientAuthority)
    value, _, rest = patient_id(id, id.root).partition("^^^&")
    return f"urn:oid:{rest.partition('&')[0]}|{value}"


def search(
    stage: Stage,
    *,
    sender: str,
    mhd: str,
    kind: str,
    parameters: Sequence[tuple[str, str]],
    form: Form,
    post: bool,
) -> tuple[list[Resource], list[Answered]]:
    """ITI-67, or ITI-66 of List: the bundles of all pages, and how each was answered."""
    base, transaction = stage.running.url_of(mhd), "ITI-66" if kind == "List" else "ITI-67"
    query = urlencode(parameters)
    accept = ("Accept", FORMS[form])

    def get(url: str) -> HttpReply:
        """One page."""
        return stage.get(url, sender=sender, accept=FORMS[form], transaction=transaction)

    if post:
        reply = stage.ask(
            "POST",
            f"{base}/{kind}/_search",
            headers=(("Content-Type", _URL), accept),
            body=BytesContent(query.encode()),
            sender=sender,
            transaction=transaction,
        )
    else:
        reply = get(f"{base}/{kind}?{query}")
    return pages_from(reply, get, base=base, receiver=mhd, transaction=transaction)


def pages_from(
    reply: HttpReply, get: Callable[[str], HttpReply], *, base: str, receiver: str, transaction: str
) -> tuple[list[Resource], list[Answered]]:
    """The bundle of a search and those of all further pages, and how each was answered."""
    bundles, answers = [], []
    while True:
        answers.append(answered_by(reply, receiver=receiver, transaction=transaction))
        bundles.append(_resource_of(reply))
        links = as_list(bundles[-1].get("link"))
        further = next((each["url"] for each in links if each.get("relation") == "next"), None)
        if further is None or len(bundles) > _MOST_PAGES:
            return bundles, answers
        reply = get(_at_home(further, base))


def _at_home(url: str, base: str) -> str:
    """The address of the next page; raises StepFailed for one of somebody else."""
    if urlsplit(url).netloc != urlsplit(base).netloc:
        raise StepFailed(f"the next page is not at {base}, but at {url}")
    return url


def found_in(bundles: Sequence[Resource]) -> list[Resource]:
    """What matches, in its order."""
    return [
        entry["resource"]
        for bundle in bundles
        for entry in as_list(bundle.get("entry"))
        if at(entry, "search.mode") == "match" and entry.get("resource")
    ]


def object_of(resource: Resource, community: Community) -> DocumentEntry | SubmissionSet | Folder:
    """What a DocumentReference or List of a community's face says as metadata; raises StepFailed."""
    return read_object(resource, community.patientAuthority, systems_of(community))


def read_object(
    resource: Resource, authority: str, systems: Systems
) -> DocumentEntry | SubmissionSet | Folder:
    """What a DocumentReference or List says as metadata; raises StepFailed where it cannot be said so.

    URI of an entry is where its document is fetched. Patients whose ids name no authority are of `authority`.
    """
    resolve = resolving(resource, {}, authority)
    reading = Reading(systems=systems, resolve=resolve, patient=subject_of(authority, resolve))
    uuid = f"urn:uuid:{resource.get('id') or ''}"
    try:
        if resource["resourceType"] == "List":
            read = folder if list_kind(resource) == "folder" else submission_set
            return read(resource, reading, entryUUID=uuid)
        entry = document_entry(resource, reading, entryUUID=uuid)
    except Unmapped as error:
        text = f"{resource['resourceType']}/{resource.get('id')} cannot be read: {error.path}: {error}"
        raise StepFailed(text) from None
    url = at(resource, "content.attachment.url") or ""
    ids = parse_qs(urlsplit(url).query)
    demanded = entry.hash is None and entry.size is None
    return replace(
        entry,
        URI=url,
        repositoryUniqueId=ids.get("repositoryUniqueId", [None])[0],
        objectType=ON_DEMAND if demanded else entry.objectType,
    )
