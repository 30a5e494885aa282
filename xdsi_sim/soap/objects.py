"""The objects of a query's answer, taken out of it while it comes.

An answer may hold a hundred thousand objects. What stands for them in the envelope nobody can guess, so
that no message can contain it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import unescape
from typing import Final

from xdsi_sim.content import Content
from xdsi_sim.ebrim.fragments import FragmentRun, Head, head_of
from xdsi_sim.ebrim.outline import (
    Attribute,
    Beginning,
    Child,
    attributes_in,
    beginning,
    children,
    masked,
    plain,
)
from xdsi_sim.ebrim.xml import BOMS16, Place, check_content, escape, parse, place_in
from xdsi_sim.errors import LimitExceeded, ProtocolViolation
from xdsi_sim.ids import new_token
from xdsi_sim.limits import Limits
from xdsi_sim.soap.spool import Spool
from xdsi_sim.vocab import NS

__all__ = ["ObjectsCutter"]

_OBJECTS: Final = frozenset((b"ExtrinsicObject", b"RegistryPackage", b"Association", b"ObjectRef"))
_IN_MEMORY: Final = 1 << 20
"""Octets of objects up to which there is no file: to make one takes as long as to read some entries."""
_AT_ONCE: Final = 256 * 1024
"""Octets that are looked at together: the parser is asked once for all objects in them."""
_LIST: Final = [b"AdhocQueryResponse", b"RegistryObjectList"]
_TAGS: Final = (f"{{{NS.QUERY}}}AdhocQueryResponse", f"{{{NS.RIM}}}RegistryObjectList")
_INSTANCE: Final = b"XMLSchema-instance"
"""Where this is declared, prefixes may stand in values, which the parser does not look at."""


class ObjectsCutter:
    """Reads an envelope in pieces and hands it on to `take`, without the objects of its list.

    Objects go on octet for octet, without comments and the like. The parser has vouched for each: it is
    well-formed, and it is complete in its namespaces, or is made so. A body in UTF-16 passes as a whole.
    """

    def __init__(
        self,
        take: Callable[[bytes], object],
        open_content: Callable[..., Spool],
        limits: Limits = Limits(),
    ) -> None:
        self._take = take
        self._open_content = open_content
        self._limits = limits
        self._pieces: list[bytes] = []
        self._size = 0
        self._enough = self._enough_after(0)
        self._step = ObjectsCutter._beginning  # as a function: a method of ours would hold us in a ring
        self._place = Place(0, {})
        self._declared: dict[bytes, str] = {}
        """What is declared around the list, by the name of the attribute."""
        self._complete = True
        """Whether objects declare all that they need themselves, as far as is known."""
        self._spool: Spool | None = None
        self._heads: list[Head] = []
        self._at = 0
        """Octets of the objects that have been cut."""
        self._beside = bytearray()
        """What stands in the list and is no object."""
        self._others = 0
        """Elements of that, and comments."""
        self._token = new_token()

    def feed(self, data: bytes) -> None:
        """The next piece; raises ProtocolViolation, LimitExceeded."""
        self._pieces.append(data)
        self._size += len(data)
        if self._size >= self._enough:
            self._go_on()
            self._refuse_size(self._pieces[0])
            self._enough = self._enough_after(self._size)

    def _enough_after(self, waiting: int) -> int:
        """What waits for its end is looked at again when it has doubled, so that no end takes ever longer."""
        return min(max(_AT_ONCE, 2 * waiting), self._limits.soap_root + 1)

    def close(self) -> None:
        """The envelope is over; whether it is well-formed, its reader says."""
        self._go_on()
        if self._step is ObjectsCutter._within:
            self._leave_list()
        self._behind(b"".join(self._pieces))

    def contents(self) -> Mapping[str, Content]:
        """What was cut, by the text that stands in its place."""
        if self._spool is None:
            return {}
        return {self._token: FragmentRun(self._spool.finish(), tuple(self._heads))}

    def _go_on(self) -> None:
        text, step = b"".join(self._pieces), None
        while step is not self._step:
            step = self._step
            text = text[step(self, text) :]
        self._pieces, self._size = [text], len(text)

    # Each step gives how much of the text it is done with; where it is over, another follows.

    def _beginning(self, text: bytes) -> int:
        if len(text) > 1:
            self._step = ObjectsCutter._behind if text[:2] in BOMS16 else ObjectsCutter._before
        return 0

    def _before(self, text: bytes) -> int:
        """Look for the list. What only looks like it is none, and then the answer has none to be cut."""
        looked_at, sure, _ = masked(text)
        begun = beginning(looked_at, sure, _LIST)
        if begun is None:
            return 0
        place = self._place_in(text, begun)
        if place is None or begun.empty:
            self._step = ObjectsCutter._behind
            return 0
        self._enter_list(place)
        self._take(text[: begun.end])
        self._step = ObjectsCutter._within
        return begun.end

    def _place_in(self, text: bytes, begun: Beginning) -> Place | None:
        """The place in the list; None where the parser sees none of an answer there."""
        opened = begun.open[: -1 if begun.empty else None]
        closed = b"".join(b"</%s>" % name for name in reversed(opened))
        element = parse(text[: begun.end] + closed, self._limits)
        for _ in begun.open[1:]:
            element = element[-1]
        answer = element.getparent()
        known = element.tag == _TAGS[1] and answer is not None and answer.tag == _TAGS[0]
        return place_in(element) if known else None

    def _enter_list(self, place: Place) -> None:
        self._place = place
        self._declared = {
            f"xmlns:{prefix}".encode() if prefix else b"xmlns": uri
            for prefix, uri in place.namespaces.items()
        }
        self._complete = None not in place.namespaces

    def _within(self, text: bytes) -> int:
        """Take the objects that are whole out of the list."""
        looked_at, sure, asides = masked(text)
        self._refuse_crowd(asides)
        found = list(children(looked_at, sure))
        end = found[-1].end if found else 0
        following = looked_at.find(b"<", end, sure)
        over = following >= 0 and looked_at.startswith(b"</", following)
        end = following if over else end
        if end:
            self._keep(text, found, self._vouched(text[:end]))
            self._others += asides
        if over:
            self._leave_list()
            self._step = ObjectsCutter._behind
        return end

    def _refuse_crowd(self, more: int) -> None:
        """Of what is no object, and `more`; comments count like elements."""
        if self._others + more > self._limits.elements:
            named = self._limits.named("elements")
            raise LimitExceeded(f"what is no object in the answer exceeds {named}", rule="A23")

    def _behind(self, text: bytes) -> int:
        if text:
            self._take(text)
        return len(text)

    def _leave_list(self) -> None:
        """Put what stands for the objects at its beginning, and what is none behind it."""
        if self._heads:
            self._take(self._token.encode())
        if self._beside:
            self._take(bytes(self._beside))

    # --- objects

    def _vouched(self, stretch: bytes) -> Mapping[bytes, str]:
        """Have the parser read a stretch of the list; gives what its objects lack in declarations."""
        if self._complete and _INSTANCE not in stretch:
            try:
                check_content(stretch, Place(self._place.depth, {}), self._limits)
            except ProtocolViolation:
                self._complete = False  # who has written one so has written all so
            else:
                return {}
        check_content(stretch, self._place, self._limits)
        return self._declared

    def _keep(self, text: bytes, found: Iterable[Child], lacking: Mapping[bytes, str]) -> None:
        fragments = list[bytes]()
        for child in found:
            octets = plain(text[child.start : child.end])
            self._refuse_size(octets)
            attributes = attributes_in(text, child)
            if not self._is_object(child.name, attributes):
                self._beside += octets
                self._others += octets.count(b"<")
                self._refuse_crowd(0)
                continue
            added = _declarations(lacking, attributes) if lacking else b""
            at = 1 + len(child.name)
            fragments += (octets[:at], added, octets[at:]) if added else (octets,)
            size = len(octets) + len(added)
            self._heads.append(head_of(child, attributes, self._at, size, len(added)))
            self._at += size
        if len(self._heads) > self._limits.elements:
            raise LimitExceeded(f"more objects than {self._limits.named('elements')}", rule="A23")
        if fragments:
            self._spool = self._spool or self._open_content(_IN_MEMORY, hashed=False)
            self._spool.write(b"".join(fragments))

    def _refuse_size(self, octets: bytes) -> None:
        """Of an object, or of what is not known to be one yet."""
        sizes = {"soap_root": len(octets)}
        if len(octets) > self._limits.elements:  # else they are too few to count
            sizes["elements"] = octets.count(b"<") - octets.count(b"</")
        for limit, size in sizes.items():
            if size > getattr(self._limits, limit):
                raise LimitExceeded(
                    f"one object, or what is none, exceeds {self._limits.named(limit)}", rule="A23"
                )

    def _is_object(self, name: bytes, attributes: Iterable[Attribute]) -> bool:
        prefix, _, local = name.rpartition(b":")
        if local not in _OBJECTS:
            return False
        declaration = b"xmlns:" + prefix if prefix else b"xmlns"
        own = next((each.value for each in attributes if each.name == declaration), None)
        uri = self._declared.get(declaration) if own is None else unescape(own.decode())
        return uri == NS.RIM


def _declarations(lacking: Mapping[bytes, str], attributes: Iterable[Attribute]) -> bytes:
    """What makes an object complete that has these attributes."""
    own = {attribute.name for attribute in attributes}
    return b"".join(
        b' %s="%s"' % (name, escape(uri).encode()) for name, uri in lacking.items() if name not in own
    )
