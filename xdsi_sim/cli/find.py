"""`find`: studies of a patient by two levels of filtering, from a registry, a gateway, or a FHIR face."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from xdsi_sim.cli.conventions import (
    COULD_NOT_RUN,
    FINDINGS,
    GOOD,
    Stack,
    certificates_for,
    peer_address,
)
from xdsi_sim.cli.find_criteria import (
    AccessionOption,
    ModalityOption,
    OrderOption,
    PatientOption,
    ProcedureOption,
    RegionOption,
    SettingOption,
    SinceOption,
    StudyOption,
    UntilOption,
    criteria_of,
)
from xdsi_sim.cli.options import CertificatesOption, JsonOption
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.checklist.sites import Difference, SiteStudies
    from xdsi_sim.checklist.two_level import Criteria, FoundStudy
    from xdsi_sim.ebrim.model import Code, DocumentEntry
    from xdsi_sim.messages.response import RegistryError
    from xdsi_sim.topology.outside import BlockingClient

__all__ = ["find"]

_SENDER: Final = "consumer"
_SCHEMES: Final = ("http", "https")

QidoOption = Annotated[
    list[str] | None,
    typer.Option(
        "--qido-from", metavar="URL", help="Compare with what this DICOMweb service says; may be repeated."
    ),
]


def find(
    patient: PatientOption,
    registry: Annotated[
        str | None,
        typer.Option("--registry", metavar="URL", help="SOAP address of a registry or Initiating Gateway."),
    ] = None,
    fhir: Annotated[
        str | None, typer.Option("--fhir", metavar="URL", help="Base of a FHIR face, for --stack mhd.")
    ] = None,
    stack: Annotated[
        Stack | None,
        typer.Option("--stack", help="How to ask; without it, as the address that is given says."),
    ] = None,
    modality: ModalityOption = None,
    region: RegionOption = None,
    setting: SettingOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    study: StudyOption = None,
    accession: AccessionOption = None,
    order: OrderOption = None,
    procedure: ProcedureOption = None,
    qido_from: QidoOption = None,
    data: CertificatesOption = None,
    json_: JsonOption = False,
) -> None:
    """Find a patient's studies with their manifests and reports.

    The first level asks; the second chooses among what was found. Exit code 1 says that nothing was found, or
    that a site says otherwise.

    Over FHIR (--fhir) the same is found and told as over SOAP.

    Example: xdsi-sim find --registry http://127.0.0.1:8080/national/registry
    --patient 'NAT-1001^^^&2.999.10.1&ISO' --modality CT --region HEAD
    """
    criteria = criteria_of(
        patient, modality, region, setting, since, until, study, accession, order, procedure
    )
    asked = _asked(stack, registry, fhir)
    for base in qido_from or ():
        peer_address("--qido-from", base, *_SCHEMES)
    secured = (url for url in (asked, *(qido_from or ())) if url.lower().startswith("https:"))
    tls = certificates_for(next(secured, asked), data)
    from xdsi_sim.topology.outside import outside_client

    with tempfile.TemporaryDirectory(prefix="xdsi-sim-") as spool, outside_client(Path(spool), tls) as client:
        found = (_ask if fhir is None else _ask_fhir)(client, asked, criteria)
        sites = tuple(_site(client, base, criteria, found) for base in qido_from or ())
    told = _Told.of(criteria, found, sites)
    if json_:
        print(json.dumps(told.value))
    else:
        _print(told)
    raise typer.Exit(told.code)


def _asked(stack: Stack | None, registry: str | None, fhir: str | None) -> str:
    """The address that is asked; raises UsageError where it is none, or not that of the stack."""
    if (registry is None) == (fhir is None):
        hint = "A registry or gateway is asked by SOAP, a FHIR face by --stack mhd."
        raise UsageError("either --registry or --fhir says who is asked.", hint=hint)
    if stack is not None and (stack is Stack.MHD) != (fhir is not None):
        raise UsageError(f"--stack {stack.value} asks what --{'fhir' if fhir is None else 'registry'} names.")
    if fhir is not None:
        return peer_address("--fhir", fhir, *_SCHEMES)
    return peer_address("--registry", registry or "", *_SCHEMES)


# --- asking ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the registry, or whoever else was asked, said."""

    status: str
    """`Success`, or what came instead."""
    errors: tuple[str, ...]
    studies: tuple[FoundStudy, ...]
    first: int
    """Studies of the first level."""
    source_ids: tuple[str, ...]
    """Ids of the patient at the sources of what was found."""
    answered: bool

    @classmethod
    def of(
        cls,
        status: str,
        errors: Iterable[RegistryError],
        entries: Sequence[DocumentEntry],
        criteria: Criteria,
    ) -> _Found:
        """An answer, with what the second level chooses of it."""
        from xdsi_sim.checklist.two_level import chosen, studies_of

        first = studies_of(entries)
        return cls(
            status=status,
            errors=tuple(f"{error.errorCode} {error.codeContext}".strip() for error in errors),
            studies=chosen(first, criteria),
            first=len(first),
            source_ids=tuple(_bare(entry.sourcePatientId) for entry in entries if entry.sourcePatientId),
            answered=True,
        )

    @classmethod
    def nothing(cls, why: str) -> _Found:
        """No answer, or none that says anything."""
        return cls(status="no answer", errors=(why,), studies=(), first=0, source_ids=(), answered=False)


