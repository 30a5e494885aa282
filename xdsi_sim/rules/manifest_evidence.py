"""What must hold of the evidence of a manifest: one study, its series, where they are, their instances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from xdsi_sim.dicom.kos_document import Item
from xdsi_sim.errors import Severity
from xdsi_sim.rules.manifest_subject import Judged
from xdsi_sim.rules.registry import Violation, rule

__all__ = ["EVIDENCE"]

EVIDENCE: Final = "M30 M31 M32 M33 M34 M35 M36 M37 M38"
_EVIDENCE: Final = "CurrentRequestedProcedureEvidenceSequence"


@rule("M30", cites="RAD TF: 4.68", code=None)
def evidence_is_one_study(judged: Judged) -> Iterator[Violation]:
    """The evidence is of one study, to which the document itself belongs."""
    studies = judged.document.studies()
    own = judged.root.text("StudyInstanceUID")
    if judged.is_manifest and len(studies) > 1:
        yield Violation(f"{len(studies)} studies in one manifest", judged.root.at(_EVIDENCE))
    for study in studies:
        uid = study.text("StudyInstanceUID")
        if uid != own:
            yield Violation(
                f"this is not the study of the document, {own}", study.at("StudyInstanceUID"), value=uid
            )


@rule("M31", cites="PS3.3: Table C.17-3", code=None)
def references_of_the_evidence_are_whole(judged: Judged) -> Iterator[Violation]:
    """Each study has series, each series a UID and instances, each instance a SOP class and instance UID."""
    for study in judged.document.studies():
        yield from _missing(study, "ReferencedSeriesSequence")
    for series in judged.document.series():
        yield from _missing(series, "SeriesInstanceUID", "ReferencedSOPSequence")
    for one in judged.document.listed():
        yield from _missing(one.item, "ReferencedSOPClassUID", "ReferencedSOPInstanceUID")


def _missing(item: Item, *keywords: str) -> Iterator[Violation]:
    for keyword in keywords:
        if not item.filled(keyword):
            yield Violation(f"{keyword} has no value", item.at(keyword))


@rule("M32", cites="PS3.3: Table C.17-3", code=None)
def each_series_and_instance_is_listed_once(judged: Judged) -> Iterator[Violation]:
    """No series and no instance stands twice in the evidence."""
    series = [(item, "SeriesInstanceUID") for item in judged.document.series()]
    instances = [(one.item, "ReferencedSOPInstanceUID") for one in judged.document.listed()]
    for places in (series, instances):
        seen: dict[str, str] = {}
        for item, keyword in places:
            uid, where = item.text(keyword), item.at(keyword)
            if uid and uid in seen:
                yield Violation(f"this stands in {seen[uid]} already", where, value=uid)
            elif uid:
                seen[uid] = where


@rule("M33", cites="RAD MADO; PS3.3: C.17.6.1", code=None)
def document_does_not_list_itself(judged: Judged) -> Iterator[Violation]:
    """A manifest is in a series of its own, and lists neither that nor itself."""
    own = judged.root.text("SeriesInstanceUID")
    for series in judged.document.series():
        if own and series.text("SeriesInstanceUID") == own:
            yield Violation(
                "this is the series of the document itself", series.at("SeriesInstanceUID"), value=own
            )
    for one in judged.document.listed():
        if one.sop_instance_uid and one.sop_instance_uid == judged.root.text("SOPInstanceUID"):
            where = one.item.at("ReferencedSOPInstanceUID")
            yield Violation("this is the document itself", where, value=one.sop_instance_uid)


# --- where the images are --------------------------------------------------------------------


def _located(judged: Judged) -> tuple[Item, ...]:
    """The series that have to say where they are: those of manifests."""
    return judged.document.series() if judged.is_manifest else ()


@rule("M34", cites="RAD TF: 4.68", code=None)
def series_have_a_retrieve_location(judged: Judged) -> Iterator[Violation]:
    """Each series of a manifest has the Retrieve Location UID, the RepositoryUniqueId of RAD-69."""
    for series in _located(judged):
        if not series.filled("RetrieveLocationUID"):
            yield Violation("RetrieveLocationUID has no value", series.at("RetrieveLocationUID"))


@rule("M35", cites="RAD TF: 4.68", code=None)
def series_have_a_retrieve_ae_title(judged: Judged) -> Iterator[Violation]:
    """Each series of an XDS-I manifest has the Retrieve AE Title; for MADO it is optional."""
    for series in _located(judged) if judged.kind == "xds-i" else ():
        if not series.filled("RetrieveAETitle"):
            yield Violation("RetrieveAETitle has no value", series.at("RetrieveAETitle"))


@rule("M36", cites="RAD TF: 4.68", code=None)
def retrieve_url_is_an_address(judged: Judged) -> Iterator[Violation]:
    """A Retrieve URL is an absolute https address; the WADO-RS option wants one in each series."""
    for series in _located(judged):
        where, url = series.at("RetrieveURL"), series.text("RetrieveURL")
        if url is not None:
            yield from _address(url, where)
        elif judged.kind == "xds-i":
            text = "there is no RetrieveURL: the series cannot be had by the WADO-RS option"
            yield Violation(text, where, severity=Severity.INFO)


def _address(url: str, where: str) -> Iterator[Violation]:
    scheme, absolute = _scheme(url)
    if scheme not in ("http", "https") or not absolute:
        yield Violation("this is no absolute https address", where, value=url)
    elif scheme == "http":
        yield Violation(
            "without TLS, which only a laboratory may do", where, value=url, severity=Severity.WARNING
        )


def _scheme(url: str) -> tuple[str, bool]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", False
    return parts.scheme, bool(parts.hostname) and not any(mark.isspace() for mark in url)


@rule("M37", cites="RAD MADO", code=None, severity=Severity.WARNING)
def retrieve_url_is_the_base(judged: Judged) -> Iterator[Violation]:
    """A Retrieve URL is the base of the WADO-RS service; others put study and series behind it."""
    for series in _located(judged):
        url = series.text("RetrieveURL") or ""
        if "/studies/" in url:
            yield Violation("study and series stand behind the base", series.at("RetrieveURL"), value=url)


@rule("M38", cites="RAD MADO", code=None)
def display_uri_is_an_address(judged: Judged) -> Iterator[Violation]:
    """A Display URI is an absolute https address."""
    for study in judged.document.studies():
        uri = study.text("DisplayURI")
        if uri is not None:
            yield from _address(uri, study.at("DisplayURI"))
