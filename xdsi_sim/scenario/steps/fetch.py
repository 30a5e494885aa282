"""`fetch`: a consumer gets the images of located series by WADO-RS, XC-WADO or RAD-69, and counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, Literal

from pydantic import model_validator

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.content import Content, sha1_of
from xdsi_sim.dicomweb.xc_wado import CrossAddress
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.retrieve import DocumentRequest
from xdsi_sim.scenario.kind import ConsumerId, ImagingGatewayId, StepKind
from xdsi_sim.scenario.record import Check
from xdsi_sim.scenario.stage import Answered, Outcome, Stage, answered, details_of, listed, plural
from xdsi_sim.scenario.steps.locate import LocatedSeries
from xdsi_sim.topology.checked import Checked, wrong

__all__ = ["FETCH", "FetchedImage"]

_ACCEPT: Final = 'multipart/related; type="application/dicom"; transfer-syntax=*'
_SYNTAXES: Final = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
)


class Fetch(Checked):
    """Which images, and by which transaction."""

    consumer: ConsumerId
    series: Any
    """Series that were located: `${located.series}`."""
    by: Literal["wado-rs", "xc-wado", "rad-69"]
    level: Literal["study", "series"] = "series"
    """Of one request of WADO-RS or XC-WADO."""
    transferSyntaxUIDs: tuple[str, ...] = _SYNTAXES
    """What the consumer takes in RAD-69."""
    through: ImagingGatewayId = None
    """The Initiating Imaging Gateway that is asked: by RAD-69 for all of them in one message, by XC-WADO for
    those of other communities."""

    @model_validator(mode="after")
    def _some_ways_lead_through_gateways(self) -> Fetch:
        if self.through is not None and self.by == "wado-rs":
            raise wrong("an imaging gateway is asked by rad-69 or xc-wado", at=("through",))
        if self.through is None and self.by == "xc-wado":
            raise wrong("xc-wado goes through an imaging gateway, which is missing", at=("through",))
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedImage:
    """An instance that arrived."""

    sopInstanceUID: str
    """As the instance itself says."""
    sha1: str
    size: int


@dataclass(frozen=True, slots=True)
class _Fetched:
    """What one request brought."""

    contents: tuple[Content, ...]
    answer: Answered | None = None
    """Of a SOAP request."""
    check: Check | None = None
    """Of an HTTP request."""


def play(step: Fetch, stage: Stage) -> Outcome:
    """Fetch all images; checks that those received are those listed."""
    series = step.series if isinstance(step.series, tuple) else (step.series,)
    fetched = list(_BY[step.by](step, stage, series))
    images = tuple(_image(content) for part in fetched for content in part.contents)
    listed_uids = sorted(uid for item in series for uid in item.sopInstanceUIDs)
    received = sorted(image.sopInstanceUID for image in images)
    return Outcome(
        text=f"{plural(len(images), 'image')}, {sum(image.size for image in images):,} octets",
        value={"images": images},
        count=len(images),
        answers=tuple(part.answer for part in fetched if part.answer is not None),
        details=details_of({"From": listed([item.source for item in series]), "Requests": str(len(fetched))}),
        checks=(
            *(part.check for part in fetched if part.check is not None),
            Check(
                text="the SOP Instance UIDs received are those that the manifests list",
                ok=received == listed_uids,
                expected=plural(len(listed_uids), "instance"),
                observed=_difference(listed_uids, received),
                cites="RAD TF: 4.69",
            ),
        ),
    )


def _difference(expected: Sequence[str], received: Sequence[str]) -> str:
    missing, foreign = set(expected) - set(received), set(received) - set(expected)
    parts = [plural(len(received), "instance")]
    parts += [f"missing: {listed(sorted(missing))}"] if missing else []
    parts += [f"not listed: {listed(sorted(foreign))}"] if foreign else []
    return "; ".join(parts)


def _image(content: Content) -> FetchedImage:
    from xdsi_sim.dicom.part10 import read_header  # noqa: PLC0415  brings pydicom

    return FetchedImage(
        sopInstanceUID=str(read_header(content).SOPInstanceUID), sha1=sha1_of(content), size=content.size
    )


def _by_wado_rs(step: Fetch, stage: Stage, series: Sequence[LocatedSeries]) -> Iterator[_Fetched]:
    urls = (f"{item.base}/{'/'.join(_path(step, item))}" for item in series)
    for url in dict.fromkeys(urls):
        yield _got(step, stage, url, "WADO-RS")


def _by_xc_wado(step: Fetch, stage: Stage, series: Sequence[LocatedSeries]) -> Iterator[_Fetched]:
    """Where the entry names another community; what is of the consumer's own it gets itself (RAD MADO)."""
    own = stage.running.topology.find(step.consumer).community.homeCommunityId
    yield from _by_wado_rs(step, stage, [item for item in series if item.homeCommunityId in (None, own)])
    base = stage.running.xc_wado_of(step.through or "")
    urls = (
        CrossAddress(
            home=home.removeprefix("urn:oid:"),
            location=item.location,
            path=_path(step, item),
            retrieve_url=item.retrieveURL,
        ).at(base)
        for item in series
        if (home := item.homeCommunityId) not in (None, own)
    )
    for url in dict.fromkeys(urls):
        yield _got(step, stage, url, "XC-WADO")