def _ask(client: BlockingClient, registry: str, criteria: Criteria) -> _Found:
    from xdsi_sim.actors.flow import Call, NoAnswer
    from xdsi_sim.checklist.two_level import query_of
    from xdsi_sim.messages.response import status_name

    call = Call(url=registry, transaction="ITI-18", message=query_of(criteria))
    answer = client.call(call, sender=_SENDER, conversation="find").answer
    if isinstance(answer, NoAnswer):
        return _Found.nothing(str(answer))
    return _Found.of(status_name(answer.status), answer.errors, answer.objects.documentEntries, criteria)


def _ask_fhir(client: BlockingClient, face: str, criteria: Criteria) -> _Found:
    from xdsi_sim.checklist.two_level_by_fhir import ACCEPT, search
    from xdsi_sim.scenario.stage import StepFailed

    def get(url: str) -> Any:
        """One page of ITI-67."""
        asked = {"transaction": "ITI-67", "sender": _SENDER, "conversation": "find"}
        return client.get(url, accept=ACCEPT, **asked)

    try:
        searched = search(criteria, face, get)
    except StepFailed as error:
        return _Found.nothing(str(error))
    bad = next((answer for answer in searched.answers if answer.status != "Success"), None)
    if bad is not None and bad.status.startswith("no answer"):
        return _Found.nothing(bad.status.removeprefix("no answer: "))
    errors = [error for answer in searched.answers for error in answer.errors]
    status = "Success" if not errors else "PartialSuccess"  # as a gateway says that somebody is missing
    return _Found.of(bad.status if bad is not None else status, errors, searched.entries, criteria)


def _bare(cx: str) -> str:
    return cx.partition("^")[0]


def _site(client: BlockingClient, base: str, criteria: Criteria, found: _Found) -> SiteStudies:
    from xdsi_sim.checklist.sites import ask_site

    ids = dict.fromkeys((*found.source_ids, _bare(criteria.patientId)))

    def get(url: str, accept: str) -> Any:
        """One search by QIDO-RS."""
        asked = {"transaction": "QIDO-RS", "sender": _SENDER, "conversation": "find"}
        return client.get(url, accept=accept, **asked)

    return ask_site(get, base, ids, site=base, matching=_keys(criteria))


def _keys(criteria: Criteria) -> dict[str, str]:
    """What QIDO-RS has a key for: one modality, one accession number, studies (PS3.18: 10.6)."""
    keys = {}
    if len(criteria.modalities) == 1:
        keys["ModalitiesInStudy"] = criteria.modalities[0].partition("^^")[0]
    if len(criteria.accessions) == 1:
        keys["AccessionNumber"] = _bare(criteria.accessions[0])
    if criteria.studies:
        keys["StudyInstanceUID"] = ",".join(criteria.studies)
    return keys


def _narrowed(criteria: Criteria) -> bool:
    """Whether the registry was asked for less than the sites."""
    others = (criteria.regions, criteria.settings, criteria.since, criteria.until, criteria.orders)
    several = (criteria.modalities[1:], criteria.accessions[1:], criteria.procedures)
    return any((*others, *several))


