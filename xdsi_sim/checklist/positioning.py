"""Set S: use cases, architectures and profiles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.checklist.checking import Subjects, check, manifests
from xdsi_sim.checklist.layout import Member
from xdsi_sim.checklist.observed import Fetched, Observed, SeenManifest
from xdsi_sim.checklist.results import Evidence, NotTested, Point, doubt, good, lack
from xdsi_sim.checklist.two_level import KEY_OBJECT_SELECTION, is_manifest, studies_of
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.vocab import CodingScheme

__all__: list[str] = []

_ENOUGH: Final = 0.9
"""Part of the European data set that a manifest is to fill."""


# --- use cases -------------------------------------------------------------------------------


@check(
    "S-01",
    "a query by patient and modality finds what has both",
    cites="ITI TF-2: 3.18.4.1.2.3.7.1",
)
def studies_are_found(seen: Observed, _: Observed) -> Iterator[Point]:
    """By the first level of search; a modality that nobody has finds nothing. What was published is found."""
    known = {study.studyInstanceUID for study in studies_of(seen.approved) if study.manifests}
    published = [each for each in seen.publications if each.status == "Success"]
    asked = list(seen.asked("modality", "nothing"))
    if not published and not any(question.expected for question in asked):
        raise NotTested("no entry with a modality is registered")
    for each in published:
        if each.studyInstanceUID not in known:
            at = Evidence(message=each.message, document=each.studyInstanceUID)
            yield lack(f"the {each.kind} on {each.studyInstanceUID} was published, and is not found", at)
    for question in asked:
        if not question.right:
            text = f"{question.value}: {len(question.found)} found, {len(question.expected)} expected"
            yield lack(f"{text}, {question.status}", question.evidence)
    yield good(f"{len(asked)} queries by modality found what they should", *(q.evidence for q in asked[:1]))


@check("S-02", "links lead with 200 to a page on the study", cites="RAD TF: 4.106")
def links_open_a_viewer(seen: Observed, _: Observed) -> Iterator[Point]:
    """Display URIs and RAD-106."""
    if not seen.manifests:
        raise NotTested("no manifest could be retrieved")
    if not seen.links:
        yield lack("no manifest has a Display URI, and no source has RAD-106")
    for link in seen.links:
        evidence = Evidence(message=link.message, document=link.studyInstanceUID)
        if link.status != 200:
            yield lack(f"{link.kind} {link.url}: {link.status or 'no answer'}", evidence)
        elif not link.names_study:
            yield lack(f"{link.kind} {link.url} leads to a page that does not name the study", evidence)
        else:
            yield good(f"{link.kind} leads to the study", evidence)


def _by_native_ways(seen: Observed) -> Iterator[Fetched]:
    return seen.got("wado-rs", "rad-69")


@check(
    "S-03",
    "DICOM files come by WADO-RS and RAD-69, just those that are listed",
    of=Subjects(name="retrieval", select=_by_native_ways, nothing="there was no manifest to go by"),
    cites="RAD TF: 4.69; PS3.18: 10.4",
)
def native_images_come(fetched: Fetched, _: Observed) -> Iterator[Point]:
    """All that is listed, and nothing else."""
    if not fetched.complete:
        yield lack(f"{fetched.by}, {_count(fetched)}: {fetched.status}", fetched.evidence)


def _count(fetched: Fetched) -> str:
    return f"{len(fetched.digests)} instances of {len(fetched.listed)}"


@check("S-04", "nine of ten fields of the European data set", of=manifests)
def european_data_set_is_covered(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Of the study, of each series and of each instance."""
    fields = dict(_european(manifest))
    missing = [name for name, told in fields.items() if not told]
    share = 1 - len(missing) / len(fields)
    text = f"{share:.0%} of the fields" + (f", without {', '.join(missing)}" if missing else "")
    yield (good if share >= _ENOUGH else lack)(text, manifest.evidence)


def _european(manifest: SeenManifest) -> Iterator[tuple[str, bool]]:
    """Each field of the imaging manifest in the European guidelines, and whether it is told."""
    series, listed = manifest.described.series, manifest.document.listed()
    yield "Study Instance UID", bool(manifest.study)
    yield "study description", manifest.root.filled("StudyDescription")
    yield "custodian", manifest.root.filled("InstitutionName")
    yield "series description", any(each.description for each in series)
    yield "Series Instance UID", bool(series) and all(each.seriesInstanceUID for each in series)
    yield "modality of series", bool(series) and all(each.modality for each in series)
    yield "series number", bool(series) and all(each.number for each in series)
    yield "endpoint of series", all(item.filled("RetrieveLocationUID") for item in manifest.document.series())
    yield "SOP Instance UID", bool(listed) and all(each.sop_instance_uid for each in listed)
    yield "SOP class", bool(listed) and all(each.sop_class_uid for each in listed)
    yield "instance number", any(each.number for each in manifest.described.instances)


