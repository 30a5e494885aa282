"""What gateways do with submissions: hand each on, whole, to the one community it is for (ITI XCDR, ITI RMU).

Documents go by ITI-80 between communities and by ITI-41 within one, updates by ITI-92 everywhere. Nothing in
a submission is read but the community that it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from xdsi_sim.actors.flow import Answer, Call, Flow, NoAnswer, Send, Unreached
from xdsi_sim.messages.community import aimed_at, targets_of, without_home
from xdsi_sim.messages.response import RegistryError, RegistryResponse
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.rules.gateway import CommunityProvision, CommunityUpdate
from xdsi_sim.rules.registry import Verdict, judge, rules
from xdsi_sim.vocab import FAILURE

__all__ = ["Submissions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submissions:
    """Where a gateway sends what is submitted to it; one that responds knows no other gateway."""

    homeCommunityId: str
    """Of its own community."""
    registry: str | None = None
    """URL; None where the own community has none."""
    taker: str | None = None
    """URL of the repository or recipient that takes documents from elsewhere; None where nobody does."""
    gateways: Mapping[str, str] | None = None
    """URLs of responding gateways by homeCommunityId."""

    def provide(self, request: ProvideAndRegisterDocumentSetRequest) -> Flow[RegistryResponse]:
        """Hand documents on to the community that the submission names."""
        homes = targets_of(request.submission)
        reached = self._reached(self.taker)
        verdict = judge([(CommunityProvision(homes=homes, communities=reached), rules("G21"))])
        if not verdict.accepted:
            return _refused(verdict)
        (home,) = homes
        if home == self.homeCommunityId:
            submission = aimed_at(request.submission, None)
            message = replace(request, submission=submission)
            call = Call(url=self.taker or "", transaction="ITI-41", message=message)
            return (yield from _handed_on(call, home, "XDSRepositoryError"))
        call = Call(url=self._gateway(home), transaction="ITI-80", message=request)
        return (yield from _handed_on(call, home, "XDSUnavailableCommunity"))

    def update(self, request: SubmitObjectsRequest) -> Flow[RegistryResponse]:
        """Hand an update on to the community that the entries are of."""
        entries = request.objects.documentEntries
        subject = CommunityUpdate(
            entries=tuple((entry.homeCommunityId, entry.entryUUID) for entry in entries),
            communities=self._reached(self.registry),
        )
        verdict = judge([(subject, rules("L31"))])
        if not verdict.accepted:
            return _refused(verdict)
        home = entries[0].homeCommunityId or ""
        if home == self.homeCommunityId:
            message = without_home(request, home)
            call = Call(url=self.registry or "", transaction="ITI-92", message=message)
            return (yield from _handed_on(call, home, "XDSRegistryNotAvailable"))
        call = Call(url=self._gateway(home), transaction="ITI-92", message=request)
        return (yield from _handed_on(call, home, "XDSUnavailableCommunity"))

    def _reached(self, own: str | None) -> frozenset[str]:
        return frozenset((*((self.homeCommunityId,) if own is not None else ()), *(self.gateways or ())))

    def _gateway(self, home: str) -> str:
        return (self.gateways or {})[home]


def _handed_on(call: Call, home: str, silence: str) -> Flow[RegistryResponse]:
    """The answer as it is."""
    (answer,) = yield Send((call,))
    if isinstance(answer, NoAnswer):
        return _silent(call, home, silence, answer)
    return RegistryResponse(status=answer.status, errors=answer.errors)


def _silent(call: Call, home: str, silence: str, answer: Answer) -> RegistryResponse:
    known = (
        "it has seen nothing of it" if isinstance(answer, Unreached) else "whether it was done is not known"
    )
    text = f"{home} gives no answer to {call.transaction}, {known}: {answer}"
    error = RegistryError(errorCode=silence, codeContext=text, location=home)
    return RegistryResponse(status=FAILURE, errors=(error,))


def _refused(verdict: Verdict) -> RegistryResponse:
    return RegistryResponse(status=FAILURE, errors=verdict.errors, findings=verdict.findings)