def _path(step: Fetch, item: LocatedSeries) -> tuple[str, ...]:
    study = ("studies", item.studyInstanceUID)
    return (*study, "series", item.seriesInstanceUID) if step.level == "series" else study


def _got(step: Fetch, stage: Stage, url: str, transaction: str) -> _Fetched:
    reply = stage.get(url, sender=step.consumer, accept=_ACCEPT, transaction=transaction)
    return _Fetched(
        tuple(part.content for part in reply.parts) if reply.status == 200 else (),
        check=Check(
            text=f"GET {url} is answered with 200",
            ok=reply.status == 200 and reply.trouble is None,
            expected="200",
            observed=reply.trouble or str(reply.status),
            cites="PS3.18: 10.4.1",
        ),
    )


def _by_rad_69(step: Fetch, stage: Stage, series: Sequence[LocatedSeries]) -> Iterator[_Fetched]:
    """One message to the gateway; without one the consumer splits by location itself."""

    def receiver(item: LocatedSeries) -> str:
        return step.through or item.source

    for source, group in groupby(sorted(series, key=receiver), key=receiver):
        message = RetrieveImagingDocumentSetRequest(
            requests=tuple(_request(item, uid) for item in group for uid in item.sopInstanceUIDs),
            transferSyntaxUIDs=step.transferSyntaxUIDs,
        )
        reply = stage.call(sender=step.consumer, receiver=source, transaction="RAD-69", message=message)
        documents = () if isinstance(reply.answer, NoAnswer) else reply.answer.documents
        yield _Fetched(
            tuple(document.content for document in documents),
            answer=answered(reply, receiver=source, transaction="RAD-69"),
        )


def _request(item: LocatedSeries, uid: str) -> ImagingDocumentRequest:
    return ImagingDocumentRequest(
        studyInstanceUID=item.studyInstanceUID,
        seriesInstanceUID=item.seriesInstanceUID,
        document=DocumentRequest(
            homeCommunityId=item.homeCommunityId, repositoryUniqueId=item.location, documentUniqueId=uid
        ),
    )


_BY: Final[dict[str, Callable[[Fetch, Stage, Sequence[LocatedSeries]], Iterator[_Fetched]]]] = {
    "wado-rs": _by_wado_rs,
    "xc-wado": _by_xc_wado,
    "rad-69": _by_rad_69,
}

FETCH: Final = StepKind(key="fetch", parameters=Fetch, play=play, counts="images", answers=True)
