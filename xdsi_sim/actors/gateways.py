"""Gateways: documents across communities by ITI-38 and ITI-39 (ITI TF-2: 3.38, 3.39).

What a gateway passes on it does not read: it looks at the community that each object names, and no further.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from xdsi_sim.actors.flow import Answer, Call, Flow, NoAnswer, Send
from xdsi_sim.actors.gateway_patients import InitiatingDiscovery, NotAsked, values_of
from xdsi_sim.actors.gateway_retrieve import SILENT, placed
from xdsi_sim.actors.gateway_submit import Submissions
from xdsi_sim.actors.patient_discovery import RespondingDiscovery
from xdsi_sim.content import Segment
from xdsi_sim.ebrim.fragments import Head, at_home, heads_of, without
from xdsi_sim.errors import XdsError
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.response import RegistryError, RegistryResponse
from xdsi_sim.messages.stored_queries import stored_query
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.rules.gateway import CommunityObjects, CommunityQuery, is_stray
from xdsi_sim.rules.registry import judge, rules
from xdsi_sim.vocab import FAILURE, PARTIAL_SUCCESS, SEVERITY_ERROR, SUCCESS

__all__ = ["TARGETS", "InitiatingGateway", "RespondingGateway"]

TARGETS: Final = "$targetCommunityIdList"
"""The parameter that names the communities which a query by patient is for; it is meant for the gateway."""

_TOLD: Final = 20  # errors about objects of one member; a registry may hold a hundred thousand


class UnknownStoredQuery(XdsError):
    """Whether a query names a patient is not known, nor a community that could tell."""

    code = "XDSUnknownStoredQuery"


class NoReason(XdsError):
    """A community refuses a query and does not say why."""

    code = "XDSRegistryError"


def _strange(
    request: AdhocQueryRequest, communities: Iterable[str], named_by: str = "home"
) -> tuple[RegistryError, ...]:
    """What is wrong with the community that a query names, or should name (rule I28)."""
    asked = CommunityQuery(request=request, communities=frozenset(communities), named_by=named_by)
    return judge([(asked, rules("I28"))]).errors


def _placed(errors: Iterable[RegistryError], home: str) -> tuple[RegistryError, ...]:
    return tuple(replace(error, location=home) for error in errors)


def _refused(errors: tuple[RegistryError, ...]) -> AdhocQueryResponse:
    return AdhocQueryResponse(status=FAILURE, errors=errors)


# --- Responding Gateway ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondingGateway(RespondingDiscovery):
    """Answers ITI-38 with what the registry of its community has, ITI-39 with what its sources have.

    ITI-55 it answers with what the community knows of its patients. Documents that others provide (ITI-80)
    and updates of its own entries (ITI-92) it hands on.
    """

    registry: str
    """URL."""
    taker: str | None = None
    """URL of the repository or recipient that takes documents of others; None where nobody does."""

    def query(self, request: AdhocQueryRequest) -> Flow[AdhocQueryResponse]:
        """Ask the registry; all that it gives gets the community's id, every error its location."""
        home = self.homeCommunityId
        if strange := _strange(request, (home,)):
            return _refused(_placed(strange, home))
        (answer,) = yield Send((_to_registry(self.registry, request),))
        if isinstance(answer, NoAnswer):
            return _refused((_unreached(home, answer),))
        return AdhocQueryResponse(
            status=answer.status,
            errors=tuple(placed(error, home) for error in answer.errors),
            fragments=at_home(answer.fragments, home),
        )

    def provide_and_register(self, request: ProvideAndRegisterDocumentSetRequest) -> Flow[RegistryResponse]:
        """Hand documents of another community on."""
        return self._submissions.provide(request)

    def update(self, request: SubmitObjectsRequest) -> Flow[RegistryResponse]:
        """Hand an update of entries on to the registry."""
        return self._submissions.update(request)

    @property
    def _submissions(self) -> Submissions:
        return Submissions(homeCommunityId=self.homeCommunityId, registry=self.registry, taker=self.taker)


def _to_registry(url: str, request: AdhocQueryRequest) -> Call:
    return Call(url=url, transaction="ITI-18", message=replace(request, home=None))


def _unreached(home: str, answer: NoAnswer) -> RegistryError:
    what = f"the registry of {home} gives no answer to ITI-18: {answer}"
    return SILENT.broken(what, code="XDSRegistryError", location=home)


