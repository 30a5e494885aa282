"""Which patients a recorded message names, for whoever looks for the messages of one.

The log does not read messages: it looks for what identifies a patient in any of them, as the notation of
HL7 v2 that metadata and queries share (`P1^^^&1.2.3&ISO`), as an id of HL7 v3, and as a parameter of QIDO-RS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final
from urllib.parse import unquote_plus

__all__ = ["LOOKED_AT", "patients_in", "patients_of"]

_MOST: Final = 5
"""Patients of one exchange; an answer that names more is not about one of them."""
LOOKED_AT: Final = 256 * 1024
"""Octets of a body: metadata come first in it, and what is larger are documents."""
_LONGEST: Final = 64
"""Octets of an id before its authority; DICOM has as many (PS3.5: 6.2)."""
_AUTHORITY: Final = re.compile(
    rb"\^\^\^(?:[^\s<>\"'|^&~]{0,64})&(?:amp;)?([0-9.]{3,64})&(?:amp;)?ISO(?!\^)", re.ASCII
)
"""Behind the number of a Cx; a name in an Xcn and the type of a Cxi have further carets."""
_END: Final = b"\0"
_SEPARATORS: Final = b" \t\r\n\v\f<>\"'|&~[](){}"
_ENDS: Final = bytes.maketrans(_SEPARATORS, _END * len(_SEPARATORS))
"""What cannot be in a number; a caret before it says that the number is a part of something else."""
_OF_V3: Final = b"urn:hl7-org:v3"
_V3: Final = re.compile(
    rb"<(?:\w+:)?(?:patient\b[^>]*>\s*<(?:\w+:)?id|livingSubjectId\b[^>]*>\s*<(?:\w+:)?value)\s([^>]{1,300})>"
)
_V3_PARTS: Final = {name: re.compile(name + rb"\s*=\s*[\"']([^\"']+)") for name in (b"root", b"extension")}
_QIDO: Final = re.compile(r"[?&](?:PatientID|00100020)=([^&\s]{1,200})")


def patients_in(data: bytes) -> Iterator[str]:
    """Ids with their authority, each as a Cx, in the order in which they stand in `data`; some twice."""
    for found in _AUTHORITY.finditer(data):
        before = data[max(0, found.start() - _LONGEST - 1) : found.start()]
        number = before.translate(_ENDS).rpartition(_END)[2]
        if number and len(number) <= _LONGEST and b"^" not in number:
            yield _cx(number, found[1])
    if _OF_V3 not in data:
        return
    for found in _V3.finditer(data):
        root, extension = (pattern.search(found[1]) for pattern in _V3_PARTS.values())
        if root and extension:
            yield _cx(extension[1], root[1])


def _cx(number: bytes, authority: bytes) -> str:
    return f"{number.decode('utf-8', 'replace')}^^^&{authority.decode('ascii', 'replace')}&ISO"


def patients_of(start_line: str, bodies: Iterable[bytes]) -> tuple[str, ...]:
    """Those of an exchange, each once, `_MOST` of them; `bodies` are the octets of its messages.

    An answer is looked at only where the request names nobody: mostly it is of whom that has named.
    """
    found: dict[str, None] = dict.fromkeys(unquote_plus(id) for id in _QIDO.findall(start_line))
    for body in bodies:
        if found:
            break
        found.update(dict.fromkeys(islice(dict.fromkeys(patients_in(body[:LOOKED_AT])), _MOST)))
    return tuple(found)
