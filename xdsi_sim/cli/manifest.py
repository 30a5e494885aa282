"""`manifest`: make imaging manifests and key image notes, look at them, judge and compare them."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from xdsi_sim.cli.conventions import FINDINGS, GOOD, file_to_write, peer_address
from xdsi_sim.cli.options import CertificatesOption, JsonOption
from xdsi_sim.errors import CannotRun, Severity, UsageError
from xdsi_sim.visible import visible_line

if TYPE_CHECKING:
    from xdsi_sim.dicom.coded import CodedEntry
    from xdsi_sim.dicom.instance_files import FoundFiles
    from xdsi_sim.dicom.kos_document import KosDocument
    from xdsi_sim.dicom.manifest import Manifest
    from xdsi_sim.dicom.study import Study
    from xdsi_sim.errors import Finding

__all__ = ["manifest"]

manifest = typer.Typer(
    name="manifest",
    help="Make imaging manifests (KOS) and key image notes, look at them, judge and compare them.\n\n"
    "Example: xdsi-sim manifest validate manifest.dcm",
    no_args_is_help=True,
)


class Profile(StrEnum):
    """Whose manifest it is."""

    XDS_I = "xds-i"
    MADO = "mado"


class Expected(StrEnum):
    """What a document has to be."""

    XDS_I = "xds-i"
    MADO = "mado"
    NOTE = "note"


_Paths = Annotated[
    list[Path], typer.Argument(metavar="FOLDER|FILE...", exists=True, help="The instances of the study.")
]
_Files = Annotated[list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False)]
_File = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)]
OutOption = Annotated[str, typer.Option("--out", "-o", metavar="FILE", help="Write the document here.")]
StudyOption = Annotated[
    str | None, typer.Option("--study", metavar="UID", help="Which, where there are several studies.")
]


LocationOption = Annotated[
    str, typer.Option("--location-oid", metavar="OID", help="Retrieve Location UID: the OID of the source.")
]
AeTitleOption = Annotated[
    str | None, typer.Option("--ae-title", metavar="AE", help="Retrieve AE Title; xds-i must have it.")
]
RetrieveUrlOption = Annotated[
    str | None, typer.Option("--retrieve-url", metavar="URL", help="Base of the WADO-RS service.")
]
DisplayOption = Annotated[
    str | None, typer.Option("--display-uri", metavar="URL", help="Where a viewer shows the study.")
]
InstitutionOption = Annotated[
    str | None, typer.Option("--institution", metavar="NAME", help="The house, where images name none.")
]
PatientsOption = Annotated[
    str | None,
    typer.Option("--patient-authority", metavar="OID", help="Issuer of patient ids that name none."),
]
AccessionsOption = Annotated[
    str | None, typer.Option("--accession-authority", metavar="OID", help="The same for accession numbers.")
]
OrdersOption = Annotated[
    str | None, typer.Option("--order-authority", metavar="OID", help="The same for placer orders.")
]
RegionOption = Annotated[
    list[str] | None,
    typer.Option("--region", metavar="CODE", help="SNOMED CT code of what is shown; for mado."),
]


@manifest.command()
def make(
    paths: _Paths,
    out: OutOption,
    location_oid: LocationOption,
    profile: Annotated[Profile, typer.Option("--profile", help="Whose manifest it is.")] = Profile.XDS_I,
    ae_title: AeTitleOption = None,
    retrieve_url: RetrieveUrlOption = None,
    display_uri: DisplayOption = None,
    institution: InstitutionOption = None,
    patients: PatientsOption = None,
    accessions: AccessionsOption = None,
    orders: OrdersOption = None,
    regions: RegionOption = None,
    study: StudyOption = None,
    json_: JsonOption = False,
) -> None:
    """Make the manifest of a study.

    Example: xdsi-sim manifest make ./study --location-oid 2.999.1.20 --ae-title NORTH --retrieve-url
    https://north.example.org/dicom-web -o manifest.dcm
    """
    from xdsi_sim.cli.manifest_peers import read_instances
    from xdsi_sim.dicom.manifest import RetrieveLocation, compose_manifest
    from xdsi_sim.dicom.manifest_header import Custodian

    target = file_to_write("--out", out)
    if profile is Profile.XDS_I and not ae_title:
        raise UsageError("a manifest of xds-i has a Retrieve AE Title.", hint="Give it by --ae-title.")
    location = RetrieveLocation(
        oid=_oid("--location-oid", location_oid) or "",
        ae_title=ae_title,
        retrieve_url=_url("--retrieve-url", retrieve_url),
        display_uri=_url("--display-uri", display_uri),
    )
    custodian = Custodian(
        institution=institution,
        patients=_oid("--patient-authority", patients),
        accessions=_oid("--accession-authority", accessions),
        orders=_oid("--order-authority", orders),
        regions=tuple(map(_region, regions or ())),
    )
    found = read_instances(paths)
    made = compose_manifest(
        _one_study(found, study),
        location,
        now=_now(),
        new_uid=_new_uid,
        profile=profile.value,
        custodian=custodian,
    )
    _write(made, target, found, json_=json_)


@manifest.command()
def note(
    paths: _Paths,
    instances: Annotated[
        list[str], typer.Option("--instance", metavar="UID", help="SOP Instance UID; may be repeated.")
    ],
    out: OutOption,
    title: Annotated[str, typer.Option("--title", metavar="CODE", help="Of CID 7010.")] = "113000",
    modifier: Annotated[
        str | None, typer.Option("--modifier", metavar="CODE", help="Of the title: why images are rejected.")
    ] = None,
    description: Annotated[str | None, typer.Option("--description", metavar="TEXT")] = None,
    study: StudyOption = None,
    json_: JsonOption = False,
) -> None:
    """Make a key image note on some instances of a study.

    Example: xdsi-sim manifest note ./study --instance 2.999.76.1.1.3 --description "See here" -o note.dcm
    """
    from xdsi_sim.cli.manifest_peers import read_instances
    from xdsi_sim.dicom.errors import NotOneStudy
    from xdsi_sim.dicom.manifest import compose_note

    target, (code, modifiers) = file_to_write("--out", out), _title(title, modifier)
    found = read_instances(paths)
    try:
        made = compose_note(
            _one_study(found, study),
            instances,
            title=code,
            modifiers=modifiers,
            description=description,
            now=_now(),
            new_uid=_new_uid,
        )
    except NotOneStudy as error:
        raise UsageError(f"--instance: {error}.") from None
    _write(made, target, found, json_=json_)


@manifest.command()
def show(file: _File, json_: JsonOption = False) -> None:
    """Show patient, orders, series and instances of a manifest or note.

    Example: xdsi-sim manifest show manifest.dcm
    """
    from xdsi_sim.inspector.manifest_view import lines_of, value_of

    read = _selection(file)
    if json_:
        print(json.dumps(value_of(read)))
        return
    for line in lines_of(read):
        print(visible_line(line))


@manifest.command()
def validate(
    files: _Files,
    expected: Annotated[
        Expected | None,
        typer.Option("--profile", help="What they must be; without, what their titles say."),
    ] = None,
    metadata: Annotated[
        Path | None,
        typer.Option(
            "--metadata",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="XML with their DocumentEntries: a submission, or the answer to a query.",
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--source", metavar="URL|FOLDER", help="DICOMweb address, or files, of what the source has."
        ),
    ] = None,
    data: CertificatesOption = None,
    json_: JsonOption = False,
) -> None:
    """Judge manifests and notes of anybody's making; exit code 1 where there is an error.

    Example: xdsi-sim manifest validate manifest.dcm --metadata submission.xml --source
    http://127.0.0.1:8080/national/north/dicom-web
    """
    from xdsi_sim.cli.manifest_findings import findings_value, print_findings
    from xdsi_sim.cli.manifest_peers import SourceOfImages, entry_of, read_entries
    from xdsi_sim.content import FileContent
    from xdsi_sim.dicom.kos_document import read_document
    from xdsi_sim.rules.manifest import check_manifest

    entries = read_entries(metadata) if metadata else ()
    judged: list[tuple[Path, KosDocument, tuple[Finding, ...]]] = []
    with ExitStack() as stack:
        served = SourceOfImages(source, data, stack)
        for file in files:
            document = read_document(FileContent.of(file))
            verdict = check_manifest(
                document,
                expected=expected.value if expected else None,
                entry=entry_of(document, entries, file, alone=len(files) == 1) if metadata else None,
                served=served.study_of(document),
            )
            judged.append((file, document, verdict.findings))
    if json_:
        print(json.dumps({"files": [findings_value(*one) for one in judged]}))
    else:
        print_findings(judged)
    wrong = any(one.severity is Severity.ERROR for _, _, found in judged for one in found)
    raise typer.Exit(FINDINGS if wrong else GOOD)


@manifest.command()
def diff(one: _File, other: _File, json_: JsonOption = False) -> None:
    """Tell in what two manifests differ: identifiers, series, instances; exit code 1 where they do.

    Example: xdsi-sim manifest diff former.dcm manifest.dcm
    """
    from xdsi_sim.dicom.manifest_diff import differences

    found = differences(_selection(one), _selection(other))
    if json_:
        print(json.dumps({"differences": [asdict(each) for each in found]}))
    elif not found:
        print("They say the same.")
    else:
        from xdsi_sim.scenario.printing import console, print_table

        rows = [(each.what, each.name, each.one or "-", each.other or "-") for each in found]
        print_table(console(), "Differences", ("What", "Name", str(one), str(other)), rows)
    raise typer.Exit(FINDINGS if found else GOOD)


# --- options ---------------------------------------------------------------------------------


def _oid(option: str, text: str | None) -> str | None:
    from xdsi_sim.ebrim.datatypes import OID

    if text is not None and not OID.fullmatch(text):
        raise UsageError(f"{option}: '{text}' is not an OID.")
    return text


def _url(option: str, text: str | None) -> str | None:
    return None if text is None else peer_address(option, text, "http", "https")


def _region(code: str) -> CodedEntry:
    from xdsi_sim.dicom.codes import REGIONS, TARGET_REGIONS

    if code not in TARGET_REGIONS:
        known = ", ".join(f"{each} {REGIONS[each].entry.meaning}" for each in sorted(TARGET_REGIONS))
        raise UsageError(f"--region: '{code}' is no target region.", hint=f"Known are {known}.")
    return REGIONS[code].entry


def _title(title: str, modifier: str | None) -> tuple[CodedEntry, tuple[CodedEntry, ...]]:
    from xdsi_sim.dicom.titles import NOTE_TITLES, TITLE_MODIFIERS

    if title not in NOTE_TITLES:
        known = ", ".join(f"{code} {entry.meaning}" for code, entry in NOTE_TITLES.items())
        raise UsageError(f"--title: '{title}' is no title of a note.", hint=f"Known are {known}.")
    allowed = TITLE_MODIFIERS.get(title, {})
    if modifier is None and not allowed:
        return NOTE_TITLES[title], ()
    if modifier is None or modifier not in allowed:
        known = ", ".join(f"{code} {entry.meaning}" for code, entry in allowed.items()) or "none"
        raise UsageError(
            f"--modifier: '{modifier or ''}' is none of title {title}.", hint=f"Known are {known}."
        )
    return NOTE_TITLES[title], (allowed[modifier],)


# --- the parts of commands -------------------------------------------------------------------


def _now() -> datetime:
    return datetime.now().astimezone()


def _new_uid() -> str:
    return f"2.25.{uuid4().int}"


def _one_study(found: FoundFiles, uid: str | None) -> Study:
    from xdsi_sim.dicom.summary import summarise

    studies = found.studies
    if uid is None and len(studies) != 1:
        hint = f"Name one by --study: {', '.join(studies)}." if studies else None
        raise UsageError(f"{len(studies)} studies are here.", hint=hint)
    if uid is not None and uid not in studies:
        raise UsageError(f"--study: no instance of '{uid}' is here.")
    return summarise(found.of_study(uid or studies[0]))


def _write(made: Manifest, target: Path, found: FoundFiles, *, json_: bool) -> None:
    """Write the document and leave with the exit code: a file left out may be an image that is missing."""
    from xdsi_sim.dicom.kos import write_manifest

    target.write_bytes(write_manifest(made))
    told = {
        "file": str(target),
        "title": f"{made.title.value} {made.title.meaning}",
        "sopInstanceUID": made.sop_instance_uid,
        "studyInstanceUID": made.header.study_instance_uid,
        "series": len(made.series),
        "instances": len(made.references),
        "leftOut": [str(one.path) for one in found.unread],
    }
    line = (
        f"{told['file']}: {told['title']}, study {told['studyInstanceUID']}, {told['series']} series, "
        f"{told['instances']} instances"
    )
    print(json.dumps(told) if json_ else visible_line(line))
    raise typer.Exit(FINDINGS if found.unread else GOOD)


def _selection(file: Path) -> Manifest:
    from xdsi_sim.content import FileContent
    from xdsi_sim.dicom.errors import DicomError
    from xdsi_sim.dicom.kos import read_selection

    try:
        return read_selection(FileContent.of(file))
    except DicomError as error:
        hint = "`xdsi-sim manifest validate` tells all that is wrong with it."
        raise CannotRun(f"{error}.", file=str(file), hint=hint) from error
