"""The objects of a query's answer, taken out of it while it comes: a tree holds one of them at a time.

An answer may hold a hundred thousand objects. What stands for them in the envelope nobody can guess, so
that no message can contain it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from xdsi_sim.content import Content
from xdsi_sim.ebrim.fragments import FragmentRun, Head, read_head
from xdsi_sim.ebrim.xml import BOMS16, Element, PullReader, serialise
from xdsi_sim.errors import LimitExceeded
from xdsi_sim.ids import new_token
from xdsi_sim.limits import Limits
from xdsi_sim.soap.spool import Spool
from xdsi_sim.vocab import NS

__all__ = ["ObjectsCutter"]

_RIM: Final = f"{{{NS.RIM}}}"
_OBJECTS: Final = tuple(
    f"{_RIM}{name}" for name in ("ExtrinsicObject", "RegistryPackage", "Association", "ObjectRef")
)
_IN_MEMORY: Final = 1 << 20
"""Octets of objects up to which there is no file: to make one takes as long as to read some entries."""
_LIST: Final = f"{_RIM}RegistryObjectList"
_RESPONSE: Final = f"{{{NS.QUERY}}}AdhocQueryResponse"


class ObjectsCutter:
    """Reads an envelope in pieces and hands it on to `take`, at the end and without the objects of its list.

    Each object has been parsed by then: what is cut out is well-formed and complete in its namespaces. A
    body in UTF-16 passes as a whole.
    """

    def __init__(
        self,
        take: Callable[[bytes], object],
        open_content: Callable[[int], Spool],
        limits: Limits = Limits(),
    ) -> None:
        self._take = take
        self._open_content = open_content
        self._limits = limits
        self._reader = PullReader(_OBJECTS, limits)
        self._spool: Spool | None = None
        self._heads: list[Head] = []
        self._at = 0
        """Octets of the objects that have been cut."""
        self._last: Element | None = None
        self._token = new_token()
        self._whole: bool | None = None

    def feed(self, data: bytes) -> None:
        """The next piece, the first of several octets; raises ProtocolViolation, LimitExceeded."""
        if self._whole is None:
            self._whole = data[:2] in BOMS16
        if self._whole:
            self._take(data)
            return
        fragments: list[bytes] = []
        for element in self._reader.feed(data):
            parent = element.getparent()
            if parent is not None and parent.tag == _LIST and _is_response(parent.getparent()):
                fragments.append(self._cut(element, parent))
        if fragments:
            self._keep(b"".join(fragments))

    def _keep(self, fragments: bytes) -> None:
        if self._spool is None:
            self._spool = self._open_content(_IN_MEMORY)
        self._spool.write(fragments)

    def _cut(self, element: Element, parent: Element) -> bytes:
        fragment = serialise(element)
        self._heads.append(read_head(fragment, self._at))
        self._at += len(fragment)
        if len(self._heads) > self._limits.elements:
            raise LimitExceeded(f"more objects than {self._limits.named('elements')}", rule="A23")
        if self._last is not None:
            parent.remove(self._last)
        element.clear(keep_tail=True)  # type: ignore[call-arg]  # unknown to the stubs
        self._last = element
        self._reader.emptied()
        return fragment

    def close(self) -> None:
        """The envelope is over; raises ProtocolViolation where it is not well-formed."""
        if self._whole:
            return
        root = self._reader.close()
        if self._last is not None and (parent := self._last.getparent()) is not None:
            parent.remove(self._last)
            parent.text = self._token
        self._take(serialise(root))

    def contents(self) -> Mapping[str, Content]:
        """What was cut, by the text that stands in its place."""
        if self._spool is None:
            return {}
        return {self._token: FragmentRun(self._spool.finish(), tuple(self._heads))}


def _is_response(element: Element | None) -> bool:
    return element is not None and element.tag == _RESPONSE
