"""Of each row that a program judges: the one fact by which a deployment that keeps to it does so no more."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from a_survey import content_items, with_entries, with_files, with_manifests, without_items
from pydicom.dataset import Dataset

from xdsi_sim.checklist.answers import Answers
from xdsi_sim.checklist.observed import Located, Observed
from xdsi_sim.checklist.sites import QidoStudy
from xdsi_sim.ebrim.model import Code, DocumentEntry
from xdsi_sim.vocab import APPROVED

Change = Callable[[Observed], Observed]
OTHER = Code.of("X", "2.999.9", "Something else")


def some(field: str, change: Callable[[Any], Any], where: Callable[[Any], bool] = lambda _: True) -> Change:
    """Those of a kind for which something holds are changed; None takes them out."""

    def broken(seen: Observed) -> Observed:
        kept = [change(each) if where(each) else each for each in getattr(seen, field)]
        assert kept != list(getattr(seen, field)), f"nothing of {field} is changed"
        return replace(seen, **{field: tuple(each for each in kept if each is not None)})

    return broken


def all_of(**values: Any) -> Callable[[Any], Any]:
    return lambda each: replace(each, **values)


def unanswered(topic: str) -> Change:
    """Queries on a topic find nothing."""
    return some("questions", all_of(found=frozenset()), lambda each: each.topic == topic)


def fewer(*ways: str) -> Change:
    """One image less by some ways."""
    return some(
        "fetched",
        lambda each: replace(each, digests=dict(list(each.digests.items())[1:])),
        lambda each: each.by in ways,
    )


def other_octets(*ways: str) -> Change:
    return some(
        "fetched",
        lambda each: replace(each, digests=dict.fromkeys(each.digests, "0" * 40)),
        lambda each: each.by in ways and each.mode == "location-uid",
    )


def no_hop(transaction: str) -> Change:
    return some("hops", lambda _: None, lambda each: each.transaction == transaction)


def entry(**values: Any) -> Change:
    return with_entries(all_of(**values))


def references(wanted: Callable[[str], bool], change: Callable[[str], str] = str) -> Change:
    return with_entries(
        lambda each: replace(
            each, referenceIdList=tuple(change(text) for text in each.referenceIdList if wanted(text))
        )
    )


def events(scheme: str, *codes: Code) -> Change:
    """Other codes of a scheme in eventCodeList."""
    return with_entries(
        lambda each: replace(
            each,
            eventCodeList=(*(code for code in each.eventCodeList if code.codingScheme != scheme), *codes),
        )
    )


def nameless(each: Any) -> Any:
    return replace(each, classCode=replace(each.classCode, displayName=None))


def without(*keywords: str) -> Change:
    """Attributes are gone from manifests, or from the items of their requests."""

    def edit(dataset: Dataset) -> None:
        for holder in (dataset, *dataset.get("ReferencedRequestSequence", ())):
            for keyword in keywords:
                if keyword in holder:
                    delattr(holder, keyword)

    return with_files(edit)


def setting(keyword: str, value: str) -> Change:
    return with_files(lambda dataset: setattr(dataset, keyword, value))


def series(**values: str) -> Change:
    """All series of the evidence say so."""

    def edit(dataset: Dataset) -> None:
        for item in dataset.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence:
            for keyword, value in values.items():
                setattr(item, keyword, value)

    return with_files(edit)


def in_requests(keyword: str, value: str) -> Change:
    def edit(dataset: Dataset) -> None:
        for item in dataset.ReferencedRequestSequence:
            setattr(item, keyword, value)

    return with_files(edit)


def twice(dataset: Dataset) -> None:
    dataset.ReferencedRequestSequence.append(deepcopy(dataset.ReferencedRequestSequence[0]))


def one_less_in_evidence(dataset: Dataset) -> None:
    first = dataset.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
    first.ReferencedSOPSequence = list(first.ReferencedSOPSequence)[1:] or first.ReferencedSOPSequence


def one_less_in_content(dataset: Dataset) -> None:
    references = [item for item in dataset.ContentSequence if "ReferencedSOPSequence" in item]
    dataset.ContentSequence = [item for item in dataset.ContentSequence if item is not references[0]]


def lists_itself(dataset: Dataset) -> None:
    first = dataset.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
    first.ReferencedSOPSequence[0].ReferencedSOPInstanceUID = dataset.SOPInstanceUID


def entries_gone(dataset: Dataset) -> None:
    """The groups of the library have no entries."""
    for holder, item in list(content_items(dataset)):
        if holder is not dataset and "ReferencedSOPSequence" in item:
            holder.ContentSequence = [each for each in holder.ContentSequence if each is not item]


def title_113030(dataset: Dataset) -> None:
    dataset.ConceptNameCodeSequence[0].CodeValue = "113030"


def second_address(seen: Observed) -> Observed:
    other = Located(seriesInstanceUID="1", mode="retrieve-url", base="https://elsewhere.example/dicom-web")
    return with_manifests(seen, lambda each: replace(each, located=(*each.located, other)))


def no_side_at_all(seen: Observed) -> Observed:
    sides = {"7771000", "24028007", "51440002", "66459002"}
    plain = with_entries(
        lambda each: replace(
            each, eventCodeList=tuple(code for code in each.eventCodeList if code.code not in sides)
        )
    )(seen)
    return with_files(without_items("111027"))(plain)


def a_study_that_is_not_registered(seen: Observed) -> Observed:
    first, *others = seen.sites
    stray = {"2.999.404": QidoStudy(studyInstanceUID="2.999.404")}
    return replace(seen, sites=(replace(first, studies={**first.studies, **stray}), *others))


def by_fhir(**values: Any) -> Change:
    return lambda seen: replace(seen, fhir=replace(seen.fhir, **values))


def in_resources(change: Callable[[Any], object]) -> Change:
    """What the FHIR face gives is changed."""

    def broken(seen: Observed) -> Observed:
        assert seen.fhir is not None
        resources = deepcopy(seen.fhir.resources)
        for resource in resources:
            change(resource)
        return replace(seen, fhir=replace(seen.fhir, resources=resources))

    return broken


def entries_by_fhir_say_little(seen: Observed) -> Observed:
    assert seen.fhir is not None
    bare = (DocumentEntry(entryUUID=each.entryUUID, uniqueId=each.uniqueId) for each in seen.fhir.entries)
    return replace(seen, fhir=replace(seen.fhir, entries=tuple(bare)))


def sent_too_early(each: Any) -> Any:
    return replace(each, sent=each.ready - 1)


SILENT = Answers.model_validate({"jurisdiction": "Nowhere"})
SCT, DCM = "2.16.840.1.113883.6.96", "1.2.840.10008.2.16.4"
FHIR_FORM = Code.of("urn:ihe:rad:MADO:fhir-manifest:2026", "1.3.6.1.4.1.19376.1.2.7.1", "Manifest")

BROKEN: dict[str, Change] = {
    "S-01": unanswered("modality"),
    "S-02": lambda seen: replace(seen, links=()),
    "S-03": fewer("rad-69"),
    "S-04": with_files(without_items("111028")),
    "S-05": lambda seen: replace(seen, declared="A"),
    "S-06": series(RetrieveLocationUID="2.999.20.10"),
    "S-07": with_entries(all_of(homeCommunityId=None)),
    "S-08": second_address,
    "S-09": some("manifests", lambda _: None),
    "S-10": entry(formatCode=OTHER),
    "S-11": by_fhir(documents={}),
    "S-14": in_resources(lambda each: each["content"][0]["attachment"].update(data="AAAA")),
    "S-12": no_hop("ITI-43"),
    "S-13": no_hop("ITI-39"),
    "M-01": events(SCT),
    "M-02": events(DCM, Code.of("PT", DCM, "Positron emission tomography")),
    "M-03": references(lambda text: "studyInstanceUID" not in text),
    "M-04": references(bool, lambda text: text.replace("&2.999.20.2&ISO", "")),
    "M-05": references(lambda text: not text.endswith(":order")),
    "M-06": entry(typeCode=OTHER),
    "M-07": unanswered("order"),
    "M-08": with_entries(nameless),
    "M-09": no_side_at_all,
    "M-10": entry(classCode=Code.of("REPORTS", "1.3.6.1.4.1.19376.1.2.6.1", "Reports")),
    "M-11": entry(practiceSettingCode=None),
    "M-12": some("publications", sent_too_early, lambda each: each.kind == "manifest"),
    "M-13": some("reports", all_of(header=frozenset()), lambda each: each.header is not None),
    "M-14": unanswered("study"),
    "M-15": unanswered("accession"),
    "M-16": with_entries(all_of(referenceIdList=()), reports=True),
    "M-17": some(
        "changes", lambda each: replace(each, report_after=replace(each.report_after, mimeType="text/rtf"))
    ),
    "K-01": setting("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"),
    "K-02": without("SeriesNumber"),
    "K-03": without("OtherPatientIDsSequence"),
    "K-04": without("IssuerOfPatientIDQualifiersSequence"),
    "K-05": without("IssuerOfAccessionNumberSequence"),
    "K-06": in_requests("PlacerOrderNumberImagingServiceRequest", ""),
    "K-07": setting("StudyDescription", ""),
    "K-08": setting("InstitutionName", ""),
    "K-09": with_files(without_items("121139")),
    "K-10": with_files(without_items("123014")),
    "K-11": with_files(without_items("113609")),
    "K-12": with_files(without_items("131564")),
    "K-13": with_files(one_less_in_evidence),
    "K-14": series(RetrieveURL=""),
    "K-15": lambda seen: replace(seen, moved=replace(seen.moved, by_oid="HTTP 404")),
    "K-16": some("pieces", all_of(came=False, status="HTTP 406")),
    "K-17": some("publications", all_of(status="Failure")),
    "K-18": some("changes", all_of(replaces=False)),
    "K-19": lambda seen: with_manifests(
        seen,
        lambda each: replace(
            each, notes=tuple(replace(note, references=frozenset({"2.999"})) for note in each.notes)
        ),
    ),
    "K-20": entries_by_fhir_say_little,
    "K-21": lambda seen: with_manifests(seen, all_of(remade=tuple(str(number) for number in range(40)))),
    "T-01": lambda seen: replace(seen, rows=(replace(seen.rows[0], how=""), *seen.rows[1:])),
    "T-02": lambda seen: replace(seen, jurisdictions=(SILENT,)),
    "T-03": lambda seen: replace(seen, jurisdictions=(SILENT,)),
    "Q-01": a_study_that_is_not_registered,
    "D-01": with_files(title_113030),
    "D-02": without("IssuerOfPatientID"),
    "D-03": without("TimezoneOffsetFromUTC"),
    "D-04": with_files(twice),
    "D-05": in_requests("AccessionNumber", ""),
    "D-06": with_files(without_items("111028")),
    "D-07": with_files(without_items("131563")),
    "D-08": with_files(entries_gone),
    "D-09": with_files(without_items("121144")),
    "D-10": with_files(one_less_in_content),
    "D-11": series(RetrieveLocationUID="2.999.01"),
    "D-12": series(RetrieveURL="https://pacs.example/dicom-web/studies/2.999"),
    "D-13": other_octets("wado-rs"),
    "D-14": with_files(
        lambda dataset: setattr(
            dataset.CurrentRequestedProcedureEvidenceSequence[0][0x0040E012], "value", "viewer"
        )
    ),
    "D-15": with_files(lists_itself),
    "D-16": lambda seen: replace(
        seen,
        changes=tuple(
            replace(each, former=replace(each.former, availabilityStatus=APPROVED)) for each in seen.changes
        ),
    ),
    "D-17": lambda seen: replace(seen, tolerance=replace(seen.tolerance, missing=frozenset())),
    "D-18": unanswered("region"),
    "D-19": in_resources(lambda each: each.pop("extension", None)),
    "D-20": some("pieces", all_of(came=False, status="HTTP 404")),
    "D-21": other_octets("xc-wado"),
    "D-22": with_entries(all_of(formatCode=FHIR_FORM), reports=True),
}
"""By row, the change of what was observed."""
