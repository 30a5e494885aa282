"""What an archive behind a source answers, read and held against what was asked.

An archive is believed nothing that can be seen to be wrong: an answer of another study, a file that is none,
or a list that is no list is told as BackendFailed. What is right becomes ours: addresses in it are those of
the source, and attributes that a search must give are there.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from xdsi_sim.actors.ports import BackendFailed, Kept
from xdsi_sim.content import Content
from xdsi_sim.dicom.attributes import TAGS, DicomJson, integer, items, text
from xdsi_sim.dicom.errors import ConflictingInstance, DicomError, NotDicom, OtherStudy
from xdsi_sim.dicom.json_document import to_bytes
from xdsi_sim.dicom.levels import CALCULATED, DEFAULTS
from xdsi_sim.dicom.rejection import RejectionNote, rejection_in
from xdsi_sim.dicom.search import Search
from xdsi_sim.dicom.study import KEY_OBJECT_SELECTION

__all__ = [
    "RemoteImage",
    "check_place",
    "data_sets",
    "note_in",
    "order_of_image",
    "order_of_metadata",
    "outcomes",
    "read_image",
    "rehomed",
    "result",
    "search_path",
]

_DEFER: Final = 64 * 1024
"""Values above this many octets are not read when an instance is looked at."""
_OTHER_PATIENT: Final = 0xB007
_FAILED: Final = "00081198"
_FAILURE_REASON: Final = "00081197"
_WARNING_REASON: Final = "00081196"


# --- instances --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteImage:
    """An instance as another archive gave it; realises `actors.ports.StoredImage`."""

    sopInstanceUID: str
    studyInstanceUID: str
    seriesInstanceUID: str
    series_number: int | None
    instance_number: int | None
    sopClassUID: str
    transferSyntaxUID: str
    frames: int | None
    """1 for a single image; None for what has no pixels."""
    content: Content

    @property
    def uids(self) -> tuple[str, str, str]:
        """From the study down."""
        return self.studyInstanceUID, self.seriesInstanceUID, self.sopInstanceUID


def read_image(content: Content) -> RemoteImage:
    """What a DICOM file says of itself; raises NotDicom where it is none, or not all of one."""
    dataset = _read(content)
    rows = _number(dataset, "Rows")
    return RemoteImage(
        sopInstanceUID=str(dataset.SOPInstanceUID),
        studyInstanceUID=str(dataset.StudyInstanceUID),
        seriesInstanceUID=str(dataset.SeriesInstanceUID),
        series_number=_number(dataset, "SeriesNumber"),
        instance_number=_number(dataset, "InstanceNumber"),
        sopClassUID=str(dataset.SOPClassUID),
        transferSyntaxUID=str(dataset.file_meta.TransferSyntaxUID),
        frames=_number(dataset, "NumberOfFrames") or (1 if rows else None),
        content=content,
    )


def note_in(image: RemoteImage) -> RejectionNote | None:
    """The rejection note that an instance is; None for any other."""
    if image.sopClassUID != KEY_OBJECT_SELECTION:
        return None
    from xdsi_sim.dicom.json_model import to_json  # noqa: PLC0415  brings pydicom

    return rejection_in(to_json(_read(image.content)))


def _read(content: Content) -> Any:
    from xdsi_sim.dicom import part10  # noqa: PLC0415  brings pydicom

    return part10.read_whole(content, defer=_DEFER)


def _number(dataset: Any, keyword: str) -> int | None:
    try:
        return int(dataset.get(keyword))
    except (TypeError, ValueError, OverflowError):
        return None


def check_place(uids: Iterable[str | None], wanted: Iterable[str | None]) -> None:
    """Raises BackendFailed where an instance is of another study or series, or another one, than asked for.

    What nobody has asked for may be anything.
    """
    for level, found, asked in zip(_LEVELS, uids, wanted, strict=False):
        if asked is not None and found != asked:
            raise BackendFailed(f"asked for {level} {asked} it gave {level} {found}")


_LEVELS: Final = ("study", "series", "instance")


Order = tuple[tuple[bool, int, str], tuple[bool, int, str]]


def order_of_image(image: RemoteImage) -> Order:
    """Sorts instances as an instance store does."""
    return _order(image.series_number, image.seriesInstanceUID, image.instance_number, image.sopInstanceUID)


def order_of_metadata(instance: DicomJson) -> Order:
    """The same by their metadata."""
    series, number = integer(instance, "SeriesNumber"), integer(instance, "InstanceNumber")
    return _order(
        *(series, text(instance, "SeriesInstanceUID") or ""),
        *(number, text(instance, "SOPInstanceUID") or ""),
    )


def _order(series: int | None, series_uid: str, number: int | None, sop: str) -> Order:
    return (series is None, series or 0, series_uid), (number is None, number or 0, sop)


# --- data sets --------------------------------------------------------------------------------


def data_sets(octets: bytes) -> list[DicomJson]:
    """The objects of an answer in DICOM JSON; raises BackendFailed where it is none."""
    try:
        found = json.loads(octets or b"[]")
    except ValueError as error:
        raise BackendFailed(f"what should be DICOM JSON is not JSON: {error}") from None
    if not isinstance(found, list) or not all(_is_data_set(each) for each in found):
        raise BackendFailed("what should be DICOM JSON is no list of data sets")
    return found


def _is_data_set(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(each, Mapping)
        and isinstance(each.get("vr"), str)
        and isinstance(each.get("Value", []), list)
        for each in value.values()
    )


def rehomed(instance: DicomJson, base: str) -> bytes:
    """The metadata of an instance with its bulk values at addresses below `base`."""
    place = "/".join(f"{level}/{text(instance, uid)}" for level, uid in _PATH)
    return to_bytes(_with_bulk(_in_utf_8(instance), f"{base.rstrip('/')}/{place}/bulkdata"))


_PATH: Final = (
    ("studies", "StudyInstanceUID"),
    ("series", "SeriesInstanceUID"),
    ("instances", "SOPInstanceUID"),
)


def _with_bulk(attributes: DicomJson, place: str) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for tag, attribute in attributes.items():
        path = f"{place}/{tag}"
        if "BulkDataURI" in attribute:
            changed[tag] = {**attribute, "BulkDataURI": path}
        elif attribute.get("vr") == "SQ":
            members = [
                _with_bulk(item, f"{path}/{index}") if isinstance(item, Mapping) else item
                for index, item in enumerate(attribute.get("Value", ()))
            ]
            changed[tag] = {**attribute, "Value": members} if members else attribute
        else:
            changed[tag] = attribute
    return changed


# --- searches ---------------------------------------------------------------------------------


def search_path(search: Search, *, limit: int, offset: int) -> str:
    """The same search at another archive, below its address."""
    within = "".join(
        f"/{level}/{uid}" for level, uid in (("studies", search.study), ("series", search.series)) if uid
    )
    asked = [(name, value) for name, value in search.asked if name not in ("limit", "offset")]
    told = [("includefield", ",".join(tag for tag in _given(search) if tag not in CALCULATED))]
    page = [("limit", str(limit)), *([("offset", str(offset))] if offset else [])]
    query = urlencode([*asked, *told, *page], safe=",", quote_via=quote)
    return f"{within}/{_PATH[search.level - 1][0]}?{query}"


def _given(search: Search) -> dict[str, str]:
    """What a search gives even where it has no value: VR by tag."""
    return {
        tag: vr
        for level in (search.level, *search.above)
        for tag, (vr, always) in DEFAULTS[level].items()
        if always
    }


def result(found: DicomJson, search: Search, base: str) -> bytes:
    """One result, with the address of the source and all that a search must give.

    Raises BackendFailed where it is none of that level, or of another study or series.
    """
    named = [search.study, search.series, None]
    uids = [text(found, uid) or named[number] for number, (_, uid) in enumerate(_PATH)][: search.level]
    if None in uids:
        raise BackendFailed(f"a result of its search has no {_PATH[uids.index(None)][1]}")
    check_place(uids, named)
    url = "/".join((base.rstrip("/"), *(f"{_PATH[n][0]}/{uid}" for n, uid in enumerate(uids))))
    must = {tag: {"vr": vr} for tag, vr in _given(search).items()}
    own = {TAGS[_PATH[n][1]]: {"vr": "UI", "Value": [uid]} for n, uid in enumerate(uids)}
    address = {TAGS["RetrieveURL"]: {"vr": "UR", "Value": [url]}}
    return to_bytes(dict(sorted({**must, **_in_utf_8(found), **own, **address}.items())))


def _in_utf_8(attributes: DicomJson) -> DicomJson:
    """JSON is in UTF-8, whatever the instances are in (PS3.18: F.2)."""
    tag = TAGS["SpecificCharacterSet"]
    said = {tag: {"vr": "CS", "Value": ["ISO_IR 192"]}} if tag in attributes else {}
    return {**attributes, **said}


# --- storing ----------------------------------------------------------------------------------


def outcomes(report: DicomJson, sent: Sequence[RemoteImage]) -> list[Kept]:
    """What a STOW-RS report says became of each of the instances that were sent (PS3.18: Table I.1-1)."""
    stored = {text(item, "ReferencedSOPInstanceUID"): item for item in items(report, "ReferencedSOPSequence")}
    failed = {text(item, "ReferencedSOPInstanceUID"): item for item in _failures(report)}
    return [_outcome(image, stored.get(image.sopInstanceUID), failed) for image in sent]


def _failures(report: DicomJson) -> Sequence[DicomJson]:
    return [item for item in report.get(_FAILED, {}).get("Value") or () if isinstance(item, Mapping)]


def _outcome(image: RemoteImage, stored: DicomJson | None, failed: Mapping[str | None, DicomJson]) -> Kept:
    error: DicomError | OSError | None = None
    if stored is None:
        error = _refusal(image, _code(failed.get(image.sopInstanceUID, {}), _FAILURE_REASON))
    return Kept(
        studyInstanceUID=image.studyInstanceUID,
        seriesInstanceUID=image.seriesInstanceUID,
        sopInstanceUID=image.sopInstanceUID,
        sopClassUID=image.sopClassUID,
        error=error,
        otherPatient=stored is not None and _code(stored, _WARNING_REASON) == _OTHER_PATIENT,
    )


def _code(item: DicomJson, tag: str) -> int | None:
    value = next(iter(item.get(tag, {}).get("Value") or ()), None)
    return value if isinstance(value, int) else None


def _refusal(image: RemoteImage, reason: int | None) -> DicomError | OSError:
    """Why it was not stored, as if it had been refused here (PS3.18: Table I.2-2)."""
    if reason is None:
        return DicomError("the archive behind this source did not say what became of it")
    told = f"the archive behind this source refused it with FailureReason {reason:04X}"
    if reason & 0xFF00 == 0xA700:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if reason & 0xFF00 == 0xA900:
        uids = {"sopClassUID": image.sopClassUID, "sopInstanceUID": image.sopInstanceUID}
        return OtherStudy(told, **uids)
    kinds: Mapping[int, type[DicomError]] = {0x0111: ConflictingInstance, 0xC000: NotDicom}
    return kinds.get(reason, DicomError)(told)
