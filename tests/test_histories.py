"""A registry under random submissions, updates and removals, beside a registry of a few lines of Python.

The model is written from the text (ITI TF-2: 3.42.4.1.3, 3.57, 3.62) and knows no rule, statement or
fragment; the registry is asked over a socket. After each step both hold the same, and both have refused the
same for the same reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from a_domain import AUTHORITY, domain, response_of
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from submissions import a_folder, a_set, a_submission, an_association, an_entry, uuid
from update_requests import an_update
from wire import message, post, send

from xdsi_sim.ebrim.model import Association, DocumentEntry, Folder, SubmissionSet
from xdsi_sim.ebrim.reader import read_object_list
from xdsi_sim.ebrim.xml import child_of, parse
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.remove import RemoveObjectsRequest
from xdsi_sim.messages.stored_queries import GET_ALL, encode
from xdsi_sim.vocab import APPROVED, DEPRECATED, NS, ON_DEMAND, STABLE
from xdsi_sim.vocab import Association as Type

PATIENTS = tuple(f"P{number}^^^&{AUTHORITY}&ISO" for number in (1, 2))
HASHES = ("a" * 40, "b" * 40)
REPLACING = (Type.RPLC, Type.XFRM_RPLC)
DERIVING = (Type.XFRM, Type.APND)

Told = tuple[Any, ...]
"""What can be told of an object without the ids that the registry gives: an Association is its ends."""


@dataclass
class Thing:
    """A SubmissionSet, a Folder or a version of a DocumentEntry."""

    kind: type
    patient: str
    uniqueId: str
    hash: str = ""
    lid: str = ""
    version: int = 1
    status: str = APPROVED


@dataclass(frozen=True)
class Link:
    """An Association; its ends are things or links."""

    type: str
    source: str
    target: str | Link

    def __contains__(self, one: object) -> bool:
        return one in (self.source, self.target)


@dataclass
class Model:
    """What a registry holds."""

    things: dict[str, Thing] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)

    def ids(self, kind: type) -> list[str]:
        return [id for id, thing in self.things.items() if thing.kind is kind]

    def derived(self, id: str) -> Iterator[str]:
        for link in self.links:
            if link.target == id and link.type in DERIVING:
                yield link.source
                yield from self.derived(link.source)

    def join(self, folder: str, entry: str, set_: str) -> None:
        member = Link(Type.HAS_MEMBER, folder, entry)
        self.links += [member, Link(Type.HAS_MEMBER, set_, member)]

    def replace(self, old: str, new: str, set_: str) -> None:
        for id in {old, *self.derived(old)} - {new}:
            self.things[id].status = DEPRECATED
        holders = [link.source for link in self.links if link.type == Type.HAS_MEMBER and link.target == old]
        for holder in holders:
            if self.things[holder].kind is Folder and self.things[holder].status == APPROVED:
                self.join(holder, new, set_)

    def told(self) -> tuple[dict[str, Told], Counter[Told]]:
        things = {
            id: (thing.kind, thing.status, thing.version, thing.lid) for id, thing in self.things.items()
        }
        return things, Counter(map(_told, self.links))


def _told(link: str | Link) -> Told | str:
    return link if isinstance(link, str) else (link.type, link.source, _told(link.target))


class Registry(RuleBasedStateMachine):
    """Submissions, updates, removals, and what becomes of them."""

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        folder = Path(self.open.enter_context(TemporaryDirectory()))
        self.url = self.open.enter_context(domain(folder)).url_of("registry")
        self.model = Model()
        self.numbers = count(1)

    def teardown(self) -> None:
        self.open.close()

    # --- the registry

    def ask(self, transaction: str, request: object) -> list[str]:
        """Codes of the errors; none where it was taken."""
        answer = response_of(send(self.url, post(self.url, *message(self.url, transaction, request))))
        codes = sorted({error.errorCode for error in answer.errors})
        assert answer.status.endswith("Failure" if codes else "Success")
        return codes

    def everything(self) -> tuple[dict[str, Told], dict[str, Association]]:
        """All that it holds, by GetAll: things as the model tells them, and Associations by id."""
        things: dict[str, Told] = {}
        links: dict[str, Association] = {}
        for patient in PATIENTS:
            objects = self.all_of(patient)
            for one in objects.objects():
                if isinstance(one, Association):
                    links[one.entryUUID] = one
                    continue
                version = int(one.version or 0)
                things[one.entryUUID] = (type(one), one.availabilityStatus, version, one.logicalID)
        return things, links

    def all_of(self, patient: str) -> Any:
        known = GET_ALL.by_name
        both = (APPROVED, DEPRECATED)
        slots = [
            encode(known[name], *both) for name in known if name.endswith("Status") and "Asso" not in name
        ]
        slots += [
            encode(known["$patientId"], patient),
            encode(known["$XDSDocumentEntryType"], STABLE, ON_DEMAND),
            encode(known["$MetadataLevel"], "2"),
        ]
        request = AdhocQueryRequest(id=GET_ALL.id, parameters=tuple(slots))
        answer = send(self.url, post(self.url, *message(self.url, "ITI-18", request)))
        (response,) = parse(answer.body).iter(f"{{{NS.QUERY}}}AdhocQueryResponse")
        found = child_of(response, f"{{{NS.RIM}}}RegistryObjectList")
        assert found is not None
        return read_object_list(found)

    @staticmethod
    def told(link: Association, links: dict[str, Association]) -> Told:
        target = link.targetObject or ""
        end = Registry.told(links[target], links) if target in links else target
        return link.associationType, link.sourceObject, end

    # --- submissions

    def submit(
        self,
        patient: str,
        *,
        uniqueId: str | None = None,
        hash: str = HASHES[0],
        relation: tuple[str, str] | None = None,
        new_folder: bool = False,
        into: str | None = None,
    ) -> list[str]:
        """One entry, related to another or put into a folder that is there or comes along."""
        number = next(self.numbers) * 10
        entry = an_entry(number, patientId=patient, hash=hash, uniqueId=uniqueId or f"2.999.2.{number}")
        set_ = a_set(number + 1, patientId=patient)
        folders = (a_folder(number + 2, patientId=patient),) if new_folder else ()
        more = []
        if relation is not None:
            type_, target = relation
            more.append(an_association(entry.entryUUID, target, type_, entryUUID=uuid(number + 3)))
        for holder in (*(folder.entryUUID for folder in folders), *([into] if into else ())):
            member = an_association(holder, entry.entryUUID, entryUUID=uuid(number + len(more) + 4))
            more += [member, an_association(set_.entryUUID, member.entryUUID)]
        request = a_submission(entries=(entry,), set_=set_, folders=folders, more=tuple(more))
        codes = self.ask("ITI-42", request)
        if not codes:
            self.took(entry, hash, set_, folders, into, relation)
        return codes

    def took(
        self,
        entry: DocumentEntry,
        hash: str,
        set_: SubmissionSet,
        folders: tuple[Folder, ...],
        into: str | None,
        relation: tuple[str, str] | None,
    ) -> None:
        model = self.model
        for one in (set_, entry, *folders):
            id, patient = one.entryUUID, one.patientId or ""
            model.things[id] = Thing(type(one), patient, one.uniqueId or "", hash, lid=id)
            if one is not set_:
                model.links.append(Link(Type.HAS_MEMBER, set_.entryUUID, id))
        for holder in (*(folder.entryUUID for folder in folders), *([into] if into else ())):
            model.join(holder, entry.entryUUID, set_.entryUUID)
        if relation is not None:
            type_, target = relation
            model.links.append(Link(type_, entry.entryUUID, target))
            if type_ in REPLACING:
                model.replace(target, entry.entryUUID, set_.entryUUID)

    @rule(patient=st.sampled_from(PATIENTS), new_folder=st.booleans())
    def register(self, patient: str, new_folder: bool) -> None:
        assert self.submit(patient, new_folder=new_folder) == []

    @precondition(lambda self: self.model.ids(Folder))
    @rule(data=st.data())
    def register_into_a_folder(self, data: st.DataObject) -> None:
        folder = data.draw(st.sampled_from(self.model.ids(Folder)))
        patient = data.draw(st.sampled_from(PATIENTS))
        fits = self.model.things[folder].patient == patient
        assert self.submit(patient, into=folder) == ([] if fits else ["XDSPatientIdDoesNotMatch"])

    @precondition(lambda self: self.model.ids(DocumentEntry))
    @rule(data=st.data(), type_=st.sampled_from((*REPLACING, Type.XFRM, Type.SIGNS)))
    def relate(self, data: st.DataObject, type_: str) -> None:
        target = data.draw(st.sampled_from(self.model.ids(DocumentEntry)))
        thing = self.model.things[target]
        expected = [] if thing.status == APPROVED else ["XDSRegistryDeprecatedDocumentError"]
        assert self.submit(thing.patient, relation=(type_, target)) == expected

    @precondition(lambda self: self.model.ids(DocumentEntry))
    @rule(data=st.data(), hash=st.sampled_from(HASHES))
    def register_again(self, data: st.DataObject, hash: str) -> None:
        thing = self.model.things[data.draw(st.sampled_from(self.model.ids(DocumentEntry)))]
        codes = self.submit(thing.patient, uniqueId=thing.uniqueId, hash=hash)
        assert codes == ([] if hash == thing.hash else ["XDSNonIdenticalHash"])

    # --- updates

    @precondition(lambda self: self.model.ids(DocumentEntry))
    @rule(data=st.data(), late=st.booleans())
    def update(self, data: st.DataObject, late: bool) -> None:
        """A new version to which nothing goes along."""
        model, number = self.model, next(self.numbers) * 10
        old = data.draw(st.sampled_from(model.ids(DocumentEntry)))
        lid = model.things[old].lid
        versions = {thing.version: id for id, thing in model.things.items() if thing.lid == lid}
        last = model.things[versions[max(versions)]]
        entry = an_entry(
            number, logicalID=lid, patientId=last.patient, uniqueId=last.uniqueId, hash=last.hash
        )
        set_ = a_set(number + 1, patientId=last.patient)
        previous = str(last.version - late)
        codes = self.ask("ITI-57", an_update(entry, set_=set_, previous=previous, propagation="no"))
        wrong = {"XDSMetadataVersionError"} if late else set()
        wrong |= {"XDSMetadataUpdateError"} if last.status != APPROVED else set()
        assert set(codes) == wrong
        if not codes:
            last.status = DEPRECATED
            version = last.version + 1
            model.things[entry.entryUUID] = Thing(
                DocumentEntry, last.patient, last.uniqueId, last.hash, lid=lid, version=version
            )
            model.things[set_.entryUUID] = Thing(
                SubmissionSet, last.patient, set_.uniqueId or "", lid=set_.entryUUID
            )
            model.links.append(Link(Type.HAS_MEMBER, set_.entryUUID, entry.entryUUID))

    # --- removals

    @precondition(lambda self: self.model.things)
    @rule(data=st.data(), whole=st.booleans())
    def remove(self, data: st.DataObject, whole: bool) -> None:
        """Some objects; if `whole`, with the Associations at them."""
        model = self.model
        _, found = self.everything()
        chosen = set(data.draw(st.lists(st.sampled_from(list(model.things)), min_size=1, max_size=4)))
        gone = {id for id, link in found.items() if whole and chosen & _ends(link)}
        while whole and (more := {id for id, link in found.items() if gone & _ends(link)} - gone):
            gone |= more
        stay = {id: link for id, link in found.items() if id not in gone}
        left = {end for link in stay.values() for end in _ends(link)}
        had = {end for id in gone for end in _ends(found[id])} - chosen - gone
        wrong = {"ReferencesExistException"} if left & (chosen | gone) else set()
        wrong |= {"XDSUnreferencedObjectException"} if had - left else set()
        assert set(self.ask("ITI-62", RemoveObjectsRequest(ids=(*chosen, *gone)))) == wrong
        if not wrong:
            model.things = {id: thing for id, thing in model.things.items() if id not in chosen}
            lost = Counter(self.told(found[id], found) for id in gone)
            model.links = list(_without(model.links, lost))

    @invariant()
    def both_hold_the_same(self) -> None:
        things, links = self.everything()
        expected, joined = self.model.told()
        assert things == expected
        assert Counter(self.told(link, links) for link in links.values()) == joined
        assert {link.availabilityStatus for link in links.values()} <= {APPROVED}


def _ends(link: Association) -> set[str]:
    return {link.sourceObject or "", link.targetObject or ""}


def _without(links: Iterable[Link], lost: Counter[Told]) -> Iterator[Link]:
    for link in links:
        told = _told(link)
        assert not isinstance(told, str)
        if lost[told]:
            lost[told] -= 1
        else:
            yield link


def test_any_history_agrees_with_the_model() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Registry, settings=settings(max_examples=20, stateful_step_count=25, deadline=None)
    )
