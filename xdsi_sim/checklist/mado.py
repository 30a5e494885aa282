"""Set D: what MADO asks for, of manifests and of those who read them (RAD MADO)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.checklist.access import changes, is_replaced
from xdsi_sim.checklist.checking import Subjects, check, manifests
from xdsi_sim.checklist.content import images_of, notes_are_described, series_of
from xdsi_sim.checklist.identity import accession_of, order_of
from xdsi_sim.checklist.observed import Change, Observed, SeenManifest
from xdsi_sim.checklist.results import Evidence, NotTested, Point, doubt, good, lack
from xdsi_sim.checklist.telling import by_rules, wrong_questions
from xdsi_sim.dicom.kos_document import tag_text
from xdsi_sim.dicom.titles import PROFILE_TITLES, TRIAL_TITLE
from xdsi_sim.ebrim.datatypes import OID
from xdsi_sim.ebrim.model import DocumentEntry

__all__: list[str] = []

_MADO: Final = "RAD MADO"
_TITLE: Final = PROFILE_TITLES["mado"]
_FHIR_FORM: Final = "urn:ihe:rad:MADO:fhir-manifest:"
_STUDY: Final = (
    "StudyDate",
    "StudyTime",
    "StudyDescription",
    "Manufacturer",
    "InstitutionName",
    "TimezoneOffsetFromUTC",
)
_SEARCHED: Final = ("modality", "region", "study", "accession", "order")


@check("D-01", f"{_TITLE.value} {_TITLE.meaning}", of=manifests, cites=_MADO)
def title_is_with_description(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """That of the first trial edition is a part of it."""
    title, at = manifest.document.title, manifest.at(tag_text("ConceptNameCodeSequence"))
    if title is None:
        yield lack("there is no document title", at)
    elif (title.value, title.scheme) == (TRIAL_TITLE.value, TRIAL_TITLE.scheme):
        yield doubt(f"{title.value} of the first trial edition", at)
    elif (title.value, title.scheme) != (_TITLE.value, _TITLE.scheme):
        yield lack(f"{title.value} {title.meaning}", at)


@check("D-02", "Patient ID with its issuer by name and OID, among the other ids", of=manifests, cites=_MADO)
def patient_is_told(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """The first id, and that it is listed with the others."""
    root = manifest.root
    for keyword in ("PatientID", "IssuerOfPatientID", "IssuerOfPatientIDQualifiersSequence"):
        if not root.filled(keyword):
            yield lack(f"{keyword} is empty", manifest.at(root.at(keyword)))
    others = [item.text("PatientID") for item in root.members("OtherPatientIDsSequence")]
    if root.text("PatientID") not in others:
        at = manifest.at(root.at("OtherPatientIDsSequence"))
        yield lack(f"{root.text('PatientID')} is not among the other ids", at)


@check("D-03", "date, time, description, manufacturer, institution and zone", of=manifests, cites=_MADO)
def study_has_all(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Each with a value."""
    for keyword in _STUDY:
        if not manifest.root.filled(keyword):
            yield lack(f"{keyword} is empty", manifest.at(manifest.root.at(keyword)))