# --- architectures ---------------------------------------------------------------------------


@check("S-05", "the topology is as declared, and each study comes from metadata to images")
def deployment_is_as_declared(seen: Observed, _: Observed) -> Iterator[Point]:
    """What the file lays out, and whether all of it works together."""
    layout = seen.layout.name
    if seen.declared not in (None, layout):
        yield lack(f"declared as {seen.declared}, laid out as {layout}")
    if not seen.manifests:
        yield lack("no study came from metadata to a manifest")
    for manifest in seen.manifests:
        if not any(each.complete for each in seen.fetched if each.studyInstanceUID == manifest.study):
            yield lack(f"the images of {manifest.study} did not come by any way", manifest.evidence)
    yield good(f"architecture {layout}; {len(seen.manifests)} studies came from metadata to images")


def _members(letter: str, what: str) -> Subjects:
    return Subjects(
        name=what,
        more="communities",
        select=lambda seen: seen.members_of(letter),
        nothing=f"no community is built as {letter}",
    )


def _manifests_of(member: Member, seen: Observed) -> list[SeenManifest]:
    """Those whose images are at a site of the community."""
    own = {site.oid for site in seen.layout.sites if site.community == member.id}
    alone = len(seen.layout.members) == 1
    return [each for each in seen.manifests if alone or own & _locations(each)]


def _locations(manifest: SeenManifest) -> set[str]:
    return {series.text("RetrieveLocationUID") or "" for series in manifest.document.series()}


@check("S-06", "one registry, and two locations or more", of=_members("A", "community"))
def images_are_distributed(member: Member, seen: Observed) -> Iterator[Point]:
    """By what manifests say."""
    found = _manifests_of(member, seen)
    if not found:
        raise NotTested(f"no manifest of {member.id} was found")
    locations = set().union(*map(_locations, found))
    text = f"{member.id}: {len(locations)} locations ({', '.join(sorted(locations))})"
    if not member.registry:
        yield lack(f"{member.id} has no registry")
    yield (good if len(locations) > 1 else lack)(text, found[0].at("(0040,E011)"))


@check("S-07", "queries go to each other community, entries name their home", cites="ITI TF-2: 3.38")
def federation_is_asked(seen: Observed, _: Observed) -> Iterator[Point]:
    """ITI-38 to each Responding Gateway; a foreign gateway is known by what it brings."""
    homes = {entry.homeCommunityId for entry in seen.approved}
    if not seen.approved:
        raise NotTested("no entry was found")
    if None in homes:
        nameless = next(entry for entry in seen.approved if entry.homeCommunityId is None)
        yield lack("an entry has no homeCommunityId", Evidence(document=nameless.uniqueId or ""))
    asker = next((hop.sender for hop in seen.hops if hop.transaction == "ITI-38"), None)
    for member in seen.layout.members:
        gateway = member.respondingGateway
        hop = seen.succeeded("ITI-38", (gateway,)) if gateway else None
        if gateway is None:
            yield lack(f"{member.id} has no Responding Gateway")
        elif hop is not None:
            yield good(f"ITI-38 reached {member.id}", Evidence(message=hop.id))
        elif member.homeCommunityId not in homes and asker is not None:
            yield lack(f"no ITI-38 was answered by {member.id}")
    if len(homes - {None}) < 2:
        yield lack(f"entries are of {len(homes - {None})} community, two or more are expected")


@check("S-08", "one location at one address in all manifests", of=_members("C", "community"))
def images_are_central(member: Member, seen: Observed) -> Iterator[Point]:
    """By what manifests say."""
    found = _manifests_of(member, seen)
    if not found:
        raise NotTested(f"no manifest of {member.id} was found")
    locations = set().union(*map(_locations, found))
    bases = {each.base for manifest in found for each in manifest.located if each.mode == "retrieve-url"}
    text = f"{member.id}: {len(locations)} location, {len(bases)} address"
    yield (good if len(locations) == len(bases) == 1 else lack)(text, found[0].at("(0040,E011)"))


