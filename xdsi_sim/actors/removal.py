"""How a registry and a repository take out what they hold (ITI RMD: 3.62, 3.86).

The two know nothing of each other: metadata may go before the document, or after it, or alone.
"""

from __future__ import annotations

from dataclasses import replace

from xdsi_sim.actors.commit import RefusedAtCommit
from xdsi_sim.actors.flow import Flow, Wait
from xdsi_sim.actors.ports import DocumentStore
from xdsi_sim.actors.registry_port import RegistryChange, RegistryStore, RegistryView
from xdsi_sim.errors import StoreTrouble
from xdsi_sim.messages.remove import RemoveDocumentsRequest, RemoveObjectsRequest
from xdsi_sim.messages.response import RegistryResponse, retrieve_status
from xdsi_sim.rules.removal import DocumentRemoval, Fate, check_document_removals, check_removal
from xdsi_sim.rules.subjects import id_key
from xdsi_sim.vocab import FAILURE, SUCCESS

__all__ = ["remove_documents", "remove_metadata"]


def remove_metadata(
    request: RemoveObjectsRequest, store: RegistryStore, *, strict: bool
) -> Flow[RegistryResponse]:
    """Take objects out of a registry, all or none; what holds is judged where nobody else can change it."""
    uuids = tuple(dict.fromkeys(map(id_key, request.ids)))

    def consequences(view: RegistryView) -> RegistryChange:
        """Nothing beyond the removal itself; raises RefusedAtCommit where a rule forbids it."""
        verdict = check_removal(request, view.remains(uuids), strict=strict)
        if not verdict.accepted:
            raise RefusedAtCommit(verdict)
        return RegistryChange()

    verdict = check_removal(request, strict=strict)
    if verdict.accepted:
        try:
            yield Wait(store.apply(RegistryChange(removed=uuids), consequences))
        except RefusedAtCommit as refused:
            verdict = refused.verdict
    else:  # one answer lists everything, also what only the registry knows
        verdict = check_removal(request, store.view().remains(uuids), strict=strict)
    status = SUCCESS if verdict.accepted else FAILURE
    return RegistryResponse(status=status, errors=verdict.errors, findings=verdict.findings)


def remove_documents(
    request: RemoveDocumentsRequest, store: DocumentStore, *, oid: str
) -> Flow[RegistryResponse]:
    """Take documents out of a repository, each by itself, with one error for each that is left."""
    removals = tuple(DocumentRemoval(request=item, repositoryUniqueId=oid) for item in request.requests)
    ours = list(dict.fromkeys(each.request.documentUniqueId for each in removals if each.ours))
    fates: dict[str, Fate] = {}
    if ours:
        try:
            fates = yield Wait(store.remove(ours))
        except StoreTrouble:
            fates = dict.fromkeys(ours, Fate.FAILED)
    settled = tuple(
        replace(each, fate=fates.get(each.request.documentUniqueId, Fate.UNKNOWN)) for each in removals
    )
    verdict = check_document_removals(settled)
    removed = len(settled) - len(verdict.errors)
    status = retrieve_status(removed, verdict.errors)
    return RegistryResponse(status=status, errors=verdict.errors, findings=verdict.findings)