@check("D-04", "no pair of accession and order twice", of=manifests, cites=_MADO)
def requests_are_single(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """One item of the Referenced Request Sequence each."""
    requests = manifest.document.requests()
    at = manifest.at(tag_text("ReferencedRequestSequence"))
    pairs = [(accession_of(item), order_of(item)) for item in requests]
    if not pairs:
        yield lack("there is no request", at)
    if len(set(pairs)) < len(pairs):
        yield lack("a pair is there twice", at)


@check("D-05", "an accession number in each request", of=manifests, cites=_MADO)
def accession_is_there(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Also where nobody has ordered the study."""
    requests = manifest.document.requests()
    if not requests or not all(accession_of(item) for item in requests):
        at = manifest.at(tag_text("ReferencedRequestSequence"))
        yield lack(f"the study {manifest.study} has a request without accession number, or none", at)


@check("D-06", "modalities, regions and number of series", of=manifests, cites=_MADO)
def library_is_there(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """One Image Library; images that name no region leave it without."""
    at, described = manifest.at(tag_text("ContentSequence")), manifest.described
    if len(manifest.document.libraries) != 1:
        yield lack(f"{len(manifest.document.libraries) or 'no'} Image Library", at)
        return
    if not described.modalities:
        yield lack("no modality in the library", at)
    if not described.regions:
        named = manifest.served.regions if manifest.served is not None else ()
        yield (lack if named else doubt)("no region in the library", at)
    if described.series_count is None:
        yield lack("no number of series in the library", at)


@check("D-07", "each series with its descriptors", of=manifests, cites=_MADO)
def series_have_groups(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Modality and count always, the others where images have them."""
    if not manifest.document.libraries:
        yield lack("no Image Library, so no series is told", manifest.at(tag_text("ContentSequence")))
        return
    for told, image in series_of(manifest):
        missing = [name for name, value in (("modality", told.modality), ("count", told.count)) if not value]
        for name in ("description", "number", "date", "time", "regions"):
            has = image is not None and getattr(image, name) not in (None, "", ())
            if has and not getattr(told, name):
                missing.append(name)
        if missing:
            text = f"series {told.seriesInstanceUID} has no {', '.join(missing)}"
            yield lack(text, manifest.at(told.path))


@check("D-08", "each instance with its number, and frames where it has several", of=manifests, cites=_MADO)
def instances_have_entries(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """In the Image Library."""
    at, entries = manifest.at(tag_text("ContentSequence")), _entries_of(manifest)
    if not entries:
        yield lack("no instance has an entry", at)
        return
    for told, image in images_of(manifest):
        if told.sopInstanceUID not in entries:
            yield lack(f"instance {told.sopInstanceUID} has no entry", at)
        elif image is not None and image.number is not None and not told.number:
            yield lack(f"instance {told.sopInstanceUID} has no number", at)
        elif image is not None and (image.frames or 1) > 1 and not told.frames:
            yield lack(f"instance {told.sopInstanceUID} has no number of frames", at)


def _entries_of(manifest: SeenManifest) -> set[str]:
    library = manifest.manifest.library if manifest.manifest is not None else None
    groups = library.groups if library is not None else ()
    return {entry.sop_instance_uid for group in groups for entry in group.entries}


@check("D-09", "title and description of each listed note", cites=_MADO)
def notes_are_told(seen: Observed, _: Observed) -> Iterator[Point]:
    """As the note itself has them."""
    with_notes = [manifest for manifest in seen.manifests if manifest.notes]
    if not with_notes:
        raise NotTested("no study has a key image note")
    for manifest in with_notes:
        yield from notes_are_described(manifest)
        yield good(f"{len(manifest.notes)} note of {manifest.study}", manifest.evidence)


@check("D-10", "the flat list names each instance of the evidence", of=manifests, cites="PS3.3: C.17.6.2")
def flat_list_is_whole(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """So that a reader of XDS-I needs no library."""
    yield from by_rules(manifest, "M23", "M25", "M26")


@check("D-11", "a Retrieve Location UID in each series, an OID", of=manifests, cites=_MADO)
def locations_are_oids(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """By which gateways and directories know the archive."""
    for series in manifest.document.series():
        location = series.text("RetrieveLocationUID") or ""
        if not OID.fullmatch(location):
            at = manifest.at(series.at("RetrieveLocationUID"))
            yield lack(f"Retrieve Location UID is {location or 'missing'}", at)


@check("D-12", "a Retrieve URL is the base of the service", of=manifests, cites=_MADO)
def urls_are_bases(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Where there is one."""
    for series in manifest.document.series():
        url = series.text("RetrieveURL") or ""
        if "/studies/" in url:
            yield lack(f"{url} has a study in it", manifest.at(series.at("RetrieveURL")))


@check("D-13", "by URL and by location UID come the same images", of=manifests, cites=_MADO)
def both_modes_work(manifest: SeenManifest, seen: Observed) -> Iterator[Point]:
    """Our own consumer, with what the deployment tells it."""
    own = [each for each in seen.got("wado-rs") if each.studyInstanceUID == manifest.study]
    for fetched in own:
        if not fetched.complete:
            yield lack(f"by {fetched.mode}: {fetched.status}", fetched.evidence)
    if len({tuple(sorted(each.digests.items())) for each in own}) > 1:
        yield lack(f"by URL and by location UID come different images of {manifest.study}", manifest.evidence)
    if len({each.mode for each in own}) < 2:
        yield lack(f"{manifest.study} was not fetched by both", manifest.evidence)


def _with_display(seen: Observed) -> list[SeenManifest]:
    return [each for each in seen.manifests if each.manifest is not None and each.manifest.display_uri]


@check(
    "D-14",
    "an absolute http or https address",
    of=Subjects(
        name="Display URI",
        select=_with_display,
        nothing="no manifest has a Display URI, which is optional: without a viewer there is none",
    ),
    cites=_MADO,
)
def display_is_an_address(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Rule M38 says what an address is."""
    yield from (point for point in by_rules(manifest, "M38") if "without TLS" not in point.text)


@check("D-15", "the manifest lists neither itself nor its series", of=manifests, cites=_MADO)
def it_does_not_list_itself(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """By the SOP Instance UIDs of the evidence."""
    listed = {item.sop_instance_uid for item in manifest.document.listed()}
    series = {item.series_instance_uid for item in manifest.document.listed()}
    for keyword, known in (("SOPInstanceUID", listed), ("SeriesInstanceUID", series)):
        if manifest.root.text(keyword) in known:
            yield lack(f"its own {keyword} is listed", manifest.at(manifest.root.at(keyword)))


@check("D-16", "RPLC, the former Deprecated, the new one Approved", of=changes, cites=_MADO)
def change_replaces(change: Change, _: Observed) -> Iterator[Point]:
    """The same as for XDS-I."""
    yield from is_replaced(change)


@check("D-17", "all others come, and the lack is told", cites=_MADO)
def consumer_copes(seen: Observed, _: Observed) -> Iterator[Point]:
    """Our own consumer, and whoever answers it."""
    tried = seen.tolerance
    if tried is None:
        raise NotTested("no manifest could be located")
    at, others = Evidence(message=tried.message), tried.listed - {tried.absent}
    if not others <= tried.received:
        yield lack(f"{len(others - tried.received)} others are missing, too: {tried.status}", at)
    if tried.absent not in tried.missing:
        yield lack("nobody tells that an instance is missing", at)
    if not tried.status.startswith("PartialSuccess"):
        yield lack(f"the answer is {tried.status}, not PartialSuccess", at)
    yield good(f"{len(tried.received)} of {len(tried.listed)} came, one is told as missing", at)


@check("D-18", "queries by each find what has it", cites="ITI TF-2: 3.18.4.1.2.3.7")
def all_can_be_searched(seen: Observed, _: Observed) -> Iterator[Point]:
    """By ITI-18."""
    if not seen.manifests:
        raise NotTested("no manifest could be retrieved")
    for topic in _SEARCHED:
        asked = list(seen.asked(topic))
        if not asked:
            yield lack(f"no entry can be searched for by {topic}")
        yield from wrong_questions(asked)


@check("D-20", "study, series and instance answer with 200", cites="PS3.18: 10.4")
def levels_answer(seen: Observed, _: Observed) -> Iterator[Point]:
    """Get Instances by WADO-RS."""
    if not seen.manifests:
        raise NotTested("no manifest could be retrieved")
    for fetched in seen.got("wado-rs"):
        if not fetched.complete:
            yield lack(f"{fetched.level} of {fetched.studyInstanceUID}: {fetched.status}", fetched.evidence)
    for piece in seen.pieces:
        if not piece.came:
            yield lack(f"instance {piece.sopInstanceUID}: {piece.status}", Evidence(message=piece.message))
    told = dict.fromkeys((*(each.level for each in seen.got("wado-rs")), *(["instance"] * bool(seen.pieces))))
    yield good(", ".join(told))


@check("D-21", "XC-WADO brings the same octets as WADO-RS", cites=_MADO)
def gateways_bring_the_same(seen: Observed, _: Observed) -> Iterator[Point]:
    """Of the studies of each community."""
    across = list(seen.got("xc-wado"))
    if not across:
        raise NotTested("the asking community has no imaging gateway")
    direct = {each.studyInstanceUID: each for each in seen.got("wado-rs") if each.complete}
    for each in across:
        same = direct.get(each.studyInstanceUID)
        if not each.complete:
            yield lack(f"XC-WADO of {each.studyInstanceUID}: {each.status}", each.evidence)
        elif same is None:
            yield doubt(f"{each.studyInstanceUID} came by XC-WADO alone", each.evidence)
        elif same.digests != each.digests:
            yield lack(f"XC-WADO brings other octets of {each.studyInstanceUID}", each.evidence)
    yield good(f"{len(across)} studies", across[0].evidence)


def _entries(seen: Observed) -> tuple[DocumentEntry, ...]:
    return seen.approved


@check(
    "D-22",
    "no manifest of the FHIR form among XDS entries",
    of=Subjects(name="entry", more="entries", select=_entries, nothing="no entry was found"),
    cites=_MADO,
)
def forms_are_dicom(entry: DocumentEntry, _: Observed) -> Iterator[Point]:
    """Whoever speaks XDS reads the DICOM form alone."""
    format_ = entry.formatCode
    if format_ is not None and format_.code.startswith(_FHIR_FORM):
        at = Evidence(document=entry.uniqueId or "", at="formatCode")
        yield lack(f"{entry.uniqueId} is {format_.code}", at)
