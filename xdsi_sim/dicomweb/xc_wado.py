"""XC-WADO as values: WADO-RS addresses that name community and location, and where they lead (RAD MADO).

A gateway calls nobody but those that its topology has configured: an address in a request only chooses
among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import parse_qsl, quote

from xdsi_sim.dicom.attributes import is_uid
from xdsi_sim.dicomweb.messages import Refused
from xdsi_sim.soap.peers import PORTS, Place

__all__ = ["FORM", "CrossAddress", "CrossGateway", "Location", "Onward"]

FORM: Final = "homeCommunityId/{OID}/RetrieveLocationUID/{OID}/studies/{UID}..."
_NAMES: Final = ("homeCommunityId", "RetrieveLocationUID")
_STUDIES: Final = "studies"
_SPELLINGS: Final = (_STUDIES, "study")
"""The second one is that of the supplement's revision 1.1."""
_RETRIEVE_URL: Final = "retrieveURL"
_URN: Final = "urn:oid:"
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f/\\\ufffd]")
"""In a segment of a path: what another reader of the address may take for the end of it."""
_SEGMENT: Final = "!$&'()*+,:;=@"
_QUERY: Final = _SEGMENT + "/?%"
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossAddress:
    """What an address of XC-WADO names."""

    home: str
    """homeCommunityId as these addresses have it: the OID alone."""
    location: str
    """Retrieve Location UID."""
    path: tuple[str, ...]
    """From `studies` on, decoded."""
    retrieve_url: str | None = None
    """Base URI that the manifest gives (0008,1190), decoded, with or without a scheme."""
    query: str = ""
    """What else there is, percent-encoded."""

    @classmethod
    def read(cls, path: Sequence[str], query: str = "") -> Self:
        """From the decoded segments of a path and the query as it came; raises Refused, 400.

        Every address names a study: the studies that an archive has are not for searching from elsewhere.
        """
        if len(path) < 6 or (path[0], path[2]) != _NAMES or path[4] not in _SPELLINGS:
            raise Refused(400, f"{'/'.join(path)[:_SHOWN]!r} is not of the form {FORM}")
        for name, oid in zip(_NAMES, (path[1], path[3]), strict=True):
            if not is_uid(oid):
                hint = f"; it stands here without {_URN}" if oid.startswith(_URN) else ""
                raise Refused(400, f"{name} {oid[:_SHOWN]!r} is no OID{hint}")
        for segment in path[5:]:
            if segment in (".", "..") or _UNSAFE.search(segment):
                raise Refused(400, f"{segment[:_SHOWN]!r} is no segment of a path")
        bases = [value for name, value in parse_qsl(query) if name.lower() == _RETRIEVE_URL.lower()]
        if len(bases) > 1:
            raise Refused(400, f"{_RETRIEVE_URL} is there {len(bases)} times")
        return cls(
            home=path[1],
            location=path[3],
            path=(_STUDIES, *path[5:]),
            retrieve_url=bases[0] if bases else None,
            query="&".join(_others(query)),
        )

    def at(self, base: str) -> str:
        """The address at a gateway whose XC-WADO begins with `base`."""
        chosen = f"{_RETRIEVE_URL}={quote(self.retrieve_url, safe='')}" if self.retrieve_url else ""
        resource = self.resource("&".join(filter(None, (chosen, self.query))))
        return f"{below(base, self.home, self.location)}/{resource}"

    def resource(self, query: str | None = None) -> str:
        """Path and query as they stand below the base of an archive."""
        query = self.query if query is None else query
        return "/".join(quote(each, safe=_SEGMENT) for each in self.path) + (f"?{query}" if query else "")


def below(base: str, home: str, location: str) -> str:
    """Where a gateway has what is below the base of a location."""
    return f"{base}/{_NAMES[0]}/{home}/{_NAMES[1]}/{location}"


def _others(query: str) -> Iterator[str]:
    """The fields of a query but for the base, as they came; what must be encoded is."""
    for item in query.split("&"):
        name = next(iter(parse_qsl(item, keep_blank_values=True)), ("", ""))[0]
        if item and name.lower() != _RETRIEVE_URL.lower():
            yield quote(item, safe=_QUERY, encoding="latin-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """An imaging source of a gateway's own community."""

    uid: str
    """Its Retrieve Location UID."""
    base: str
    """Base URI at which it is called."""
    public: str
    """Base URI that manifests give, and that its answers name."""

    @property
    def bases(self) -> tuple[str, ...]:
        """Both, each once."""
        return tuple(dict.fromkeys((self.public, self.base)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """What a gateway asks for in order to answer."""

    url: str
    transaction: str
    renamed: tuple[tuple[str, str], ...]
    """How addresses in the answer begin, by whole segments, and how they have to for leading through here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossGateway:
    """Where an imaging gateway sends requests; one that responds knows no other gateway."""

    homeCommunityId: str
    """Of its own community."""
    base: str
    """Of its own addresses."""
    locations: tuple[Location, ...]
    gateways: Mapping[str, str | None] = field(default_factory=dict)
    """Bases of responding gateways by homeCommunityId; None where one has no XC-WADO."""

    def onward(self, asked: CrossAddress) -> Onward:
        """Whom to ask; raises Refused: 404 for what is not known, 403 for an address that is not."""
        home = _URN + asked.home
        if home == self.homeCommunityId:
            return self._inside(asked)
        if home not in self.gateways:
            raise Refused(404, f"no way to community {home} from here")
        base = self.gateways[home]
        if base is None:
            raise Refused(404, f"no XC-WADO address of community {home} is known here")
        renamed = ((f"{base}/{_NAMES[0]}", f"{self.base}/{_NAMES[0]}"),)
        return Onward(url=asked.at(base), transaction="XC-WADO", renamed=renamed)

    def _inside(self, asked: CrossAddress) -> Onward:
        location = self._located(asked) if asked.retrieve_url is None else self._named(asked.retrieve_url)
        ours = below(self.base, asked.home, location.uid)
        return Onward(
            url=f"{location.base}/{asked.resource()}",
            transaction="WADO-RS",
            renamed=tuple((base, ours) for base in location.bases),
        )

    def _located(self, asked: CrossAddress) -> Location:
        for location in self.locations:
            if location.uid == asked.location:
                return location
        raise Refused(404, f"no imaging source of {self.homeCommunityId} is at location {asked.location}")

    def _named(self, retrieve_url: str) -> Location:
        """Else anybody could have requests sent from here to wherever he likes."""
        wanted = tuple(_places(retrieve_url))
        for location in self.locations:
            if any(Place.of(base) in wanted for base in location.bases):
                return location
        text = f"{_RETRIEVE_URL} {retrieve_url[:_SHOWN]!r} is no base of an imaging source of "
        raise Refused(403, text + self.homeCommunityId)


def _places(url: str) -> Iterator[Place]:
    """Where a base leads; without a scheme either is meant. What follows `/studies/` is cut off."""
    base = url.partition(f"/{_STUDIES}/")[0].rstrip("/")
    for whole in (base,) if "://" in base else (f"{scheme}://{base}" for scheme in PORTS):
        if (place := Place.of(whole)) is not None:
            yield place
