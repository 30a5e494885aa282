"""STOW-RS: instances are stored as they come, and each is told its fate (PS3.18: 10.5, RAD TF: 4.108)."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from xdsi_sim.actors.ports import Kept
from xdsi_sim.content import Content
from xdsi_sim.dicom.errors import ConflictingInstance, DicomError, NotDicom, OtherStudy
from xdsi_sim.dicom.json_document import to_bytes
from xdsi_sim.dicomweb.accept import MULTIPART, Offer, accepted
from xdsi_sim.dicomweb.answers import DICOM_JSON, DICOM_XML, choose
from xdsi_sim.dicomweb.archive import Archive, Target
from xdsi_sim.dicomweb.composing import JSON_TYPES, compose
from xdsi_sim.dicomweb.messages import Answer, Body, Refused, WebRequest
from xdsi_sim.soap.media import parse_media_type

__all__ = ["delete", "store"]

_DICOM: Final = "application/dicom"
_REPORTS: Final = (Offer(DICOM_JSON), Offer("application/json"), Offer(DICOM_XML))
_CANNOT_UNDERSTAND: Final = 0xC000  # PS3.18: Table I.2-2
_PROCESSING_FAILURE: Final = 0x0110
_OUT_OF_RESOURCES: Final = 0xA700
_REASONS: Final[Mapping[type[Exception], int]] = {
    NotDicom: _CANNOT_UNDERSTAND,
    ConflictingInstance: 0x0111,  # duplicate SOP instance
    OtherStudy: 0xA900,  # data set does not match
}
_OTHER_PATIENT: Final = 0xB007
"""The data set does not match what is known of its study."""


def store(archive: Archive, request: WebRequest, target: Target) -> Answer:
    """Store each part that is a DICOM file; durable when the answer goes out."""
    _, offer = choose(accepted(request), _REPORTS, "the result of storing")
    outcomes = _kept(archive, _contents(request.upload), target.study)
    if not outcomes:
        raise Refused(400, "there is nothing to store: the body has no object")
    report = to_bytes(dict(sorted(_report(archive, outcomes).items())))
    if offer.media == DICOM_XML:
        from xdsi_sim.dicom.native_model import to_xml  # noqa: PLC0415  hardly anybody asks for it

        report = to_xml(report)
    return Answer(status=_status(outcomes), media_type=offer.media, segments=[report])


def delete(archive: Archive, _request: WebRequest, target: Target) -> Answer:
    """Forget instances, where the archive lets them be deleted."""
    if not archive.store.remove(*target.uids):
        raise archive.nothing(target)
    return Answer(status=204)


def _kept(archive: Archive, contents: Iterable[Content | Kept], study: str | None) -> list[Kept]:
    """What became of each, in their order; what could not be made a file stays where it stands."""
    refused: dict[int, Kept] = {}

    def files() -> Iterator[Content]:
        """What can be stored; notes at which places something cannot."""
        for place, content in enumerate(contents):
            if isinstance(content, Kept):
                refused[place] = content
            else:
                yield content

    stored = archive.store.keep(files(), study=study)
    following = iter(stored)
    places = range(len(refused) + len(stored))
    return [refused[place] if place in refused else next(following) for place in places]


def _contents(upload: Body) -> Iterable[Content | Kept]:
    """The files in a body; raises Refused, 415, where it holds something else."""
    media = parse_media_type(upload.media_type)
    kind = parse_media_type(media.parameters.get("type", "")).type
    if media.type in JSON_TYPES or (media.type == MULTIPART and kind in JSON_TYPES):
        return compose(upload.parts)
    if media.type == _DICOM:
        return [part.content for part in upload.parts]
    if media.type != MULTIPART or kind not in ("", _DICOM):
        found = f"{media.type}{f' of {kind}' if kind else ''}" if media.type else "no Content-Type"
        expected = f'{MULTIPART}; type="{_DICOM}" or "{DICOM_JSON}", or as {_DICOM} by themselves'
        raise Refused(415, f"instances are stored as {expected}; this is {found}")
    strange = [
        part.headers["content-type"]
        for part in upload.parts
        if parse_media_type(part.headers.get("content-type", _DICOM)).type != _DICOM
    ]
    if strange:
        raise Refused(415, f"a part is of {strange[0][:80]}, which is not {_DICOM}")
    return [part.content for part in upload.parts]


def _status(outcomes: Sequence[Kept]) -> int:
    failed = [outcome.error for outcome in outcomes if outcome.error is not None]
    if not failed:
        return 202 if any(outcome.otherPatient for outcome in outcomes) else 200
    if len(failed) < len(outcomes):
        return 202
    if all(_reason(error) == _OUT_OF_RESOURCES for error in failed):
        return 503
    return 409


# --- the report (PS3.18: Table I.1-1) -----------------------------------------------------------


def _report(archive: Archive, outcomes: Sequence[Kept]) -> dict[str, Any]:
    stored = [outcome for outcome in outcomes if outcome.error is None]
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    known = [outcome for outcome in failed if outcome.sopInstanceUID is not None]
    unknown = [outcome for outcome in failed if outcome.sopInstanceUID is None]
    studies = {outcome.studyInstanceUID for outcome in stored}
    url = f"{archive.base}/studies/{min(map(str, studies))}" if studies else None
    return {
        "00081190": {"vr": "UR"} if url is None else _value("UR", url),
        **_sequence("00081198", known, _failure),
        **_sequence("00081199", stored, lambda outcome: _success(archive, outcome)),
        **_sequence("0008119A", unknown, _failure),
    }


def _sequence(
    tag: str, outcomes: Iterable[Kept], item: Callable[[Kept], Mapping[str, Any]]
) -> dict[str, Any]:
    items = [dict(sorted(item(outcome).items())) for outcome in outcomes]
    return {tag: {"vr": "SQ", "Value": items}} if items else {}


def _success(archive: Archive, outcome: Kept) -> dict[str, Any]:
    path = f"studies/{outcome.studyInstanceUID}/series/{outcome.seriesInstanceUID}"
    warning = {"00081196": _value("US", _OTHER_PATIENT)} if outcome.otherPatient else {}
    return {
        **_names(outcome),
        "00081190": _value("UR", f"{archive.base}/{path}/instances/{outcome.sopInstanceUID}"),
        **warning,
    }


def _failure(outcome: Kept) -> dict[str, Any]:
    """Failure Reason, and the reason in words as a comment (0000,0902 must not travel here)."""
    return {**_names(outcome), "00081197": _value("US", _reason(outcome.error))}


def _names(outcome: Kept) -> dict[str, Any]:
    names = {"00081150": outcome.sopClassUID, "00081155": outcome.sopInstanceUID}
    return {tag: _value("UI", uid) for tag, uid in names.items() if uid is not None}


def _reason(error: DicomError | OSError | None) -> int:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _OUT_OF_RESOURCES
    return next((code for kind, code in _REASONS.items() if isinstance(error, kind)), _PROCESSING_FAILURE)


def _value(vr: str, value: str | int) -> dict[str, Any]:
    return {"vr": vr, "Value": [value]}
