"""`query`: a consumer asks a registry, or a gateway, by a stored query (ITI TF-2: 3.18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, model_validator

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.dicom.codes import CODING_SCHEMES
from xdsi_sim.ebrim.model import RegistryObjectList, Slot
from xdsi_sim.messages.query import LEAF_CLASS, AdhocQueryRequest
from xdsi_sim.messages.stored_queries import STORED_QUERIES, Coding, Param, StoredQuery, encode
from xdsi_sim.scenario.crossing import transaction_to
from xdsi_sim.scenario.kind import ActorOf, AnyGatewayId, ConsumerId, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, answered, details_of, listed, plural
from xdsi_sim.scenario.variables import as_text
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong
from xdsi_sim.topology.model import Registry
from xdsi_sim.vocab import APPROVED, DEPRECATED, ON_DEMAND, STABLE

__all__ = ["QUERY"]

_QUERIES: Final[Mapping[str, StoredQuery]] = {query.name: query for query in STORED_QUERIES.values()}
_WORDS: Final = {"Approved": APPROVED, "Deprecated": DEPRECATED, "Stable": STABLE, "OnDemand": ON_DEMAND}
"""Short words for URNs."""


def _a_query(name: str) -> str:
    if name not in _QUERIES:
        raise wrong(f"no stored query '{name}'.", hint=did_you_mean(name, _QUERIES))
    return name


class QueryStep(Checked):
    """Who asks whom for what."""

    consumer: ConsumerId
    registry: Annotated[str | None, ActorOf(Registry)] = None
    through: AnyGatewayId = None
    """The gateway that is asked in place of a registry; a Responding Gateway by ITI-38."""
    home: str | None = None
    """homeCommunityId of the community that a query without a patient is for; a gateway needs it."""
    query: Annotated[str, AfterValidator(_a_query)]
    """Name of the stored query: `FindDocuments`."""
    parameters: dict[str, Any] = {}
    """By name (`$XDSDocumentEntryPatientId`) or short name (`patientId`). A list gives several values, any
    of which may match; a list of lists repeats the parameter, and each repetition must match. `Approved`,
    `Stable` stand for their URNs, and the scheme of a code may be DICOM's designator: `CT^^DCM`."""
    raw: dict[str, str] = {}
    """Slots whose values go out to the letter."""
    returnType: Literal["LeafClass", "ObjectRef"] = LEAF_CLASS

    @model_validator(mode="after")
    def _asks_somebody(self) -> QueryStep:
        if (self.registry is None) == (self.through is None):
            raise wrong("a query asks either a registry, or a gateway by `through`")
        return self

    @property
    def receiver(self) -> str:
        """Id of the actor that is asked."""
        return self.through or self.registry or ""

    @model_validator(mode="after")
    def _parameters_exist(self) -> QueryStep:
        known = _QUERIES[self.query].by_any_name
        for name in self.parameters:
            if name not in known:
                hint = did_you_mean(name, [key for key in known if not key.startswith("$")])
                raise wrong(
                    f"{self.query} has no parameter '{name}'.",
                    hint=hint,
                    at=("parameters", name),
                    at_key=True,
                )
        return self

    def slots(self) -> tuple[Slot, ...]:
        """The parameters as they are sent."""
        known = _QUERIES[self.query].by_any_name
        coded = (slot for name, value in self.parameters.items() for slot in _slots(known[name], value))
        return (*coded, *(Slot(name, (text,)) for name, text in self.raw.items()))


def _slots(param: Param, value: Any) -> Iterator[Slot]:
    if isinstance(value, list | tuple) and value and all(isinstance(item, list | tuple) for item in value):
        for item in value:
            yield from _slots(param, item)
        return
    items = value if isinstance(value, list | tuple) else (value,)
    yield encode(param, *(_VALUES.get(param.coding, _as_is)(as_text(item)) for item in items))


def _as_is(text: str) -> str:
    return text


def _word(text: str) -> str:
    return _WORDS.get(text, text)


def _code(text: str) -> str:
    code, separator, scheme = text.partition("^^")
    return f"{code}{separator}{CODING_SCHEMES.get(scheme, scheme)}"


_VALUES: Final = {Coding.STATUS: _word, Coding.UUID: _word, Coding.CODE: _code}
"""What a short form in a value stands for, by the coding of its parameter."""


def play(step: QueryStep, stage: Stage) -> Outcome:
    """Ask, and read what was found as metadata."""
    query = _QUERIES[step.query]
    request = AdhocQueryRequest(
        id=query.id, parameters=step.slots(), returnType=step.returnType, home=step.home
    )
    transaction = transaction_to(stage.running, step.receiver, query.transaction)
    reply = stage.call(sender=step.consumer, receiver=step.receiver, transaction=transaction, message=request)
    objects = RegistryObjectList() if isinstance(reply.answer, NoAnswer) else reply.answer.objects
    answer = answered(reply, receiver=step.receiver, transaction=transaction)
    entries = objects.documentEntries
    found = len(objects.objects()) + len(objects.objectRefs)
    return Outcome(
        text=f"{plural(found, 'object')} found",
        value={
            "entries": entries,
            "submissionSets": objects.submissionSets,
            "folders": objects.folders,
            "associations": objects.associations,
            "objectRefs": objects.objectRefs,
            "errors": answer.errors,
        },
        count=found,
        answers=(answer,),
        details=details_of(
            {
                "Asked": "; ".join(f"{slot.name} = {', '.join(slot.values)}" for slot in request.parameters),
                "Found": listed([str(entry.title or entry.uniqueId) for entry in entries]),
            }
        ),
    )


QUERY: Final = StepKind(key="query", parameters=QueryStep, play=play, counts="objects", answers=True)
