"""Set M, codes: regions, modalities, procedures, sides, classes and settings of entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.checklist.checking import Subjects, check, manifests
from xdsi_sim.checklist.observed import Observed, SeenManifest
from xdsi_sim.checklist.results import Evidence, NotTested, Point, doubt, good, lack
from xdsi_sim.checklist.telling import asked_for, listed
from xdsi_sim.checklist.two_level import is_manifest
from xdsi_sim.dicom.codes import ACQUISITION_MODALITIES, CODING_SCHEMES, LATERALITIES, REGIONS
from xdsi_sim.ebrim.model import Code, DocumentEntry
from xdsi_sim.ebrim.tables import DOCUMENT_ENTRY, Form
from xdsi_sim.vocab import CodingScheme

__all__: list[str] = []

_SIDES: Final = {code.value for code in LATERALITIES.values()}
_SCHEMES: Final = {
    *CODING_SCHEMES.values(),
    *(value for name, value in vars(CodingScheme).items() if name.isupper()),
}


def _events(entry: DocumentEntry, scheme: str) -> list[Code]:
    return [code for code in entry.eventCodeList if code.codingScheme == scheme]


def _display(code: Code | None) -> str:
    return str(code.displayName or "").strip() if code is not None else ""


@check("M-01", "regions of the value set with display names, and found by them", of=manifests)
def regions_are_coded(manifest: SeenManifest, seen: Observed) -> Iterator[Point]:
    """SNOMED CT codes; one that the table of this project does not have is a doubt."""
    at = manifest.at("eventCodeList")
    regions = [code for code in _events(manifest.entry, CodingScheme.SNOMED_CT) if code.code not in _SIDES]
    if not regions:
        yield lack(f"no region in eventCodeList of {manifest.name}", at)
        return
    for region in regions:
        if not _display(region):
            yield lack(f"region {region.code} has no display name", at)
        if region.code not in REGIONS:
            yield doubt(f"region {region.code} is not of the value set", at)
    yield from asked_for(seen, "region", manifest)


@check(
    "M-02",
    "the modalities that acquired the images, and found by them",
    of=manifests,
    cites="RAD TF: 4.68; PS3.16: CID 29",
)
def modalities_are_coded(manifest: SeenManifest, seen: Observed) -> Iterator[Point]:
    """Each of the value set, and those that the images have."""
    codes = _events(manifest.entry, CodingScheme.DCM)
    for code in codes:
        if code.code not in ACQUISITION_MODALITIES:
            yield lack(f"{code.code} acquires nothing", manifest.at("eventCodeList"))
    if manifest.served is not None:
        acquired = {each for each in manifest.served.modalities if each in ACQUISITION_MODALITIES}
        told = {code.code for code in codes}
        if acquired != told:
            text = f"images are {listed(acquired)}, eventCodeList has {listed(told)}"
            yield lack(text, manifest.at("eventCodeList"))
    yield from asked_for(seen, "modality", manifest)


@check("M-06", "typeCode is a procedure of the study, with its display name", of=manifests)
def procedure_is_coded(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Code and scheme; a study without a procedure code has a common one."""
    code, at = manifest.entry.typeCode, manifest.at("typeCode")
    if code is None:
        yield lack("there is no typeCode", at)
        return
    if not _display(code):
        yield lack(f"typeCode {code.code} has no display name", at)
    header = manifest.manifest.header if manifest.manifest is not None else None
    procedures = header.procedure_codes if header is not None else ()
    known = {(each.value, CODING_SCHEMES.get(each.scheme, each.scheme)) for each in procedures}
    if not known:
        yield doubt(f"the study has no procedure code; typeCode is {code.code}", manifest.at("(0008,1032)"))
    elif (code.code, code.codingScheme) not in known:
        told = ", ".join(sorted(value for value, _ in known))
        yield lack(f"typeCode is {code.code}, the procedure {told}", at)
    elif _display(code):
        yield good(f"typeCode {code.code} {_display(code)}", at)


