"""`fetch`: a consumer gets the images of located series by WADO-RS, XC-WADO or RAD-69, and counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, Literal

from pydantic import model_validator

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.content import Content
from xdsi_sim.dicomweb.xc_wado import CrossAddress
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.retrieve import DocumentRequest, DocumentResponse
from xdsi_sim.scenario.asked import AskedSeries, Series, one_by_one
from xdsi_sim.scenario.crossing import transaction_to
from xdsi_sim.scenario.images import images_of
from xdsi_sim.scenario.kind import AnyImagingGatewayId, ConsumerId, StepKind
from xdsi_sim.scenario.record import Check
from xdsi_sim.scenario.stage import Answered, Outcome, Stage, StepFailed, answered, details_of, listed, plural
from xdsi_sim.scenario.steps.locate import LocatedSeries
from xdsi_sim.topology.checked import Checked, wrong
from xdsi_sim.topology.model import Source

__all__ = ["FETCH"]

_ACCEPT: Final = 'multipart/related; type="application/dicom"'
_MEASURES: Final = {True: "those that", False: "some of those that"}
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
    series: Series
    """Series that were located or stored: `${located.series}`; or `studyInstanceUID`, `seriesInstanceUID`,
    `sopInstanceUIDs`, `source` or `location`, perhaps `homeCommunityId`, of what need not be there."""
    by: Literal["wado-rs", "xc-wado", "rad-69"]
    level: Literal["study", "series"] = "series"
    """Of one request of WADO-RS or XC-WADO."""
    transferSyntaxUIDs: tuple[str, ...] | None = None
    """What the consumer takes; absent, whatever there is on the web, and all usual ones in RAD-69."""
    through: AnyImagingGatewayId = None
    """The imaging gateway that is asked: by RAD-69 for all of them in one message (a responding one by
    RAD-75), by XC-WADO for those of other communities; without, all are to be of the consumer's own."""
    home: str | None = None
    """homeCommunityId of the series that have none: those that were stored or located without a gateway."""
    complete: bool = True
    """Whether all that is listed must come; if not, `missing` and `refused` tell what did not, and why."""

    @model_validator(mode="after")
    def _some_ways_lead_through_gateways(self) -> Fetch:
        if self.through is not None and self.by == "wado-rs":
            raise wrong("an imaging gateway is asked by rad-69 or xc-wado", at=("through",))
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class _Got:
    """How a GET was answered."""

    url: str
    status: int
    """0 where no answer came."""
    text: str
    """Status, or why there is none."""
    good: bool

    @property
    def check(self) -> Check:
        """That it was answered with 200."""
        return Check(
            text=f"GET {self.url} is answered with 200",
            ok=self.good,
            expected="200",
            observed=self.text,
            cites="PS3.18: 10.4.1",
        )


@dataclass(frozen=True, slots=True)
class _Fetched:
    """What one request brought."""

    contents: tuple[Content, ...]
    answer: Answered | None = None
    """Of a SOAP request."""
    documents: tuple[DocumentResponse, ...] = ()
    """Of its answer."""
    got: _Got | None = None
    """Of an HTTP request."""


def play(step: Fetch, stage: Stage) -> Outcome:
    """Fetch all images; checks that those received are those listed."""
    found = (_located(each, stage) for each in one_by_one(step.series))
    series = tuple(replace(each, homeCommunityId=each.homeCommunityId or step.home) for each in found)
    fetched = list(_BY[step.by](step, stage, series))
    images = images_of(content for part in fetched for content in part.contents)
    listed_uids = sorted(uid for item in series for uid in item.sopInstanceUIDs)
    received = sorted(image.sopInstanceUID for image in images)
    got = [part.got for part in fetched if part.got is not None]
    answers = tuple(part.answer for part in fetched if part.answer is not None)
    missing = tuple(uid for uid in listed_uids if uid not in set(received))
    return Outcome(
        text=f"{plural(len(images), 'image')}, {sum(image.size for image in images):,} octets",
        value={
            "images": images,
            "documents": tuple(document for part in fetched for document in part.documents),
            "missing": missing,
            "refused": tuple(each for each in got if not each.good),
            "errors": tuple(error for answer in answers for error in answer.errors),
        },
        count=len(images),
        answers=answers,
        details=details_of({"From": listed([item.source for item in series]), "Requests": str(len(fetched))}),
        checks=(
            *(each.check for each in got if step.complete),
            Check(
                text=f"the SOP Instance UIDs received are {_MEASURES[step.complete]} the manifests list",
                ok=received == [uid for uid in listed_uids if step.complete or uid not in missing],
                expected=plural(len(listed_uids), "instance"),
                observed=_difference(listed_uids, received),
                cites="RAD TF: 4.69",
            ),
        ),
    )


