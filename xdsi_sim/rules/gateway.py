"""What holds of homeCommunityIds between communities (ITI TF-2: 3.38.4.1, 3.39.4.1; ITI XCDR, ITI RMU)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from xdsi_sim.ebrim.datatypes import HOME_COMMUNITY_ID
from xdsi_sim.ebrim.fragments import HOMED
from xdsi_sim.ebrim.xml import child_of, local_name
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.stored_queries import stored_query
from xdsi_sim.rules.answer import ReceivedAnswer
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.vocab import NS

__all__ = [
    "CommunityObjects",
    "CommunityProvision",
    "CommunityQuery",
    "CommunityRetrieve",
    "CommunityUpdate",
    "is_stray",
]

_MISSING: Final = "XDSMissingHomeCommunityId"
_UNKNOWN: Final = "XDSUnknownCommunity"
_URN: Final = "urn:oid:"
_LIST: Final = f"{{{NS.RIM}}}RegistryObjectList"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityQuery:
    """A stored query as a gateway sees it."""

    request: AdhocQueryRequest
    communities: frozenset[str] | None = None
    """The homeCommunityIds that it can reach; None where nothing is known of them."""
    named_by: str = "home"
    """What names the community: the attribute, or a parameter of the query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityRetrieve:
    """A retrieve as a gateway sees it: the home and the id of each document asked for."""

    documents: tuple[tuple[str | None, str], ...]
    communities: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityProvision:
    """Documents as a gateway sees them that hands them on: the communities that they are for."""

    homes: tuple[str, ...]
    communities: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityUpdate:
    """An update as a gateway sees it: the home and the id of each DocumentEntry."""

    entries: tuple[tuple[str | None, str], ...]
    communities: frozenset[str] | None = None


@rule("G21", cites="ITI XCDR", code=_MISSING, also=(_UNKNOWN,))
def provision_names_its_community(provision: CommunityProvision) -> Iterator[Violation]:
    """A submission for another community names it in the slot homeCommunityId, one that the gateway knows."""
    if len(provision.homes) > 1:
        text = "the slot homeCommunityId of RequestSlotList names more than one community"
        value = " ".join(provision.homes)
        yield Violation(text, attribute="homeCommunityId", value=value, code=_UNKNOWN)
        return
    home = provision.homes[0] if provision.homes else None
    yield from _home(
        home, provision.communities, "homeCommunityId", None, "slot homeCommunityId of RequestSlotList"
    )


@rule("L31", cites="ITI RMU", code=_MISSING, also=(_UNKNOWN, "XDSMetadataUpdateError"))
def update_names_its_community(update: CommunityUpdate) -> Iterator[Violation]:
    """An update that a gateway forwards is of DocumentEntries of one community, which the gateway knows."""
    for home, id in update.entries:
        yield from _home(home, update.communities, "homeCommunityId", id)
    homes = {home for home, _ in update.entries if home}
    if len(homes) != 1:
        what = "of several communities, which no update can be" if homes else "of no DocumentEntry"
        if homes or not update.entries:
            yield Violation(
                f"the update is {what}", attribute="homeCommunityId", code="XDSMetadataUpdateError"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityObjects:
    """Objects that a community gave, as a gateway sees them."""

    objects: tuple[tuple[str, str, str | None], ...]
    """Element, id and home of each."""
    community: str
    """The homeCommunityId of who gave them."""
    told: int
    """How many are told one by one; of more their number."""


def is_stray(element: str, home: str | None, community: str | None = None) -> bool:
    """Whether an object does not say that it is of a community: of `community`, where that is known."""
    if not home:
        return element in HOMED
    return community is not None and home != community


@rule("H15", cites="ITI TF-2: 3.39.4.1.2", code=_MISSING, also=(_UNKNOWN,))
def retrieve_names_its_communities(retrieve: CommunityRetrieve) -> Iterator[Violation]:
    """Each document that is asked of a gateway has a HomeCommunityId, one that the gateway knows."""
    for home, id in retrieve.documents:
        yield from _home(home, retrieve.communities, "HomeCommunityId", id)


@rule("I28", cites="ITI TF-2: 3.38.4.1.3", code=_MISSING, also=(_UNKNOWN,))
def query_by_id_names_its_community(query: CommunityQuery) -> Iterator[Violation]:
    """A query by ids that is asked of a gateway has a home that the gateway knows; another may have one."""
    stored = stored_query(query.request.id)
    by_id = stored is not None and not any(param.attribute == "patientId" for param in stored.params)
    home = query.request.home
    if by_id or home is not None:
        yield from _home(home, query.communities, query.named_by, query.request.id)


def _home(
    home: str | None,
    known: frozenset[str] | None,
    attribute: str,
    location: str | None,
    place: str | None = None,
) -> Iterator[Violation]:
    if not home:
        yield Violation(f"{place or attribute} is missing", location=location, attribute=attribute)
    elif known is not None and home not in known:
        text = f"{attribute} names no community that is known here"
        if _URN + home in known:
            text = f"{attribute} lacks {_URN} before the OID"
        yield Violation(text, location=location, attribute=attribute, value=home, code=_UNKNOWN)


@rule("I29", cites="ITI TF-2: 3.38.4.1.3", code=_MISSING)
def objects_carry_their_community(answer: ReceivedAnswer | CommunityObjects) -> Iterator[Violation]:
    """Each object and reference that a Responding Gateway gives has its home; an Association need not."""
    if isinstance(answer, CommunityObjects):
        yield from _strays(answer)
        return
    objects = child_of(answer.element, _LIST)
    for one in () if objects is None else objects:
        if is_stray(local_name(one), one.get("home")):
            text = f"the {local_name(one)} has no home"
            yield Violation(text, location=one.get("id"), attribute="home")


def _strays(given: CommunityObjects) -> Iterator[Violation]:
    community = given.community
    strays = [one for one in given.objects if is_stray(one[0], one[2], community)]
    for element, id, home in islice(strays, given.told):
        what = "that names another community" if home else "without home"
        text = f"{community} gave {element} {what}; not passed on"
        yield Violation(text, location=id, attribute="home", value=home or None)
    if (more := len(strays) - given.told) > 0:
        text = f"{community} gave {more} more objects that do not name it; not passed on"
        yield Violation(text, attribute="home")


@rule("I30", cites="ITI TF-2: 3.38.4.1.3", code=None)
def errors_name_their_community(answer: ReceivedAnswer) -> Iterator[Violation]:
    """The location of an error of a Responding Gateway is its homeCommunityId."""
    for number, error in enumerate(answer.report.errors, 1):
        if not HOME_COMMUNITY_ID.fullmatch(error.location or ""):
            text = f"the location of RegistryError {number} ({error.errorCode}) is no homeCommunityId"
            yield Violation(text, attribute="location", value=error.location)