_CODED: Final = tuple(attr.name for attr in DOCUMENT_ENTRY.attrs if attr.form is Form.CODE)


def _entries(seen: Observed) -> tuple[DocumentEntry, ...]:
    return seen.approved


@check(
    "M-08",
    "each code has a display name and a coding scheme that is known",
    of=Subjects(name="entry", more="entries", select=_entries, nothing="no entry was found"),
)
def codes_have_display_names(entry: DocumentEntry, _: Observed) -> Iterator[Point]:
    """All coded attributes of manifests and reports."""
    for name in _CODED:
        value = getattr(entry, name)
        for code in value if isinstance(value, tuple) else (value,):
            if code is None:
                continue
            at = Evidence(document=entry.uniqueId or "", at=name)
            if not _display(code):
                yield lack(f"{name} {code.code} has no display name", at)
            if code.codingScheme not in _SCHEMES:
                yield doubt(f"nobody here knows the coding scheme {code.codingScheme} of {name}", at)


@check("M-09", "sides are of the value set, and there where images tell one", cites="PS3.16: CID 244")
def sides_are_coded(seen: Observed, _: Observed) -> Iterator[Point]:
    """In eventCodeList or in the manifest; studies of which no image tells a side are passed over."""
    paired = [each for each in seen.manifests if _sides_of_images(each)]
    if not paired:
        raise NotTested("no study has images that tell a side")
    for manifest in paired:
        wanted = _sides_of_images(manifest)
        in_entry = {code.code for code in _events(manifest.entry, CodingScheme.SNOMED_CT)} & _SIDES
        in_manifest = {code.value for each in manifest.described.series for code in each.lateralities}
        if in_manifest - _SIDES:
            yield lack(f"{listed(in_manifest - _SIDES)} is no side", manifest.at("(0040,A730)"))
        if in_entry and not in_entry & wanted:
            text = f"images say {listed(wanted)}, eventCodeList {listed(in_entry)}"
            yield lack(text, manifest.at("eventCodeList"))
        elif not in_entry and not in_manifest:
            yield lack(f"images say {listed(wanted)}, neither entry nor manifest does", manifest.evidence)
        elif not in_entry:
            yield doubt(f"{listed(in_manifest)} is in the manifest, not in eventCodeList", manifest.evidence)
        else:
            yield good(f"{listed(in_entry)} in eventCodeList", manifest.at("eventCodeList"))


def _sides_of_images(manifest: SeenManifest) -> set[str]:
    series = manifest.served.series if manifest.served is not None else ()
    return {side.value for each in series for side in each.lateralities}


@check("M-10", "classCodes of manifests and reports differ")
def classes_differ(seen: Observed, _: Observed) -> Iterator[Point]:
    """Of all that is Approved."""
    kinds = {True: set[str](), False: set[str]()}
    for entry in seen.approved:
        code = entry.classCode
        kinds[is_manifest(entry)].add(f"{code.code}^^{code.codingScheme}" if code is not None else "none")
    if not all(kinds.values()):
        raise NotTested("there are not both, manifests and reports")
    both = kinds[True] & kinds[False]
    if both:
        yield lack(f"manifests and reports have the class {listed(both)}")
    yield good(f"manifests are {listed(kinds[True])}, reports {listed(kinds[False])}")


@check("M-11", "practiceSettingCode with its display name, and found by it", of=manifests)
def practice_setting_is_told(manifest: SeenManifest, seen: Observed) -> Iterator[Point]:
    """The specialty of the source."""
    code, at = manifest.entry.practiceSettingCode, manifest.at("practiceSettingCode")
    if code is None or not code.code:
        yield lack("there is no practiceSettingCode", at)
        return
    if not _display(code):
        yield lack(f"practiceSettingCode {code.code} has no display name", at)
    yield from asked_for(seen, "practice setting", manifest)