@check("S-09", "each repository that entries name hands its documents out", cites="ITI TF-2: 3.43")
def repositories_hand_out(seen: Observed, _: Observed) -> Iterator[Point]:
    """Be it one or several."""
    entries = [entry for entry in seen.retrieved if is_manifest(entry)]
    if not entries:
        raise NotTested("no manifest is registered")
    got = {manifest.name for manifest in seen.manifests}
    for entry in entries:
        if entry.uniqueId not in got:
            text = f"{entry.uniqueId} did not come from repository {entry.repositoryUniqueId}"
            yield lack(text, Evidence(document=entry.uniqueId or ""))
    repositories = {entry.repositoryUniqueId for entry in entries}
    layout = "central" if len(repositories) == 1 else "distributed"
    yield good(f"{layout}: {', '.join(sorted(map(str, repositories)))}")


def _imaging_entries(seen: Observed) -> list[DocumentEntry]:
    return [entry for entry in seen.approved if is_manifest(entry) or entry.mimeType == "application/dicom"]


@check(
    "S-10",
    "formatCode, media type and SOP class of a Key Object Selection",
    of=Subjects(
        name="imaging entry",
        more="imaging entries",
        select=_imaging_entries,
        nothing="no imaging entry is registered",
    ),
    cites="RAD TF: 4.68",
)
def imaging_entries_are_manifests(entry: DocumentEntry, seen: Observed) -> Iterator[Point]:
    """The entry says so, and the document is one."""
    format_, uid = entry.formatCode, entry.uniqueId or ""
    if format_ is None or (format_.code, format_.codingScheme) != (
        KEY_OBJECT_SELECTION,
        CodingScheme.DICOM_UID,
    ):
        told = f"{format_.code}^^{format_.codingScheme}" if format_ else "none"
        yield lack(f"formatCode of {uid} is {told}", Evidence(document=uid, at="formatCode"))
    if entry.mimeType != "application/dicom":
        yield lack(f"mimeType of {uid} is {entry.mimeType}", Evidence(document=uid, at="mimeType"))
    document = next((each for each in seen.manifests if each.name == uid), None)
    if document is not None and document.root.text("SOPClassUID") != KEY_OBJECT_SELECTION:
        told = document.root.text("SOPClassUID") or "none"
        yield lack(f"SOP class of {uid} is {told}", document.at("(0008,0016)"))


# --- profiles --------------------------------------------------------------------------------


@check("S-12", "RAD-68, ITI-18, ITI-43 and WADO-RS succeed", cites="RAD TF: 4.68")
def xds_i_serves(seen: Observed, _: Observed) -> Iterator[Point]:
    """Publication is left out where a deployment publishes by itself."""
    yield from _transactions(seen, ("ITI-18", "ITI-43"))
    yield from _images(seen, "wado-rs")
    publications = [each for each in seen.publications if each.kind == "manifest"]
    for each in publications:
        if each.status != "Success":
            yield lack(f"RAD-68 of {each.source}: {each.status}", Evidence(message=each.message))
    if publications:
        yield good("RAD-68", Evidence(message=publications[0].message))
    else:
        yield doubt("RAD-68 was not seen: the deployment publishes by itself")


@check("S-13", "ITI-38 and ITI-39 succeed, and RAD-75 or XC-WADO", cites="RAD TF: 4.75; ITI TF-2: 3.39")
def xca_i_serves(seen: Observed, _: Observed) -> Iterator[Point]:
    """Of foreign gateways only what they bring is known."""
    gateways = ("ITI-38", "ITI-39")
    foreign = bool(seen.elsewhere)
    for point in _transactions(seen, gateways):
        yield point if not foreign or point.result is good("").result else doubt(f"{point.text}, in our log")
    afar = [each for each in seen.got("rad-69", "xc-wado") if each.home is not None]
    if not any(each.complete for each in afar):
        yield lack("no images came through imaging gateways")
    for each in afar:
        if each.complete:
            yield good(f"images by {'RAD-75' if each.by == 'rad-69' else 'XC-WADO'}", each.evidence)


def _transactions(seen: Observed, wanted: tuple[str, ...]) -> Iterator[Point]:
    for transaction in wanted:
        hop = seen.succeeded(transaction)
        if hop is None:
            yield lack(f"no {transaction} succeeded")
        else:
            yield good(transaction, Evidence(message=hop.id))


def _images(seen: Observed, way: str) -> Iterator[Point]:
    came = next((each for each in seen.got(way) if each.complete), None)
    if came is None:
        yield lack(f"no images came by {way.upper()}")
    else:
        yield good(way.upper(), came.evidence)
