"""`store`: studies come into an imaging source over the web, be it ours or a foreign one (RAD-108)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xdsi_sim.content import BytesContent, Content, Segment, SegmentsContent, read_all
from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.dicom.media import arrivals
from xdsi_sim.dicom.samples import sample_objects
from xdsi_sim.dicom.study import Study
from xdsi_sim.dicom.summary import header_of, summarise
from xdsi_sim.ids import new_token
from xdsi_sim.scenario.images import Image, image_of
from xdsi_sim.scenario.kind import StepKind
from xdsi_sim.scenario.record import Check
from xdsi_sim.scenario.stage import Answered, Outcome, Stage, StepFailed, details_of, listed, plural
from xdsi_sim.scenario.steps.load import Load, described, root_of
from xdsi_sim.scenario.steps.locate import LocatedSeries
from xdsi_sim.scenario.web import SUCCESS, WebAnswer, asked
from xdsi_sim.topology.model import Source

__all__ = ["STORE"]

_TRANSACTION: Final = "STOW-RS"
_JSON: Final = "application/dicom+json"
_DEFER: Final = 1024
"""Octets from which on a value is not read: pixels."""


class Store(Load):
    """What to store, and where."""

    study: str | None = None
    """Study Instance UID that the address is to name: `…/studies/UID`; absent, `…/studies`."""
    sender: str = "modality"
    """Who the reports say has sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """What was sent, and what was said of it."""

    studies: tuple[Study, ...]
    images: tuple[Image, ...]
    """As they were sent, to be compared with what is fetched."""
    series: tuple[LocatedSeries, ...]
    """Of all studies, for `fetch`."""
    root: str
    """Of the UIDs of samples, for a later step."""
    status: int | None = None
    """Of HTTP; None where somebody had loaded the studies before."""
    stored: tuple[str, ...] = ()
    """SOP Instance UIDs that are stored, as the source says."""
    failed: tuple[Mapping[str, Any], ...] = ()
    """What is not: with `ReferencedSOPInstanceUID`, where it has one, and `FailureReason`."""
    warnings: tuple[Mapping[str, Any], ...] = ()
    """What is stored with a `WarningReason`."""


def play(step: Store, stage: Stage) -> Outcome:
    """Send the files in one message, unless they are there already; gives the studies that they belong to."""
    root = root_of(step, stage)
    contents = tuple(_contents(step, root, stage))
    studies = _studies(contents)
    sent: dict[str, Any] = {
        "studies": studies,
        "images": tuple(image_of(content) for content in contents),
        "series": tuple(_located(step.source, studies, stage)),
        "root": root,
    }
    peer = stage.running.topology.played_by(step.source)
    if peer is not None and peer.studies == "loaded" and step.root is None:
        text = f"{plural(len(contents), 'instance')} that {step.source} has already"
        return Outcome(text=text, value=_Stored(**sent), count=len(contents))
    answer = _sent(step, stage, contents)
    value = _Stored(**sent, status=answer.status, **_told(answer))
    status = SUCCESS if answer.status == 200 else f"HTTP {answer.status}"
    return Outcome(
        text=f"{plural(len(value.stored), 'instance')} stored, {answer.told}",
        value=value,
        count=len(value.stored),
        answers=(Answered(receiver=step.source, transaction=_TRANSACTION, status=status),),
        checks=_checks(value) if status == SUCCESS else (),
        details=details_of(
            {
                "Studies": listed([described(study) for study in studies]),
                "Failed": listed([_reason(item) for item in value.failed]),
            }
        ),
    )


def _contents(step: Store, root: str, stage: Stage) -> Iterator[Content]:
    for name in step.samples:
        yield from map(BytesContent, sample_objects(name, root, step.accession)[: step.first])
    for file in arrivals(stage.folder / path for path in step.paths):
        yield BytesContent(read_all(file.content))


def _studies(contents: Sequence[Content]) -> tuple[Study, ...]:
    from xdsi_sim.dicom.json_model import to_json  # noqa: PLC0415  brings pydicom
    from xdsi_sim.dicom.part10 import read_whole  # noqa: PLC0415

    headers: dict[str, list[Mapping[str, Any]]] = {}
    for content in contents:
        try:
            dataset = read_whole(content, defer=_DEFER)
        except DicomError as error:
            raise StepFailed(f"what is to be stored is no DICOM file: {error}") from error
        headers.setdefault(str(dataset.StudyInstanceUID), []).append(header_of(to_json(dataset)))
    return tuple(summarise(found) for found in headers.values())


def _located(source: str, studies: Sequence[Study], stage: Stage) -> Iterator[LocatedSeries]:
    model = stage.running.topology.find(source).actor
    for study in studies:
        for series in study.series:
            yield LocatedSeries(
                studyInstanceUID=study.header.study_instance_uid,
                seriesInstanceUID=series.series_instance_uid,
                source=source,
                location=model.oid if isinstance(model, Source) else "",
                base=stage.running.dicomweb_of(source),
                retrieveURL=None,
                sopInstanceUIDs=tuple(each.sop_instance_uid for each in series.instances),
            )


def _sent(step: Store, stage: Stage, contents: Sequence[Content]) -> WebAnswer:
    base = stage.running.dicomweb_of(step.source)
    if not base:
        raise StepFailed(f"{step.source} tells no address of DICOMweb, to which studies could be sent")
    boundary = new_token()
    segments: list[Segment] = []
    for content in contents:
        head = f"\r\n--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        segments += (head if segments else head[2:], content)
    segments.append(f"\r\n--{boundary}--\r\n".encode())
    return asked(
        stage,
        step.source,
        _TRANSACTION,
        f"{base}/studies/{step.study}" if step.study else f"{base}/studies",
        method="POST",
        sender=step.sender,
        headers=(
            ("Accept", _JSON),
            ("Content-Type", f'multipart/related; type="application/dicom"; boundary={boundary}'),
        ),
        body=SegmentsContent(tuple(segments)),
    )


def _told(answer: WebAnswer) -> dict[str, Any]:
    """What the answer says of each instance (PS3.18: 10.5.3); nothing where it is no report."""
    if "json" not in answer.contentType or not answer.dataSets:
        return {}
    report = answer.dataSets[0]
    stored = report.get("ReferencedSOPSequence") or ()
    return {
        "stored": tuple(str(item.get("ReferencedSOPInstanceUID")) for item in stored),
        "warnings": tuple(item for item in stored if "WarningReason" in item),
        "failed": (
            *(report.get("FailedSOPSequence") or ()),
            *(report.get("OtherFailuresSequence") or ()),
        ),
    }


def _reason(item: Mapping[str, Any]) -> str:
    return f"{item.get('ReferencedSOPInstanceUID') or 'a part'}: {item.get('FailureReason')}"


def _checks(value: _Stored) -> tuple[Check, ...]:
    missing = sorted({image.sopInstanceUID for image in value.images} - set(value.stored))
    return (
        Check(
            text="the answer says of each instance that it is stored",
            ok=not missing,
            expected=plural(len(value.images), "instance"),
            observed=f"not named: {listed(missing)}" if missing else plural(len(value.stored), "instance"),
            cites="PS3.18: 10.5.3",
        ),
    )


STORE: Final = StepKind(key="store", parameters=Store, play=play, counts="instances stored", answers=True)