# --- telling ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is told, and the exit code."""

    found: _Found
    sites: tuple[SiteStudies, ...]
    differences: tuple[Difference, ...]

    @classmethod
    def of(cls, criteria: Criteria, found: _Found, sites: tuple[SiteStudies, ...]) -> _Told:
        """With the comparison of all."""
        from xdsi_sim.checklist.sites import compare

        different = compare(found.studies, sites, narrowed=_narrowed(criteria), all_sites=False)
        return cls(found=found, sites=sites, differences=different if found.answered else ())

    @property
    def code(self) -> int:
        """Exit code."""
        if not self.found.answered or any(site.trouble for site in self.sites):
            return COULD_NOT_RUN
        good = self.found.status == "Success" and self.found.studies and not self.differences
        return GOOD if good else FINDINGS

    @property
    def value(self) -> dict[str, Any]:
        """For programs."""
        return {
            "status": self.found.status,
            "errors": list(self.found.errors),
            "studies": [_study(study) for study in self.found.studies],
            "firstLevel": self.found.first,
            "sites": [
                {"site": site.site, "studies": sorted(site.studies), "trouble": site.trouble}
                for site in self.sites
            ],
            "differences": [
                {"site": each.site, "studyInstanceUID": each.studyInstanceUID, "text": each.text}
                for each in self.differences
            ],
        }


def _study(study: FoundStudy) -> dict[str, Any]:
    from xdsi_sim.vocab import CodingScheme, ReferenceIdType

    return {
        "studyInstanceUID": study.studyInstanceUID,
        "started": next((entry.serviceStartTime for entry in study.entries if entry.serviceStartTime), None),
        "modalities": list(study.modalities),
        "regions": [_shown(code) for code in study.events(CodingScheme.SNOMED_CT)],
        "procedures": _once(_shown(entry.typeCode) for entry in study.manifests if entry.typeCode),
        "accessions": list(study.ids(ReferenceIdType.ACCESSION)),
        "orders": list(study.ids(ReferenceIdType.ORDER)),
        "homeCommunityIds": _once(entry.homeCommunityId for entry in study.entries if entry.homeCommunityId),
        "manifests": [_document(entry) for entry in study.manifests],
        "reports": [_document(entry) for entry in study.reports],
    }


def _document(entry: Any) -> dict[str, Any]:
    return {
        "uniqueId": entry.uniqueId,
        "repositoryUniqueId": entry.repositoryUniqueId,
        "title": str(entry.title or ""),
        "mimeType": entry.mimeType,
    }


def _shown(code: Code) -> str:
    return str(code.displayName or code.code)


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _print(told: _Told) -> None:
    from xdsi_sim.scenario.printing import console, print_table

    output = console()
    if told.found.studies:
        columns = ("Study", "Made", "What", "Ids", "Manifests", "Reports", *(["At"] if told.sites else ()))
        print_table(output, "Studies", columns, _rows(told))
    for line in _lines(told):
        output.print(line, markup=False)


def _rows(told: _Told) -> Iterator[tuple[str, ...]]:
    for study in told.found.studies:
        facts = _study(study)
        what = ("/".join(facts["modalities"]), ", ".join(facts["regions"]), ", ".join(facts["procedures"]))
        at = [site.site for site in told.sites if study.studyInstanceUID in site.studies]
        yield (
            "\n".join((study.studyInstanceUID, *facts["homeCommunityIds"])),
            facts["started"] or "",
            "\n".join(filter(None, what)),
            "\n".join((*facts["accessions"], *facts["orders"])),
            "\n".join(each["uniqueId"] for each in facts["manifests"]),
            "\n".join(f"{each['title']} {each['uniqueId']}" for each in facts["reports"]),
            *(["\n".join(at) or "none of them"] if told.sites else ()),
        )


def _lines(told: _Told) -> Iterator[str]:
    found = told.found
    if found.status != "Success":
        yield f"{found.status}: {'; '.join(found.errors)}"
    elif not found.studies:
        yield "Nothing was found."
    elif found.first > len(found.studies):
        yield f"{len(found.studies)} of {found.first} that the first level has found."
    for site in told.sites:
        if site.trouble:
            yield f"{site.site}: {site.trouble}"
    for each in told.differences:
        yield f"{each.site}: study {each.studyInstanceUID} {each.text}"
