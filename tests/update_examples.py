"""For each rule of an update one that breaks it, and sound ones, beside what the registry holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from rule_examples import in_module
from submissions import AUTHORITY, a_folder, a_set, an_association, an_entry, uuid
from update_requests import SET, a_status, an_update, brought, newer

from xdsi_sim.ebrim.model import Association, InternationalString, MetadataObject, Slot
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.registry import Verdict
from xdsi_sim.rules.subjects import Known, Registered, Standing, id_key
from xdsi_sim.rules.transactions import check_registration
from xdsi_sim.vocab import APPROVED, DEPRECATED, OFFLINE, ON_DEMAND
from xdsi_sim.vocab import Association as AssociationType

UPDATE_MODULES: Final = ("metadata_update", "update_association", "restricted_update")
OTHER: Final = f"P2^^^&{AUTHORITY}&ISO"
APND, HAS_MEMBER = AssociationType.APND, AssociationType.HAS_MEMBER


def held(
    value: MetadataObject, lid: int | None = None, version: str = "1", **changes: object
) -> MetadataObject:
    """An object as it stands in the registry."""
    logical = value.entryUUID if lid is None else uuid(lid)
    given: dict[str, object] = {"availabilityStatus": APPROVED, "logicalID": logical, "version": version}
    return replace(value, **given | changes)  # type: ignore[arg-type]


ENTRY = an_entry(1)
ON_DEMAND_ENTRY = an_entry(7, objectType=ON_DEMAND, creationTime=None, hash=None, size=None)
FOLDER = a_folder(200)
HELD: Final = (
    held(a_set(100)),
    held(ENTRY),
    held(an_entry(2), availabilityStatus=DEPRECATED),
    held(an_entry(3, uniqueId="2.999.2.2"), lid=2, version="2"),
    held(an_entry(4, patientId=OTHER)),
    held(an_entry(5), availabilityStatus=DEPRECATED),
    held(an_entry(6)),
    held(ON_DEMAND_ENTRY),
    held(an_entry(8, uniqueId="2.999.2.6")),
    held(FOLDER),
    held(an_association(uuid(100), uuid(1), entryUUID=uuid(301))),
    held(an_association(uuid(200), uuid(1), entryUUID=uuid(302))),
    held(an_association(uuid(1), uuid(3), APND, entryUUID=uuid(303))),
    held(an_association(uuid(6), uuid(3), APND, entryUUID=uuid(304)), availabilityStatus=DEPRECATED),
)


def knowing(objects: tuple[MetadataObject, ...], **given: object) -> Known:
    """What is known of all objects."""
    registered = {
        value.entryUUID: Registered(
            entryUUID=value.entryUUID,
            kind=type(value),
            availabilityStatus=value.availabilityStatus,
            patientId=getattr(value, "patientId", None),
            uniqueId=getattr(value, "uniqueId", None),
        )
        for value in objects
    }
    latest = {id_key(value.logicalID or ""): value for value in objects}
    earlier = {value.entryUUID for value in objects} - {value.entryUUID for value in latest.values()}
    links = tuple(
        value
        for value in objects
        if isinstance(value, Association)
        and value.availabilityStatus == APPROVED
        and not {value.sourceObject, value.targetObject} & earlier
    )
    standing = Standing(latest=latest, objects={value.entryUUID: value for value in objects}, links=links)
    sharing: dict[str, tuple[Registered, ...]] = {}
    for item in registered.values():
        sharing[item.uniqueId or ""] = (*sharing.get(item.uniqueId or "", ()), item)
    return Known(
        objects=registered,
        uniqueIds=sharing,
        authority=AUTHORITY,
        any_patient=True,
        standing=standing,
        **given,  # type: ignore[arg-type]
    )


KNOWN: Final = knowing(HELD)
FORWARDING: Final = replace(KNOWN, homes=frozenset(("urn:oid:2.999.1",)))
V2 = newer(ENTRY, 10)
JOIN = an_association(uuid(6), uuid(1), APND, entryUUID="joins")
Case = tuple[str, SubmitObjectsRequest]


def status(target: int, *values: str | None, **changes: object) -> Case:
    return "ITI-57", an_update(more=(a_status(uuid(target), *values, **changes),))


def join(association: Association, **changes: object) -> Case:
    return "ITI-57", an_update(more=brought(association, **changes))


def entry(**changes: object) -> Case:
    return "ITI-57", an_update(newer(ENTRY, 10, **changes))


def restricted(**changes: object) -> Case:
    return "ITI-92", an_update(newer(ENTRY, 10, **changes))


def without_set(request: SubmitObjectsRequest) -> SubmitObjectsRequest:
    return SubmitObjectsRequest(objects=replace(request.objects, submissionSets=()))


def without_members(request: SubmitObjectsRequest) -> SubmitObjectsRequest:
    return SubmitObjectsRequest(objects=replace(request.objects, associations=()))


BROKEN: Final[Mapping[str, tuple[tuple[Case, str], ...]]] = {
    "L01": (
        (("ITI-57", without_set(an_update(V2))), "XDSMetadataUpdateError"),
        (("ITI-57", an_update()), "XDSMetadataUpdateError"),
        (("ITI-92", an_update()), "XDSMetadataUpdateError"),
    ),
    "L02": (
        (entry(logicalID=None), "XDSMetadataUpdateError"),
        (entry(logicalID=uuid(10)), "XDSMetadataUpdateError"),
        (restricted(logicalID=uuid(10)), "XDSInvalidRequestException"),
    ),
    "L03": ((entry(logicalID="Document01"), "XDSMetadataUpdateError"),),
    "L04": (
        (entry(logicalID=uuid(77)), "XDSMetadataVersionError"),
        (entry(logicalID=uuid(200)), "XDSMetadataVersionError"),
        (restricted(logicalID=None, uniqueId="2.999.2.77"), "XDSMetadataVersionError"),
        (("ITI-92", an_update(newer(an_entry(6), 10, logicalID=None))), "XDSMetadataVersionError"),
    ),
    "L05": (
        (("ITI-57", without_members(an_update(V2))), "XDSMetadataVersionError"),
        (("ITI-57", an_update(V2, previous=None)), "XDSMetadataVersionError"),
        (("ITI-57", an_update(V2, previous="one")), "XDSMetadataVersionError"),
        (("ITI-92", an_update(V2, previous=None)), "XDSMetadataAnnotationError"),
    ),
    "L06": (
        (("ITI-57", an_update(V2, previous="2")), "XDSMetadataVersionError"),
        (("ITI-92", an_update(V2, previous="2")), "XDSMetadataVersionError"),
        (("ITI-57", an_update(newer(an_entry(2), 10))), "XDSMetadataVersionError"),
    ),
    "L07": ((("ITI-57", an_update(newer(an_entry(5), 10))), "XDSMetadataUpdateError"),),
    "L08": (
        (entry(uniqueId="2.999.2.99"), "XDSMetadataUpdateError"),
        (restricted(uniqueId="2.999.2.99"), "XDSMetadataIdentifierError"),
        (("ITI-57", an_update(newer(FOLDER, 10, uniqueId="2.999.4.9"))), "XDSMetadataUpdateError"),
    ),
    "L09": (
        (entry(objectType=ON_DEMAND), "XDSMetadataUpdateError"),
        (restricted(objectType=ON_DEMAND), "XDSObjectTypeError"),
    ),
    "L11": (
        (("ITI-57", an_update(V2, newer(ENTRY, 11))), "XDSMetadataUpdateOperationError"),
        (
            ("ITI-57", an_update(more=(a_status(uuid(1)), a_status(uuid(1), entryUUID="again")))),
            "XDSMetadataUpdateOperationError",
        ),
        (("ITI-92", an_update(V2, newer(ENTRY, 11, logicalID=None))), "XDSMetadataUpdateError"),
        (
            ("ITI-57", an_update(V2, more=(a_status(uuid(1)), a_status(uuid(10))))),
            "XDSMetadataUpdateOperationError",
        ),
    ),
    "L12": (
        (("ITI-57", an_update(V2, propagation="perhaps")), "XDSMetadataUpdateError"),
        (("ITI-92", an_update(V2, propagation="no")), "XDSMetadataAnnotationError"),
    ),
    "L13": (
        (
            ("ITI-57", an_update(V2, more=brought(replace(JOIN, targetObject=V2.entryUUID)))),
            "XDSMetadataUpdateOperationError",
        ),
        (("ITI-57", an_update(V2, more=brought(JOIN))), "XDSMetadataUpdateOperationError"),
    ),
    "L14": (
        (status(77), "XDSMetadataUpdateOperationError"),
        (status(1, sourceObject=uuid(100)), "XDSMetadataUpdateOperationError"),
        (
            ("ITI-57", an_update(more=(*brought(JOIN), a_status("joins")))),
            "XDSMetadataUpdateOperationError",
        ),
    ),
    "L15": (
        (status(1, DEPRECATED, DEPRECATED), "XDSMetadataUpdateError"),
        (status(1, APPROVED), "XDSMetadataUpdateError"),
        (status(1, "urn:x"), "XDSMetadataUpdateError"),
        (status(1, None), "XDSMetadataUpdateOperationError"),
        (status(1, previousVersion="1"), "XDSMetadataUpdateOperationError"),
        (status(1, extra=(Slot("urn:x", ("1",)),)), "XDSMetadataUpdateOperationError"),
        (("ITI-57", an_update(V2, more=(a_status(uuid(10), APPROVED),))), "XDSMetadataUpdateError"),
    ),
    "L16": ((status(2, APPROVED, DEPRECATED), "XDSMetadataUpdateError"),),
    "L17": ((status(100), "XDSMetadataUpdateError"), (status(301), "XDSMetadataUpdateError")),
    "L18": (
        (join(an_association(uuid(6), uuid(77), APND)), "XDSMetadataUpdateError"),
        (join(an_association(uuid(6), uuid(5), APND)), "XDSMetadataUpdateError"),
        (join(an_association(uuid(6), uuid(100), APND)), "XDSMetadataUpdateError"),
        (join(an_association(uuid(6), uuid(900), APND)), "XDSMetadataUpdateError"),
        (join(an_association(uuid(1), uuid(3), AssociationType.SIGNS)), "XDSMetadataUpdateError"),
        (join(an_association(uuid(6), uuid(4), APND)), "XDSPatientIDReconciliationError"),
        (
            (
                "ITI-57",
                an_update(more=(*brought(JOIN), *brought(replace(JOIN, entryUUID="joins too")))),
            ),
            "XDSMetadataUpdateError",
        ),
        (join(JOIN, targetObject=uuid(303)), "XDSMetadataUpdateError"),
        (join(JOIN, sourceObject=uuid(100)), "XDSMetadataUpdateOperationError"),
        (("ITI-57", an_update(more=(JOIN,))), "XDSMetadataUpdateOperationError"),
        (
            (
                "ITI-57",
                an_update(more=(an_association(SET.entryUUID, uuid(1), submissionSetStatus="Reference"),)),
            ),
            "XDSMetadataUpdateOperationError",
        ),
        (("ITI-57", an_update(V2, more=brought(JOIN), propagation="no")), "XDSMetadataUpdateError"),
    ),
    "L21": (
        (
            ("ITI-57", an_update(newer(ENTRY, 10, patientId=OTHER), set_=a_set(900, patientId=OTHER))),
            "XDSPatientIDReconciliationError",
        ),
        (
            ("ITI-57", an_update(newer(FOLDER, 10, patientId=OTHER), set_=a_set(900, patientId=OTHER))),
            "XDSPatientIDReconciliationError",
        ),
    ),
    "L22": (
        (restricted(sourcePatientId="L2^^^&2.999.20.1&ISO"), "UnmodifiableMetadataError"),
        (restricted(repositoryUniqueId="2.999.1.4"), "UnmodifiableMetadataError"),
        (restricted(documentAvailability=OFFLINE), "UnmodifiableMetadataError"),
        (restricted(availabilityStatus=DEPRECATED), "UnmodifiableMetadataError"),
        (restricted(homeCommunityId="urn:oid:2.999.7"), "UnmodifiableMetadataError"),
        (
            ("ITI-92", an_update(newer(ENTRY, 10, patientId=OTHER), set_=a_set(900, patientId=OTHER))),
            "XDSPatientIDReconciliationError",
        ),
    ),
    "L23": (
        (("ITI-92", an_update(newer(FOLDER, 10))), "XDSObjectTypeError"),
        (("ITI-92", an_update(V2, more=(JOIN,))), "XDSObjectTypeError"),
    ),
    "L24": (
        (restricted(), "XDSMissingHomeCommunityId"),
        (restricted(homeCommunityId="urn:oid:2.999.7"), "XDSUnknownCommunity"),
    ),
}
"""By rule: requests that break it, each with the code that it is told by."""


def cases_of(module: str) -> list[tuple[str, int]]:
    """Rule and number of each example of the rules in a module of `xdsi_sim.rules`."""
    return [(rule, number) for rule in in_module(module) for number in range(len(BROKEN[rule]))]


RETITLED = InternationalString.of("Another title")
SOUND: Final[Mapping[str, Case]] = {
    "an entry": entry(title=RETITLED),
    "an entry that was updated before": ("ITI-57", an_update(newer(an_entry(2), 10), previous="2")),
    "an On-Demand entry": ("ITI-57", an_update(newer(ON_DEMAND_ENTRY, 10))),
    "a folder": ("ITI-57", an_update(newer(FOLDER, 10, title=RETITLED))),
    "an entry and the folder that holds it": ("ITI-57", an_update(V2, newer(FOLDER, 11))),
    "a status": status(1),
    "the status of a membership": status(302),
    "the status of a relationship, back": status(304, APPROVED, DEPRECATED),
    "entry and status": ("ITI-57", an_update(V2, more=(a_status(uuid(1)),))),
    "entry and status of the new version": ("ITI-57", an_update(V2, more=(a_status(uuid(10)),))),
    "a relationship": join(an_association(uuid(6), uuid(1), APND)),
    "a membership": join(an_association(uuid(200), uuid(6))),
    "a relationship of a new version": (
        "ITI-57",
        an_update(V2, more=brought(replace(JOIN, targetObject=V2.entryUUID)), propagation="no"),
    ),
    "another patient without what is linked": (
        "ITI-57",
        an_update(newer(ENTRY, 10, patientId=OTHER), set_=a_set(900, patientId=OTHER), propagation="no"),
    ),
    "another hash, size and repository": entry(hash="0" * 40, size="7", repositoryUniqueId="2.999.1.4"),
    "restricted": restricted(title=RETITLED, hash="0" * 40, size="7"),
    "restricted, of a deprecated entry": ("ITI-92", an_update(newer(an_entry(5), 10))),
    "restricted, by uniqueId": restricted(logicalID=None),
}


def found_by(case: Case, known: Known = KNOWN) -> list[tuple[str, str]]:
    """Rule and errorCode of all that is wrong with a request."""
    transaction, request = case
    verdict = check_registration(request, known, transaction)
    rules = [finding.rule for finding in verdict.findings]
    return list(zip(rules, (error.errorCode for error in verdict.errors), strict=True))


def verdict_on(rule: str, number: int) -> Verdict:
    """All that is wrong with an example."""
    (transaction, request), _ = BROKEN[rule][number]
    return check_registration(request, FORWARDING if rule == "L24" else KNOWN, transaction)


def told_as(rule: str, number: int) -> bool:
    """Whether an example is found by its rule, told by its code."""
    case, code = BROKEN[rule][number]
    return (rule, code) in found_by(case, FORWARDING if rule == "L24" else KNOWN)
