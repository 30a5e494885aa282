"""What must hold of the answer to a stored query: its form, and the objects in it (ITI TF-2: 3.18.4.1.3).

C25, I25 and J10 look at the element, which says what values do not keep.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from xdsi_sim.ebrim.model import DocumentEntry, Folder, MetadataObject, SubmissionSet
from xdsi_sim.ebrim.tables import KINDS
from xdsi_sim.ebrim.xml import Element, child_of, local_name
from xdsi_sim.errors import Severity
from xdsi_sim.messages.query import LEAF_CLASS, OBJECT_REF, AdhocQueryRequest
from xdsi_sim.messages.query_terms import Test
from xdsi_sim.rules.answer import ReceivedAnswer
from xdsi_sim.rules.matching import matched, unkept
from xdsi_sim.rules.presence import missing
from xdsi_sim.rules.query import read_selection
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.selection import Condition, Selection
from xdsi_sim.vocab import FAILURE, NS, ON_DEMAND

__all__: list[str] = []

_LIST: Final = f"{{{NS.RIM}}}RegistryObjectList"
_REF: Final = f"{{{NS.RIM}}}ObjectRef"
_PARTS: Final = tuple(f"{{{NS.RIM}}}{name}" for name in ("Classification", "ExternalIdentifier"))
_COLUMN: Final = 4  # of `Attr.need`: a query answer
_MADE_LATER: Final = ("creationTime", "hash", "size")  # what an On-Demand entry has not yet
_STATUS: Final = "availabilityStatus"
_MOST_VALUES: Final = 3  # of a condition, in a text


def _list(answer: ReceivedAnswer) -> Element | None:
    return child_of(answer.element, _LIST)


def _objects(answer: ReceivedAnswer) -> tuple[MetadataObject, ...]:
    return answer.objects.objects()


@rule("J10", cites="ebRS 3.0", code=None, severity=Severity.WARNING)
def object_list_is_there(answer: ReceivedAnswer) -> Iterator[Violation]:
    """An AdhocQueryResponse has a RegistryObjectList, also where nothing was found."""
    if _list(answer) is None:
        yield Violation("the answer has no RegistryObjectList", attribute="RegistryObjectList")


@rule("I26", cites="ITI TF-3: Table 4.2.4.2-3", code=None)
def failure_gives_no_objects(answer: ReceivedAnswer) -> Iterator[Violation]:
    """A Failure holds no objects."""
    objects = _list(answer)
    if answer.report.status == FAILURE and objects is not None and len(objects):
        text = f"the status is Failure, and {len(objects)} objects are given"
        yield Violation(text, attribute="RegistryObjectList")


@rule("I25", cites="ITI TF-2: 3.18.4.1.2.3.1", code=None)
def objects_have_the_form_that_was_asked(answer: ReceivedAnswer) -> Iterator[Violation]:
    """With returnType ObjectRef references alone are given; with LeafClass objects, and what they name."""
    request, objects = answer.request, _list(answer)
    if not isinstance(request, AdhocQueryRequest) or objects is None:
        return
    if request.returnType == OBJECT_REF:
        for child in objects:
            if child.tag != _REF:
                text = f"{local_name(child)} is given, the returnType was ObjectRef"
                yield Violation(text, location=child.get("id"), attribute="returnType")
    elif request.returnType == LEAF_CLASS:
        named = set(_referred_to(answer))
        for child in objects.iterchildren(_REF):
            if (child.get("id") or "").lower() not in named:
                text = "an ObjectRef is given that no object refers to, the returnType was LeafClass"
                yield Violation(text, location=child.get("id"), attribute="returnType")


def _referred_to(answer: ReceivedAnswer) -> Iterator[str]:
    for association in answer.objects.associations:
        yield from (id.lower() for id in (association.sourceObject, association.targetObject) if id)


@rule("C25", cites="ITI TF-3: 4.2.3.1.2, 4.2.3.1.3", code=None)
def parts_of_objects_name_themselves(answer: ReceivedAnswer) -> Iterator[Violation]:
    """In a query answer, a Classification and an ExternalIdentifier have id and objectType."""
    for part in answer.element.iter(*_PARTS):
        for attribute in ("id", "objectType"):
            if not part.get(attribute):
                holder = part.getparent()
                own = part.get("classifiedObject") or part.get("registryObject")
                yield Violation(
                    f"its {local_name(part)} has no {attribute}",
                    location=(None if holder is None else holder.get("id")) or own,
                    attribute=local_name(part),
                    value=part.get("classificationScheme") or part.get("identificationScheme"),
                )


@rule("I23", cites="ITI TF-3: Table 4.3.2.1-3", code=None)
def objects_are_complete(answer: ReceivedAnswer) -> Iterator[Violation]:
    """An object of a query answer has every attribute that is required there."""
    objects = _objects(answer)
    later = {
        one.entryUUID for one in objects if isinstance(one, DocumentEntry) and one.objectType == ON_DEMAND
    }
    for violation in missing(objects, _COLUMN):
        if violation.attribute == _STATUS or (
            violation.attribute in _MADE_LATER and violation.location in later
        ):
            continue
        yield violation


@rule("I24", cites="ITI TF-3: 4.2.3.2.2", code=None)
def objects_have_a_status(answer: ReceivedAnswer) -> Iterator[Violation]:
    """An object of a query answer has a status."""
    for one in _objects(answer):
        if not one.availabilityStatus:
            text = f"the {KINDS[type(one)].name} has no status"
            yield Violation(text, location=one.entryUUID, attribute=_STATUS)


@rule("I27", cites="ITI TF-2: 3.18.4.1.2.3.7", code=None)
def objects_satisfy_the_query(answer: ReceivedAnswer) -> Iterator[Violation]:
    """Each object given is one that was asked for, by the parameters and the defaults of the query.

    An object of another community, which has its home, may have the patient id of that one.
    """
    if not isinstance(answer.request, AdhocQueryRequest):
        return
    selection = read_selection(answer.request, _of_registry(answer.transaction), strict=False).selection
    if selection is None:  # the request is wrong, and is told so by its own rules
        return
    objects = _objects(answer)
    if answer.transaction == "ITI-18":
        objects = tuple(_as_asked(selection, one) for one in objects)
    right = matched(selection, objects)
    for one in objects:
        if one.entryUUID.lower() not in right:
            yield from _why(selection, one)


def _as_asked(selection: Selection, one: MetadataObject) -> MetadataObject:
    """What a gateway gives of another community has the id that the patient has there."""
    conditions = (condition for part in selection.parts for condition in part.conditions)
    asked = next((condition.values for condition in conditions if condition.attribute == "patientId"), ())
    if asked and isinstance(one, DocumentEntry | SubmissionSet | Folder) and one.homeCommunityId:
        return replace(one, patientId=asked[0])
    return one


def _of_registry(transaction: str) -> str:
    """A gateway is asked the queries of ITI-18 (ITI TF-2: 3.38.4.1)."""
    return "ITI-18" if transaction == "ITI-38" else transaction


def _why(selection: Selection, one: MetadataObject) -> Iterator[Violation]:
    kind, name = KINDS[type(one)].name, selection.query.name
    conditions = unkept(selection, one)
    for condition in conditions:
        yield Violation(
            f"the {kind} is not what {name} asks for: {condition.attribute} is to be {_in_words(condition)}",
            location=one.entryUUID,
            attribute=condition.attribute,
        )
    if not conditions:
        text = f"the {kind} is no part of the answer to {name}"
        yield Violation(text, location=one.entryUUID)


_WORDS: Final = {
    Test.IN: "",
    Test.LIKE: "like ",
    Test.AT_LEAST: "at least ",
    Test.BELOW: "before ",
    Test.NOT: "anything but ",
    Test.LAST: "the last version ",
}


def _in_words(condition: Condition) -> str:
    shown = " or ".join(condition.values[:_MOST_VALUES])
    more = len(condition.values) - _MOST_VALUES
    return f"{_WORDS[condition.test]}{shown}{f' or one of {more} more' if more > 0 else ''}"
