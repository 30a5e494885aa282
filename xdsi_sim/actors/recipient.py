"""Document Recipient of XDR: takes submissions that are sent from point to point (ITI TF-2: 3.41).

It has no registry behind it: whatever is wrong with a submission it finds itself, and what it has taken in
it keeps as it came.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from xdsi_sim.actors.acceptance import Acceptance
from xdsi_sim.actors.flow import Flow, Wait
from xdsi_sim.actors.ports import Clock, Inbox, ReceivedDocument, ReceivedSubmission, utc_now
from xdsi_sim.actors.provided import Provided
from xdsi_sim.ebrim.limited import is_limited
from xdsi_sim.messages.response import RegistryResponse
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest
from xdsi_sim.rules.code_sets import CodesNow, any_code
from xdsi_sim.rules.registry import Profile
from xdsi_sim.rules.transactions import check_receipt
from xdsi_sim.vocab import FAILURE, SEVERITY_ERROR, SUCCESS

__all__ = ["DocumentRecipient"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecipient:
    """Answers ITI-41 / RAD-68."""

    inbox: Inbox
    acceptance: Acceptance
    codes: CodesNow = any_code
    """Gives the codes of the affinity domain."""
    profile: Profile = field(default_factory=dict)
    """What the rules weigh here."""
    clock: Clock = utc_now

    def provide_and_register(self, request: ProvideAndRegisterDocumentSetRequest) -> Flow[RegistryResponse]:
        """Take a submission in, whole or not at all; it is durable before that is acknowledged."""
        provided, objects = Provided.of(request), request.submission.objects
        limited = self.acceptance.limited and is_limited(objects)
        verdict = check_receipt(
            request.submission,
            provided.objects,
            provided.prints,
            limited=limited,
            codes=self.codes(),
            profile=self.profile,
        )
        undeliverable = tuple(self.acceptance.addressing(objects))
        errors = (*verdict.errors, *undeliverable)
        if not verdict.accepted or any(error.severity == SEVERITY_ERROR for error in undeliverable):
            return RegistryResponse(status=FAILURE, errors=errors, findings=verdict.findings)
        yield Wait(self.inbox.keep(self._received(request, provided)))
        remarks = self.acceptance.remarks(objects)
        return RegistryResponse(status=SUCCESS, errors=(*errors, *remarks), findings=verdict.findings)

    def _received(
        self, request: ProvideAndRegisterDocumentSetRequest, provided: Provided
    ) -> ReceivedSubmission:
        documents = (
            ReceivedDocument(
                entryUUID=entryUUID,
                uniqueId=document.uniqueId,
                mimeType=document.mimeType,
                content=document.content,
            )
            for entryUUID, document in provided.pairs()
        )
        return ReceivedSubmission(
            received=self.clock(), metadata=request.submission, documents=tuple(documents)
        )
