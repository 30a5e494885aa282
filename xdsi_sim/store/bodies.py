"""Bodies of recorded messages: octets one after the other in segment files, large contents beside them.

A segment is a folder: `octets`, which only grows, and the contents that were too large to copy, under
names of our own. Segments are numbered, filled in order and removed whole. One thread writes; any thread
may link a content, which waits in `incoming` until the message that it belongs to is written.

Several processes may share the folder: each fills segments of its own, which it gets by making their folder,
and removes whole ones that it is told nobody needs.
"""

from __future__ import annotations

import mmap
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xdsi_sim.content import (
    BytesContent,
    Content,
    FileContent,
    Segment,
    SegmentsContent,
    SliceContent,
    chunks_of,
    read_all,
)
from xdsi_sim.ids import new_token
from xdsi_sim.store.blocks import BUFFER, BlockFile
from xdsi_sim.store.files import link
from xdsi_sim.store.opening import Share

__all__ = ["Bodies", "Linked", "Place", "Stretch", "content_of", "octets_in"]

_COPIED: Final = 64 * 1024  # octets; what is larger has a file of its own already, or is worth one
_OCTETS: Final = "octets"
_KEPT_UP: Final = 4 * BUFFER  # octets; of a disk that is slower than what comes, memory takes a part


@dataclass(frozen=True, slots=True)
class Linked:
    """A content that has a file of its own in the log."""

    name: str
    size: int


Stretch = bytes | Linked
"""What a body is made of while it waits for the writer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a body is in its segment."""

    offset: int
    size: int
    """Octets of it in `octets`."""
    linked: tuple[tuple[int, Linked], ...] = ()
    """The other contents, each after so many of those octets."""


