"""Which rules hold for which transaction: a table, and the checks that walk it.

A repository holds documents against metadata and leaves the rest to the registry, which judges it
anyway; but what it refuses, it judges whole, so that one answer lists everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from xdsi_sim.ebrim.described import Described
from xdsi_sim.ebrim.model import Association, DocumentEntry, Folder, SubmissionSet
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules import (  # noqa: F401 - imported for the rules that they register
    association,
    attributes,
    author,
    classification,
    document_content,
    document_entry,
    domain,
    form,
    imaging,
    membership,
    patient_info,
    people,
    presence,
    query,
    registration,
    repository,
    slot,
    standing,
    submission,
)
from xdsi_sim.rules.registry import (
    AS_WRITTEN,
    REGISTRY_METADATA_ERROR,
    REPOSITORY_METADATA_ERROR,
    Profile,
    Rule,
    Verdict,
    judge,
    rules,
)
from xdsi_sim.rules.subjects import Fingerprint, Known, Provision, Submission

__all__ = [
    "IN_FORCE",
    "RULESETS",
    "Ruleset",
    "check_against_registry",
    "check_provision",
    "check_registration",
]

_ANY_OBJECT: Final = "C09 C11 C12 C13 C14 C16 C17 C18 C19 C20 C21 C22 C23 C26 C29 D06 D07 D39"
_CARRIER: Final = f"{_ANY_OBJECT} D08 D15 D23 D36 D40"
_AUTHORED: Final = f"{_CARRIER} D17 D18 D19 D20 D21 D22"
_OBJECTS: Final = {
    SubmissionSet: f"{_AUTHORED} D38",
    DocumentEntry: (
        f"{_AUTHORED} C07 D11 D12 D13 D14 D16 D24 D25 D26 D27 D30 D31 D32 D33 D34 D35 D37 D42 E30"
    ),
    Folder: f"{_CARRIER} D10",
    Association: _ANY_OBJECT,
}
_SUBMISSION: Final = (
    "C02 C03 C04 C05 C08 C15 C24 D01 D02 D03 D04 E01 E02 E03 E05 E06 E07 E08 E09 E10 E13 E14 E15 E16 E17 "
    "E18 E19 E25 E26 E27 E28 E29 F12"
)
_REGISTRATION: Final = (
    "C10 D09 E04 E11 E12 E20 E21 E22 E23 F02 F03 F04 F05 F09 F10 F11 F14 F15 F16 F17 F18 F26"
)
_PROVISION: Final = "G01 G02 G03 G04 G05 G06 G07 G09 G10 G11 G12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """The rules of one transaction by their subject."""

    metadata_error: str
    """What `META` stands for."""
    column: int
    """Of `Attr.need`."""
    submission: tuple[Rule, ...]
    objects: Mapping[type, tuple[Rule, ...]]
    registration: tuple[Rule, ...] = ()
    """Rules of the submission that hold only where it is known what the registry holds."""
    provision: tuple[Rule, ...] = ()


def _rules(ids: str) -> tuple[Rule, ...]:
    return rules(*ids.split())


_RULES_OF_OBJECTS: Final = {type_: _rules(ids) for type_, ids in _OBJECTS.items()}

RULESETS: Final = {
    "ITI-41": Ruleset(
        metadata_error=REPOSITORY_METADATA_ERROR,
        column=0,
        submission=_rules(_SUBMISSION),
        objects=_RULES_OF_OBJECTS,
        provision=_rules(_PROVISION),
    ),
    "ITI-42": Ruleset(
        metadata_error=REGISTRY_METADATA_ERROR,
        column=1,
        submission=_rules(f"{_SUBMISSION} F01"),
        objects=_RULES_OF_OBJECTS,
        registration=_rules(_REGISTRATION),
    ),
}
"""By name. RAD-68 is ITI-41 with a manifest as document (RAD TF: 4.68)."""


IN_FORCE: Final[Mapping[str, Rule]] = {
    one.id: one
    for ruleset in RULESETS.values()
    for part in (ruleset.submission, ruleset.registration, ruleset.provision, *ruleset.objects.values())
    for one in part
}
"""The rules of all transactions by id: of these a profile may speak."""


def check_registration(
    request: SubmitObjectsRequest,
    known: Known | None = None,
    transaction: str = "ITI-42",
    *,
    profile: Profile = AS_WRITTEN,
) -> Verdict:
    """All that is wrong with a request to a registry; without `known`, all that the request alone tells."""
    ruleset = RULESETS[transaction]
    subject = Submission.of(request, column=ruleset.column, known=known)
    held = ruleset.submission if known is None else ruleset.submission + ruleset.registration
    return judge([(subject, held), *_objects(request, ruleset)], ruleset.metadata_error, profile)


def check_against_registry(
    request: SubmitObjectsRequest,
    known: Known,
    transaction: str = "ITI-42",
    *,
    profile: Profile = AS_WRITTEN,
) -> Verdict:
    """What is wrong with a request to a registry only because of what that holds."""
    ruleset = RULESETS[transaction]
    subject = Submission.of(request, column=ruleset.column, known=known)
    return judge([(subject, ruleset.registration)], ruleset.metadata_error, profile)


def check_provision(
    request: SubmitObjectsRequest,
    objects: tuple[Described, ...],
    documents: tuple[Fingerprint, ...],
    stored: Mapping[str, Fingerprint] | None = None,
    *,
    profile: Profile = AS_WRITTEN,
) -> Verdict:
    """What is wrong between what a request of ITI-41 says, its documents, and what is stored by uniqueId.

    A request that is refused for that is told everything else that is wrong with it, too; so is one with a
    document that could not be kept, since it has no uniqueId.
    """
    ruleset = RULESETS["ITI-41"]
    provision = Provision(objects=objects, documents=documents, stored=stored or {})
    pairs = [(provision, ruleset.provision)]
    verdict = judge(pairs, ruleset.metadata_error, profile)
    if verdict.accepted and all(entry.uniqueId for entry in provision.entries()):
        return verdict
    subject = Submission.of(request, column=ruleset.column)
    everything = [*pairs, (subject, ruleset.submission), *_objects(request, ruleset)]
    return judge(everything, ruleset.metadata_error, profile)


def _objects(request: SubmitObjectsRequest, ruleset: Ruleset) -> Iterator[tuple[object, tuple[Rule, ...]]]:
    return ((value, ruleset.objects[type(value)]) for value in request.objects.objects())
