"""Contents that are handed on while they still come: parts of a message of which the envelope is whole.

What comes is kept as if nobody followed it, on disk once it is large. So whoever passes it on may be
slower than who sends it, neither waits for the other, and no document is in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO, Protocol
from urllib.parse import unquote

from xdsi_sim.content import Content, Segment

__all__ = ["ArrivingContent", "ArrivingParts", "Kept", "still_arriving", "when_whole"]


class Kept(Protocol):
    """Where a content is kept that is still being written."""

    def read(self, at: int, size: int) -> bytes:
        """Up to `size` of its octets from `at` on, as far as they are there."""
        ...


class ArrivingContent:
    """A content of which more may be to come. It has no size before it is whole; then it is like any other.

    One reader may follow it: `told` is called when more is there, all is there, or nothing more will come.
    """

    __slots__ = ("_at_hand", "_kept", "_reader", "_whole", "told", "trouble")

    def __init__(self) -> None:
        self.told: Callable[[], object] = lambda: None
        self.trouble: Exception | None = None
        """Why it will never be whole, where that is so."""
        self._kept: Kept | None = None
        self._at_hand: tuple[int, bytes | memoryview] | None = None
        """What is being told of, and where it begins: a reader that keeps up needs no other."""
        self._whole: Content | None = None
        self._reader: BinaryIO | None = None

    @property
    def whole(self) -> Content | None:
        """What has come, once all has."""
        return self._whole

    @property
    def size(self) -> int:
        """Number of octets; raises OSError before it is known."""
        return self._all().size

    def open(self) -> BinaryIO:
        """A fresh reader at the first octet; raises OSError before all is there."""
        return self._all().open()

    def _all(self) -> Content:
        if self._whole is None:
            raise OSError(f"a content has not come whole: {self.trouble or 'more is to come'}")
        return self._whole

    def read(self, at: int, size: int) -> bytes:
        """About `size` octets from `at` on; nothing where none are there, or none are left."""
        if self._at_hand is not None and self._at_hand[0] == at:
            return _octets(self._at_hand[1])
        if self._whole is None:
            return self._kept.read(at, size) if self._kept is not None else b""
        if self._reader is None:
            self._reader = self._whole.open()
        self._reader.seek(at)
        return self._reader.read(size)

    def close(self) -> None:
        """It is not followed any more."""
        self.told = lambda: None
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    # --- for who takes it in

    def begin(self, kept: Kept) -> None:
        """Its first octets come, and are kept there."""
        self._kept = kept

    def more(self, data: bytes | memoryview, at: int) -> None:
        """The next octets are there, and begin at `at`."""
        self._at_hand = at, data
        self.told()
        self._at_hand = None

    def end(self, content: Content) -> None:
        """All of it has come."""
        self._whole, self._kept = content, None
        self.told()

    def fail(self, trouble: Exception) -> None:
        """What is missing will not come."""
        if self._whole is None:
            self.trouble, self._kept = trouble, None
            self.told()


def _octets(data: bytes | memoryview) -> bytes:
    """As bytes; what is a view of all of some bytes is those."""
    if isinstance(data, memoryview) and isinstance(data.obj, bytes) and len(data) == len(data.obj):
        return data.obj
    return bytes(data)


class ArrivingParts(Mapping[str, Content]):
    """The parts of a message by Content-ID, promised before they come: at the end each is there, or fails."""

    def __init__(self, begun: Mapping[str, ArrivingContent]) -> None:
        """With those that have begun to come."""
        self._parts: dict[str, ArrivingContent] = {unquote(cid): part for cid, part in begun.items()}

    def __getitem__(self, cid: str) -> ArrivingContent:
        return self._parts.setdefault(unquote(cid), ArrivingContent())

    def __contains__(self, cid: object) -> bool:
        return isinstance(cid, str)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def fail(self, trouble: Exception) -> None:
        """Nothing more comes."""
        for part in tuple(self._parts.values()):
            part.fail(trouble)


def still_arriving(segments: Iterable[Segment]) -> bool:
    """Whether a body cannot say yet how long it is."""
    return any(isinstance(segment, ArrivingContent) and segment.whole is None for segment in segments)


def when_whole(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """The same body with what has come in place of what was to come."""
    return tuple(
        segment.whole if isinstance(segment, ArrivingContent) and segment.whole is not None else segment
        for segment in segments
    )