# --- Initiating Gateway ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """What one community contributes."""

    answered: bool
    """Whether it has said what it has, be it nothing."""
    fragments: tuple[Segment, ...] = ()
    errors: tuple[RegistryError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiatingGateway(InitiatingDiscovery):
    """Answers ITI-18 and ITI-43 with what its own community and all others have.

    ITI-41 and ITI-92 it hands on to the one community that they are for.
    """

    registry: str | None = None
    """URL; None where the own community has none."""
    taker: str | None = None
    """URL of who takes documents for the own community; None where nobody does."""

    def query(self, request: AdhocQueryRequest) -> Flow[AdhocQueryResponse]:
        """Ask all communities that the query is for, at once, and join what they say."""
        if refused := self._refused(request):
            return _refused(refused)
        homes = self._homes(request)
        named_by, everybody = "home" if request.home else TARGETS, self._everybody()
        strange = {home: _strange(replace(request, home=home), everybody, named_by) for home in homes}
        known = [home for home in homes if not strange[home]]
        addressed = yield from self.address(request, [home for home in known if self._is_other(home)])
        messages = ((home, addressed.get(home, request)) for home in known)
        asked = {home: message for home, message in messages if not isinstance(message, NotAsked)}
        answers = yield Send(tuple(self._call(home, message) for home, message in asked.items()))
        parts = {home: self._part(home, request, answer) for home, answer in zip(asked, answers, strict=True)}
        for home, message in addressed.items():
            if isinstance(message, NotAsked):
                parts[home] = _Part(message.answered, errors=message.errors)
        unknown = [_Part(False, errors=_placed(errors, home)) for home, errors in strange.items() if errors]
        return _joined(unknown + [parts[home] for home in known])

    def provide_and_register(self, request: ProvideAndRegisterDocumentSetRequest) -> Flow[RegistryResponse]:
        """Hand documents on to the community that they are for."""
        return self._submissions.provide(request)

    def update(self, request: SubmitObjectsRequest) -> Flow[RegistryResponse]:
        """Hand an update on to the community whose entries it is of."""
        return self._submissions.update(request)

    @property
    def _submissions(self) -> Submissions:
        return Submissions(
            homeCommunityId=self.homeCommunityId,
            registry=self.registry,
            taker=self.taker,
            gateways=self.gateways,
        )

    def _refused(self, request: AdhocQueryRequest) -> tuple[RegistryError, ...]:
        """Why nobody is asked: the query does not say which community it is for."""
        if request.home:
            return ()
        stored = stored_query(request.id)
        if stored is None or stored.transaction != "ITI-18":
            what = "no stored query of ITI-18 has this id, and no home says who may know it"
            unknown = UnknownStoredQuery(f"{what}; attribute=id; value={request.id}; rule=I01")
            return (RegistryError.of(unknown),)
        return _strange(request, self._everybody())

    def _homes(self, request: AdhocQueryRequest) -> list[str]:
        """The communities that the query is for."""
        if request.home:
            return [request.home]
        return list(dict.fromkeys(_targets(request))) or self._everybody()

    def _everybody(self) -> list[str]:
        return [*([self.homeCommunityId] if self.registry is not None else ()), *self.gateways]

    def _is_other(self, home: str) -> bool:
        """Whether it is not the own community that is asked, by its registry."""
        return home != self.homeCommunityId or self.registry is None

    def _call(self, home: str, request: AdhocQueryRequest) -> Call:
        """All parameters go on, known or not (ITI TF-2: 3.18.4.1.3)."""
        kept = tuple(slot for slot in request.parameters if slot.name != TARGETS)
        message = replace(request, parameters=kept)
        if self.registry is not None and not self._is_other(home):
            return _to_registry(self.registry, message)
        return Call(url=self.gateways[home], transaction="ITI-38", message=message)

    # --- answers

    def _part(self, home: str, request: AdhocQueryRequest, answer: Answer) -> _Part:
        own = home == self.homeCommunityId
        if isinstance(answer, NoAnswer):
            error = _unreached(home, answer) if own else _unavailable(home, answer)
            return _Part(False, errors=(error,))
        hidden = () if own else _unknown_patients(answer.errors)
        if hidden:
            self.forget(request, home)
        told = (error for error in answer.errors if error not in hidden)
        errors = tuple(error if error.location else placed(error, home) for error in told)
        if answer.status not in (SUCCESS, PARTIAL_SUCCESS):
            excused = bool(hidden) and not errors
            return _Part(excused, errors=errors or (() if excused else (_no_reason(home),)))
        if own:
            return _Part(True, at_home(answer.fragments, home), errors)
        return _passed_on(home, answer.fragments, errors)


def _unavailable(home: str, answer: NoAnswer) -> RegistryError:
    return SILENT.broken(f"{home} gives no answer to ITI-38: {answer}", location=home)


def _no_reason(home: str) -> RegistryError:
    return RegistryError.of(NoReason(f"{home} answers Failure and does not say why", location=home))


def _unknown_patients(errors: Iterable[RegistryError]) -> tuple[RegistryError, ...]:
    """That another community does not know the patient is no error (ITI TF-2: 3.38.4.1.3)."""
    return tuple(error for error in errors if error.errorCode == "XDSUnknownPatientId")


def _passed_on(home: str, fragments: tuple[Segment, ...], errors: tuple[RegistryError, ...]) -> _Part:
    """What another community gives, but for what does not say that it is of that community."""

    def stray(head: Head) -> bool:
        """Whether an object does not say that it is of that community."""
        return is_stray(head.element, head.home, home)

    refused = tuple((head.element, head.id, head.home) for head in heads_of(fragments) if stray(head))
    if not refused:
        return _Part(True, fragments, errors)
    kept = without(fragments, stray)
    given = CommunityObjects(objects=refused, community=home, told=_TOLD)
    told = _placed(judge([(given, rules("I29"))]).errors, home)
    return _Part(bool(kept), kept, (*errors, *told))


def _joined(parts: list[_Part]) -> AdhocQueryResponse:
    """All objects and all errors; PartialSuccess where there are answers and errors (rule I32)."""
    errors = tuple(error for part in parts for error in part.errors)
    status = SUCCESS
    if any(error.severity == SEVERITY_ERROR for error in errors):
        status = PARTIAL_SUCCESS if any(part.answered for part in parts) else FAILURE
    return AdhocQueryResponse(
        status=status,
        errors=errors,
        fragments=tuple(fragment for part in parts for fragment in part.fragments),
    )


# --- parameters ------------------------------------------------------------------------------


def _targets(request: AdhocQueryRequest) -> Iterator[str]:
    """The communities that the query names."""
    for slot in request.parameters:
        if slot.name == TARGETS:
            yield from values_of(slot)
