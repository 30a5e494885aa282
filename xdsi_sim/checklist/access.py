"""Set K, access: where images are, whether they come, and how manifests are shared and replaced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.checklist.checking import Subjects, check, manifests
from xdsi_sim.checklist.observed import Change, Observed, Piece, SeenManifest
from xdsi_sim.checklist.results import Evidence, NotTested, Point, good, lack
from xdsi_sim.ebrim.datatypes import OID
from xdsi_sim.vocab import APPROVED, DEPRECATED

__all__ = ["changes", "is_replaced", "pieces"]

_FOUND: Final = "HTTP 200"


@check(
    "K-14",
    "each series has location UID and URL, and its images come from there",
    of=manifests,
    cites="RAD TF: 4.68; PS3.18: 10.4",
)
def series_are_found(manifest: SeenManifest, seen: Observed) -> Iterator[Point]:
    """By URL and by OID."""
    for series in manifest.document.series():
        location = series.text("RetrieveLocationUID")
        if not location or not OID.fullmatch(location):
            yield lack(
                f"Retrieve Location UID is {location or 'missing'}",
                manifest.at(series.at("RetrieveLocationUID")),
            )
        if not series.filled("RetrieveURL"):
            yield lack("there is no Retrieve URL", manifest.at(series.at("RetrieveURL")))
    for located in manifest.located:
        if located.base is None:
            text = f"series {located.seriesInstanceUID} is not found by {located.mode}"
            yield lack(text, manifest.evidence)
    for fetched in seen.got("wado-rs"):
        if fetched.studyInstanceUID == manifest.study and not fetched.complete:
            came = f"{len(fetched.digests)} instances of {len(fetched.listed)} by {fetched.mode}"
            yield lack(f"{came}: {fetched.status}", fetched.evidence)


@check("K-15", "an archive that has moved is found by its OID")
def addresses_are_kept_up(seen: Observed, _: Observed) -> Iterator[Point]:
    """And the form of Retrieve URLs is told: the base of the service, or with study and series."""
    if seen.moved is None:
        raise NotTested("none of our own archives has images, so none could move")
    moved, at = seen.moved, Evidence(message=seen.moved.message)
    if moved.by_oid == _FOUND:
        yield good(f"{moved.source} moved: by OID {moved.by_oid}, by its former address {moved.by_url}", at)
    else:
        yield lack(f"{moved.source} moved and is not found by its OID: {moved.by_oid}", at)
    forms = {_form(manifest) for manifest in seen.manifests}
    yield good(f"Retrieve URLs are {' and '.join(sorted(forms))}")


def _form(manifest: SeenManifest) -> str:
    urls = [series.text("RetrieveURL") or "" for series in manifest.document.series()]
    return "addresses of series" if any("/studies/" in url for url in urls) else "bases of services"


pieces: Final = Subjects(
    name="SOP class",
    more="SOP classes",
    select=lambda seen: seen.pieces,
    nothing="no manifest lists an instance",
)


@check("K-16", "an instance of each SOP class comes by WADO-RS", of=pieces, cites="PS3.18: 10.4")
def classes_come(piece: Piece, _: Observed) -> Iterator[Point]:
    """Reports, notes and multi-frame images alike."""
    if not piece.came:
        at = Evidence(message=piece.message, document=piece.sopInstanceUID)
        yield lack(f"{piece.sopClassUID}: {piece.status}", at)


@check("K-17", "RAD-68 succeeds for new and replaced manifests", cites="RAD TF: 4.68")
def manifests_are_shared(seen: Observed, _: Observed) -> Iterator[Point]:
    """As our own sources send them."""
    sent = [each for each in seen.publications if each.kind == "manifest"]
    if not sent:
        raise NotTested("the deployment publishes by itself: RAD-68 was not seen")
    for each in sent:
        if each.status != "Success":
            text = f"RAD-68 of {each.source} on {each.studyInstanceUID}: {each.status}"
            yield lack(text, Evidence(message=each.message))
    if not any(each.replaces for each in sent):
        yield lack("no manifest was replaced")
    replaced = sum(each.replaces for each in sent)
    yield good(
        f"{len(sent)} manifests, {replaced} of them replaced another", Evidence(message=sent[0].message)
    )


changes: Final = Subjects(
    name="replaced manifest", select=lambda seen: seen.changes, nothing="no manifest was replaced"
)


def is_replaced(change: Change) -> Iterator[Point]:
    """Association and statuses (ITI TF-3: 4.2.2.2.3)."""
    if not change.replaces:
        yield lack(f"no RPLC leads from the manifest of {change.studyInstanceUID}", change.evidence)
    for entry, wanted in ((change.former, DEPRECATED), (change.now, APPROVED)):
        if entry.availabilityStatus != wanted:
            status = str(entry.availabilityStatus).rpartition(":")[2]
            yield lack(f"{entry.uniqueId} is {status}, not {wanted.rpartition(':')[2]}", change.evidence)


@check("K-18", "RPLC, the former Deprecated, the new one Approved", of=changes, cites="RAD TF: 4.68")
def changed_studies_are_replaced(change: Change, _: Observed) -> Iterator[Point]:
    """Of each manifest that stands in place of another."""
    yield from is_replaced(change)
