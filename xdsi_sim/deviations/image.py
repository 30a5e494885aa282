"""Deviations of DICOM objects, images and manifests, whichever way they are delivered.

They are found in a message as what it streams, and changed octet for octet while they are sent: no length
in them changes, so that nothing else of the file has to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from xdsi_sim.content import BytesContent, Content, Edit, Segment, SliceContent, edited, head_of
from xdsi_sim.deviations.deviation import Case, Family, Level, Message, deviation

__all__: list[str] = []

_IMAGES: Final = ("RAD-69", "RAD-75", "WADO-RS", "RAD-55")
_MANIFESTS: Final = ("ITI-43", "ITI-39")
_image = partial(deviation, family=Family.IMAGE, level=Level.MESSAGE, fits=_IMAGES)
_manifest = partial(deviation, family=Family.IMAGE, level=Level.MESSAGE, fits=_MANIFESTS)
_HEAD: Final = 256 * 1024
"""Octets in which identifiers are looked for: pixels and large values come after."""
_PREAMBLE: Final = 132

_SOP: Final = (b"\x08\x00\x18\x00", b"\x02\x00\x03\x00", b"\x08\x00\x55\x11")
_STUDY: Final = (b"\x20\x00\x0d\x00",)
_PATIENT: Final = (b"\x10\x00\x20\x00",)
_SYNTAX: Final = (b"\x02\x00\x10\x00",)
_LOCATION: Final = (b"\x40\x00\x11\xe0",)
"""Tags by which a value is found, as they stand in a file of little endian."""


def _is_dicom(segment: Segment) -> bool:
    return not isinstance(segment, bytes) and head_of(segment, _PREAMBLE)[_PREAMBLE - 4 :] == b"DICM"


def _objects(message: Message, change: Callable[[Content], Content], *, every: bool = False) -> Message:
    """The message with its first DICOM object changed, or every one."""
    segments, done = list(message.segments), False
    for place, segment in enumerate(segments):
        if not isinstance(segment, bytes) and _is_dicom(segment) and (every or not done):
            segments[place], done = change(segment), True
    return message if tuple(segments) == message.segments else replace(message, segments=tuple(segments))


def _values(content: Content, tags: Iterable[bytes], change: Callable[[bytes], bytes]) -> Content:
    """The content with the values of these tags changed; a change keeps the length."""
    head = head_of(content, _HEAD)
    edits = [
        Edit(match.start("value"), len(match["value"]), change(match["value"]))
        for tag in tags
        for match in _found(head, tag)
    ]
    return edited(content, sorted(edits))


def _found(head: bytes, tag: bytes) -> Iterable[re.Match[bytes]]:
    """Each short text that stands under a tag, with its VR or without."""
    for match in re.finditer(re.escape(tag) + rb"(?:(?:UI|LO)(..)|(..)\x00\x00)", head, re.DOTALL):
        size = int.from_bytes(match[1] or match[2], "little")
        value = re.compile(rb"(?P<value>[ -~]{%d})" % size).match(head, match.end()) if size else None
        padded = (
            re.compile(rb"(?P<value>[ -~]{%d})\x00" % (size - 1)).match(head, match.end()) if size else None
        )
        if (one := value or padded) is not None:
            yield one


def _other_digit(value: bytes) -> bytes:
    """A UID of the same length that is another one."""
    return value[:-1] + (b"1" if value[-1:] == b"2" else b"2")


@_image("instance-uid-changed", cites="RAD TF: 4.69")
def instance_uid_changed(message: Message, _case: Case) -> Message:
    """The first image has another SOP Instance UID than the one that was asked for."""
    return _objects(message, lambda content: _values(content, _SOP[:2], _other_digit))


@_image("study-uid-changed", cites="RAD TF: 4.69")
def study_uid_changed(message: Message, _case: Case) -> Message:
    """The first image says that it is of another study."""
    return _objects(message, lambda content: _values(content, _STUDY, _other_digit))


@_image("image-of-another-patient")
def image_of_another_patient(message: Message, _case: Case) -> Message:
    """The first image has the Patient ID of another patient."""

    def other(value: bytes) -> bytes:
        """An id of the same length, so that no offset changes."""
        return value[::-1] if value[::-1] != value else b"X" * len(value)

    return _objects(message, lambda content: _values(content, _PATIENT, other))


@_image("transfer-syntax-untrue", cites="PS3.10: 7.1")
def transfer_syntax_untrue(message: Message, _case: Case) -> Message:
    """The meta header of the first image names another transfer syntax than that of its octets."""
    return _objects(message, lambda content: _values(content, _SYNTAX, _other_digit))


@_image("image-cut")
def image_cut(message: Message, _case: Case) -> Message:
    """The first image ends in its middle, and the message is sound."""
    return _objects(message, lambda content: SliceContent(content, 0, content.size // 2))


@_image("preamble-missing", cites="PS3.10: 7.1")
def preamble_missing(message: Message, _case: Case) -> Message:
    """The first image begins without preamble and prefix, as it travels by DIMSE."""
    return _objects(message, lambda content: SliceContent(content, _PREAMBLE, content.size - _PREAMBLE))


@_image("image-page")
def image_page(message: Message, _case: Case) -> Message:
    """A page that tells of an error stands in place of the first image."""
    return _objects(
        message, lambda _content: BytesContent(b"<html><body>Internal Server Error</body></html>\n")
    )


@_image("images-alike")
def images_alike(message: Message, _case: Case) -> Message:
    """The first image stands in the place of every other one."""
    found = [segment for segment in message.segments if not isinstance(segment, bytes) and _is_dicom(segment)]
    return _objects(message, lambda _content: found[0], every=True)


@_manifest("manifest-of-missing-study", cites="RAD TF: 4.68", finds="H11")
def manifest_of_missing_study(message: Message, _case: Case) -> Message:
    """The first manifest lists instances of a study that nobody has."""
    return _objects(message, lambda content: _values(content, _STUDY, _other_digit))


@_manifest("manifest-of-missing-instances", cites="RAD TF: 4.68", finds="H11")
def manifest_of_missing_instances(message: Message, _case: Case) -> Message:
    """The first manifest lists SOP Instance UIDs that nobody has."""
    return _objects(message, lambda content: _values(content, _SOP[2:], _other_digit))


@_manifest("manifest-location-unknown", cites="RAD TF: 4.68", finds="H11")
def manifest_location_unknown(message: Message, _case: Case) -> Message:
    """The Retrieve Location UID of the first manifest names no source."""
    return _objects(message, lambda content: _values(content, _LOCATION, _other_digit))


@_image("image-left-out", fits=("WADO-RS",), cites="PS3.18: 10.4.1")
def image_left_out(message: Message, _case: Case) -> Message:
    """The last image of several is left out, and the status is 200."""
    last = [place for place, segment in enumerate(message.segments) if _is_dicom(segment)][-1:]
    if not last or len(message.segments) <= _ONE:
        return message
    place = last[0]
    return replace(message, segments=(*message.segments[: place - 1], *message.segments[place + 2 :]))


_ONE: Final = 4
"""Segments of a multipart answer with one part: its head, its content, a line end, the closing boundary."""
