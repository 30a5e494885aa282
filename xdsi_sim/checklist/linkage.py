"""Set M, linkage: ids that tie orders, studies and reports together, and when documents are published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xdsi_sim.checklist.checking import Subjects, check, manifests, reports
from xdsi_sim.checklist.observed import Change, Observed, Publication, SeenManifest, SeenReport
from xdsi_sim.checklist.results import Evidence, NotTested, Point, doubt, good, lack
from xdsi_sim.checklist.telling import asked_for, by_rules, listed, wrong_questions
from xdsi_sim.checklist.two_level import is_manifest, references, studies_of
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.vocab import ReferenceIdType

__all__: list[str] = []


# --- ids -------------------------------------------------------------------------------------


def _ids(entry: DocumentEntry, kind: str) -> set[tuple[str, str | None]]:
    return {(each.id, each.authority) for each in references(entry, kind)}


@check(
    "M-03", "one study, that of the manifest; a query by it finds both", of=manifests, cites="RAD TF: 4.68"
)
def study_is_named(manifest: SeenManifest, seen: Observed) -> Iterator[Point]:
    """In referenceIdList."""
    at = manifest.at("referenceIdList")
    named = [id_ for id_, _ in _ids(manifest.entry, ReferenceIdType.STUDY_INSTANCE_UID)]
    if named != [manifest.study]:
        yield lack(f"referenceIdList names {', '.join(named) or 'no study'}, not {manifest.study}", at)
    yield from asked_for(seen, "study", manifest)


@check("M-04", "accession numbers of the manifest, with issuers", of=manifests, cites="RAD TF: 4.68")
def accessions_are_named(manifest: SeenManifest, seen: Observed) -> Iterator[Point]:
    """In referenceIdList."""
    yield from _numbers(manifest, ReferenceIdType.ACCESSION, "accession number", "AccessionNumber")
    yield from by_rules(manifest, "M66")
    yield from asked_for(seen, "accession", manifest)


@check("M-05", "placer order numbers of the manifest, with issuers", of=manifests, cites="RAD TF: 4.68")
def orders_are_named(manifest: SeenManifest, seen: Observed) -> Iterator[Point]:
    """In referenceIdList."""
    keyword = "PlacerOrderNumberImagingServiceRequest"
    if not any(item.filled(keyword) for item in manifest.document.requests()) and not _ids(
        manifest.entry, ReferenceIdType.ORDER
    ):
        yield doubt(f"no order is known of {manifest.study}", manifest.evidence)
        return
    yield from _numbers(manifest, ReferenceIdType.ORDER, "placer order number", keyword)
    yield from by_rules(manifest, "M67")
    yield from asked_for(seen, "order", manifest)


def _numbers(manifest: SeenManifest, kind: str, what: str, keyword: str) -> Iterator[Point]:
    at, told = manifest.at("referenceIdList"), _ids(manifest.entry, kind)
    if not told:
        yield lack(f"referenceIdList has no {what}", at)
    for number, issuer in told:
        if issuer is None:
            yield lack(f"{what} {number} has no issuer", at)
    kept = {item.text(keyword) for item in (manifest.root, *manifest.document.requests())} - {None}
    if {number for number, _ in told} != kept:
        text = f"referenceIdList has {listed(n for n, _ in told)}, the manifest {listed(map(str, kept))}"
        yield lack(f"{what}: {text}", at)


@check("M-07", "both levels are asked; what is chosen by is in what the first has found")
def two_levels_are_asked(seen: Observed, _: Observed) -> Iterator[Point]:
    """Entries that the first level finds have study, accession number or order."""
    levels = {level: [each for each in seen.questions if each.level == level] for level in (1, 2)}
    if not all(levels.values()):
        raise NotTested("there was nothing to ask for at both levels")
    first = set().union(*(question.found for question in levels[1] if question.expected))
    for entry in seen.approved:
        if entry.uniqueId in first and not any(references(entry, ReferenceIdType.STUDY_INSTANCE_UID)):
            at = Evidence(document=entry.uniqueId or "", at="referenceIdList")
            yield lack(f"{entry.uniqueId} is found at level 1 and has nothing to choose by", at)
    second = set().union(*(question.found for question in levels[2]))
    if not second & first:
        yield lack("nothing that the first level finds is found by the second", levels[2][0].evidence)
    for question in (*seen.asked("modality and region"), *levels[2]):
        if not question.right:
            yield from wrong_questions((question,))
    yield good(f"{len(levels[1])} queries at level 1, {len(levels[2])} at level 2", levels[1][0].evidence)


@check("M-16", "one study and its numbers at a manifest, one or more of each at a report")
def numbers_of_ids_fit(seen: Observed, _: Observed) -> Iterator[Point]:
    """In referenceIdList; an order is only known where the images or somebody tells it."""
    if not seen.approved:
        raise NotTested("no entry was found")
    for entry in seen.approved:
        at = Evidence(document=entry.uniqueId or "", at="referenceIdList")
        studies = len(_ids(entry, ReferenceIdType.STUDY_INSTANCE_UID))
        if studies != 1 and (is_manifest(entry) or not studies):
            yield lack(f"{entry.uniqueId} names {studies} studies", at)
        if not _ids(entry, ReferenceIdType.ACCESSION):
            yield lack(f"{entry.uniqueId} has no accession number", at)
        if not _ids(entry, ReferenceIdType.ORDER):
            yield doubt(f"{entry.uniqueId} has no placer order number", at)


# --- reports ---------------------------------------------------------------------------------


@check("M-13", "ids in the header are those of the entry", of=reports)
def headers_have_the_ids(report: SeenReport, seen: Observed) -> Iterator[Point]:
    """Of reports in CDA."""
    if all(each.header is None for each in seen.reports):
        raise NotTested("no report is a CDA document")
    if report.header is None:
        return
    wanted = {id_ for id_, _ in _ids(report.entry, ReferenceIdType.STUDY_INSTANCE_UID)}
    for kind in (ReferenceIdType.ACCESSION, ReferenceIdType.ORDER):
        wanted |= {f"{id_} of {issuer}" for id_, issuer in _ids(report.entry, kind)}
    missing = wanted - report.header
    if missing:
        yield lack(f"the header does not have {', '.join(sorted(missing))}", report.evidence)
    else:
        yield good(f"the header has {', '.join(sorted(wanted))}", report.evidence)


@check("M-14", "a query by Study Instance UID gives the manifest and all reports on it")
def studies_lead_to_reports(seen: Observed, _: Observed) -> Iterator[Point]:
    """What belongs together by the entries."""
    if not any(study.manifests and study.reports for study in studies_of(seen.approved)):
        raise NotTested("no study has a manifest and a report")
    yield from wrong_questions(seen.asked("study"))


@check("M-15", "queries by accession and placer order number give the whole group")
def orders_lead_to_the_group(seen: Observed, _: Observed) -> Iterator[Point]:
    """Studies and reports alike."""
    asked = list(seen.asked("accession", "order"))
    if not asked:
        raise NotTested("no entry has an accession or placer order number")
    yield from wrong_questions(asked)


# --- publication -----------------------------------------------------------------------------


def _publications(seen: Observed) -> tuple[Publication, ...]:
    return seen.publications


@check(
    "M-12",
    "manifests after their images are stored, reports after they are signed",
    of=Subjects(
        name="publication",
        select=_publications,
        nothing="the deployment publishes by itself: nobody saw when",
    ),
)
def publication_has_its_moment(publication: Publication, _: Observed) -> Iterator[Point]:
    """By the clock of the survey."""
    at = Evidence(message=publication.message, document=publication.studyInstanceUID)
    if publication.sent < publication.ready:
        before = "its images were stored" if publication.kind == "manifest" else "it was signed"
        yield lack(f"a {publication.kind} of {publication.source} was published before {before}", at)


def _changes(seen: Observed) -> tuple[Change, ...]:
    return seen.changes


@check(
    "M-17",
    "the entry of a report stays as it is when the manifest is replaced",
    of=Subjects(name="replaced manifest", select=_changes, nothing="no manifest was replaced"),
)
def reports_stay(change: Change, seen: Observed) -> Iterator[Point]:
    """And it tells no location of images."""
    before, after = change.report_before, change.report_after
    if before is None:
        raise NotTested("nobody knows what the report was before the manifest was replaced")
    if after is None:
        yield lack(f"the report on {change.studyInstanceUID} is gone", change.evidence)
    elif replace(after, entryUUID=before.entryUUID) != before:
        yield lack(f"the entry of the report on {change.studyInstanceUID} has changed", change.evidence)
    for report in seen.reports:
        if report.entry.URI:
            yield lack(f"report {report.name} tells a location", report.evidence)