class Bodies:
    """The segments of a folder, and the one that is being written."""

    def __init__(self, folder: Path, segment_size: int, share: Share = Share.ALONE) -> None:
        """Open or create the folder; a segment is full at about `segment_size` octets.

        Each opening begins a segment of its own, so that what a crash left of the last one is not
        written over.
        """
        self._folder = folder
        self._segment_size = segment_size
        self._incoming = folder / "incoming"
        self._alone = share is Share.ALONE
        if share is not Share.JOINING:
            shutil.rmtree(self._incoming, ignore_errors=True)  # of messages that a crash kept from the log
            self._incoming.mkdir(parents=True)
        self._sizes = self._sizes_now()
        self._number = max(self._sizes, default=0)
        self._buffer = mmap.mmap(-1, BUFFER)  # memory that is not touched is not taken
        self._file: BlockFile | None = None

    def close(self) -> None:
        """End the segment that is being written."""
        self._end_segment()
        self._buffer.close()

    def _end_segment(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _sizes_now(self) -> dict[int, int]:
        numbers = sorted(int(path.name) for path in self._folder.iterdir() if path.name.isdecimal())
        return {number: _size_of(_folder_of(self._folder, number)) for number in numbers}

    # --- any thread

    def stretches(self, body: Content) -> list[Stretch]:
        """Secure a body: it can be written when its own files are gone. Raises OSError."""
        segments: Sequence[Segment] = body.segments if isinstance(body, SegmentsContent) else (body,)
        secured: list[Stretch] = []
        try:
            for one in segments:  # those before the one that fails must be known
                secured.append(one if isinstance(one, bytes) else self._stretch(one))  # noqa: PERF401
        except BaseException:
            self.discard(secured)
            raise
        return secured

    def _stretch(self, content: Content) -> Stretch:
        if isinstance(content, BytesContent) or content.size <= _COPIED:
            return read_all(content)
        name = new_token()
        path = self._incoming / name
        if not (isinstance(content, FileContent) and link(content.path, path)):
            _copy(content, path)
        return Linked(name, content.size)

    def discard(self, body: Iterable[Stretch]) -> None:
        """Give up what was secured and can not be recorded; of what was written, the writer's thread."""
        for linked in body:
            if isinstance(linked, Linked):
                if _removed(_folder_of(self._folder, self._number) / linked.name):
                    self._sizes[self._number] -= linked.size
                _removed(self._incoming / linked.name)

    # --- the writer's thread

    def append(self, bodies: Iterable[Sequence[Stretch]], first: int = 0) -> tuple[int, list[Place]]:
        """Write the octets of bodies in one go; gives their segment and their places in it. Raises OSError.

        Segments before `first` are no longer needed, and others may be about to remove them.
        """
        file = self._file_with_room(first)
        at = file.size
        octets, places = [], []
        for body in bodies:
            place = _place(at, body)
            octets += [stretch for stretch in body if isinstance(stretch, bytes)]
            at += place.size
            places.append(place)
        size = at - file.size
        file.append(octets, past=size <= _KEPT_UP)
        self._sizes[self._number] += size
        return self._number, places

    def _file_with_room(self, first: int) -> BlockFile:
        if self._file is None or self._number < first or self._sizes[self._number] >= self._segment_size:
            self._end_segment()
            path = self._new_segment(first)
            self._file = BlockFile(path / _OCTETS, self._buffer)
        return self._file

    def _new_segment(self, first: int) -> Path:
        """A folder that is nobody else's."""
        if not self._alone:
            self._sizes = self._sizes_now()
        number = max(self._number, *self._sizes, first - 1, 0)
        while True:
            number += 1
            path = _folder_of(self._folder, number)
            try:
                path.mkdir()
            except FileExistsError:  # another process was faster
                continue
            self._number, self._sizes[number] = number, 0
            return path

    def settle(self, places: Iterable[Place]) -> None:
        """Bring the linked contents of what was appended to its octets. Raises OSError."""
        for place in places:
            for _, linked in place.linked:
                target = _folder_of(self._folder, self._number) / linked.name
                if not target.exists():  # it may have been done, and what followed not
                    (self._incoming / linked.name).rename(target)
                    self._sizes[self._number] += linked.size

    def oldest_within(self, size: int) -> int:
        """The first segment to keep: all from it on have at most `size` octets, or it is the current one."""
        total = sum(self._sizes.values())
        for number, octets in self._sizes.items():
            if total <= size:
                return number
            total -= octets
        return self._number

    def remove_below(self, number: int) -> None:
        """Remove the segments before `number`, never the current one."""
        for gone in [known for known in self._sizes if known < min(number, self._number)]:
            shutil.rmtree(_folder_of(self._folder, gone), ignore_errors=True)
            del self._sizes[gone]


def content_of(folder: Path, segment: int, place: Place) -> Content:
    """The body at a place; nothing is opened before it is read."""
    below = _folder_of(folder, segment)
    contents = tuple(_contents(below, place))
    return contents[0] if len(contents) == 1 else SegmentsContent(contents)


def _contents(folder: Path, place: Place) -> Iterator[Content]:
    octets = FileContent(folder / _OCTETS, place.offset + place.size)
    at = 0
    for after, linked in place.linked:
        if after > at:
            yield SliceContent(octets, place.offset + at, after - at)
        yield FileContent(folder / linked.name, linked.size)
        at = after
    if place.size > at:
        yield SliceContent(octets, place.offset + at, place.size - at)


def octets_in(body: Iterable[Stretch]) -> int:
    """Octets that the stretches hold in memory."""
    return sum(len(stretch) for stretch in body if isinstance(stretch, bytes))


def _place(offset: int, body: Sequence[Stretch]) -> Place:
    size, linked = 0, []
    for stretch in body:
        if isinstance(stretch, bytes):
            size += len(stretch)
        else:
            linked.append((size, stretch))
    return Place(offset, size, tuple(linked))


def _folder_of(folder: Path, segment: int) -> Path:
    return folder / f"{segment:06}"


def _size_of(folder: Path) -> int:
    try:
        with os.scandir(folder) as entries:
            return sum(entry.stat().st_size for entry in entries)
    except FileNotFoundError:  # another process has just removed it
        return 0


def _copy(content: Content, path: Path) -> None:
    """All of it, or nothing: half of it would keep a full disk full."""
    try:
        with path.open("wb") as file:
            file.writelines(chunks_of(content))
    except BaseException:
        _removed(path)
        raise


def _removed(path: Path) -> bool:
    """Whether it was there; what cannot be removed is left to the next start."""
    try:
        path.unlink()
    except OSError:
        return False
    return True