def _located(asked: LocatedSeries | AskedSeries, stage: Stage) -> LocatedSeries:
    if isinstance(asked, LocatedSeries):
        return asked
    topology = stage.running.topology
    location = asked.location
    if location is None:
        location = (topology.find(asked.source).actor.metadata_oid if asked.source else None) or ""
    source = asked.source or stage.actor_of(location) or ""
    is_source = bool(source) and isinstance(topology.find(source).actor, Source)
    return LocatedSeries(
        studyInstanceUID=asked.studyInstanceUID,
        seriesInstanceUID=asked.seriesInstanceUID,
        source=source if is_source else "",
        location=location,
        base=stage.running.dicomweb_of(source) if is_source else "",
        retrieveURL=None,
        sopInstanceUIDs=one_by_one(asked.sopInstanceUIDs),
        homeCommunityId=asked.homeCommunityId,
    )


def _difference(expected: Sequence[str], received: Sequence[str]) -> str:
    missing, foreign = set(expected) - set(received), set(received) - set(expected)
    parts = [plural(len(received), "instance")]
    parts += [f"missing: {listed(sorted(missing))}"] if missing else []
    parts += [f"not listed: {listed(sorted(foreign))}"] if foreign else []
    return "; ".join(parts)


def _accept(step: Fetch) -> str:
    """One media range for each transfer syntax; without, whatever there is (PS3.18: 8.7.3)."""
    return ", ".join(f"{_ACCEPT}; transfer-syntax={uid}" for uid in step.transferSyntaxUIDs or ("*",))


def _by_wado_rs(step: Fetch, stage: Stage, series: Sequence[LocatedSeries]) -> Iterator[_Fetched]:
    urls = (f"{item.base}/{'/'.join(_path(step, item))}" for item in series)
    for url in dict.fromkeys(urls):
        yield _got(step, stage, url, "WADO-RS")


def _by_xc_wado(step: Fetch, stage: Stage, series: Sequence[LocatedSeries]) -> Iterator[_Fetched]:
    """Where the entry names another community; what is of the consumer's own it gets itself (RAD MADO)."""
    own = stage.running.topology.find(step.consumer).community.homeCommunityId
    yield from _by_wado_rs(step, stage, [item for item in series if item.homeCommunityId in (None, own)])
    foreign = [(home, item) for item in series if (home := item.homeCommunityId) not in (None, own)]
    if foreign and step.through is None:
        home, item = foreign[0]
        text = (
            f"series {item.seriesInstanceUID} is of {home}: `through` names no imaging gateway to get it by"
        )
        raise StepFailed(text)
    base = stage.running.xc_wado_of(step.through or "") if foreign else ""
    urls = (
        CrossAddress(
            home=(home or "").removeprefix("urn:oid:"),
            location=item.location,
            path=_path(step, item),
            retrieve_url=item.retrieveURL,
        ).at(base)
        for home, item in foreign
    )
    for url in dict.fromkeys(urls):
        yield _got(step, stage, url, "XC-WADO")


def _path(step: Fetch, item: LocatedSeries) -> tuple[str, ...]:
    study = ("studies", item.studyInstanceUID)
    return (*study, "series", item.seriesInstanceUID) if step.level == "series" else study


def _got(step: Fetch, stage: Stage, url: str, transaction: str) -> _Fetched:
    reply = stage.get(url, sender=step.consumer, accept=_accept(step), transaction=transaction)
    return _Fetched(
        tuple(part.content for part in reply.parts) if reply.status == 200 else (),
        got=_Got(
            url=url,
            status=reply.status,
            text=reply.trouble or str(reply.status),
            good=reply.status == 200 and reply.trouble is None,
        ),
    )


def _by_rad_69(step: Fetch, stage: Stage, series: Sequence[LocatedSeries]) -> Iterator[_Fetched]:
    """One message to the gateway; without one the consumer splits by location itself."""

    def receiver(item: LocatedSeries) -> str:
        """Who is asked for a series; raises StepFailed where nobody has it."""
        if not (step.through or item.source):
            raise StepFailed(f"nobody in the topology has the Retrieve Location UID '{item.location}'")
        return step.through or item.source

    for source, group in groupby(sorted(series, key=receiver), key=receiver):
        message = RetrieveImagingDocumentSetRequest(
            requests=tuple(_request(item, uid) for item in group for uid in item.sopInstanceUIDs),
            transferSyntaxUIDs=_SYNTAXES if step.transferSyntaxUIDs is None else step.transferSyntaxUIDs,
        )
        transaction = transaction_to(stage.running, source, "RAD-69")
        reply = stage.call(sender=step.consumer, receiver=source, transaction=transaction, message=message)
        documents = () if isinstance(reply.answer, NoAnswer) else reply.answer.documents
        yield _Fetched(
            tuple(document.content for document in documents),
            answer=answered(reply, receiver=source, transaction=transaction),
            documents=documents,
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
