"""Which rules hold for which transaction: a table, and the checks that walk it.

A repository holds documents against metadata and leaves the rest to the registry, which judges it
anyway; but what it refuses, it judges whole, so that one answer lists everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from xdsi_sim.ebrim.described import Described
from xdsi_sim.ebrim.limited import COLUMN as LIMITED_COLUMN
from xdsi_sim.ebrim.model import Association, DocumentEntry, Folder, MetadataObject, SubmissionSet
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules import (  # noqa: F401 - imported for the rules that they register
    affinity_domain,
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
    metadata_update,
    on_demand,
    patient_info,
    people,
    presence,
    query,
    registration,
    repository,
    restricted_update,
    slot,
    standing,
    submission,
    update_association,
)
from xdsi_sim.rules.code_sets import CodeSets
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
from xdsi_sim.rules.walks import has_extras

__all__ = [
    "IN_FORCE",
    "RULESETS",
    "Ruleset",
    "check_against_registry",
    "check_provision",
    "check_receipt",
    "check_registration",
]

_ANY_OBJECT: Final = "C09 C11 C12 C13 C14 C16 C17 C18 C19 C20 C21 C22 C23 C26 C29 D06 D07 D39"
_CARRIER: Final = f"{_ANY_OBJECT} D08 D15 D23 D36 D40"
_AUTHORED: Final = f"{_CARRIER} D17 D18 D19 D20 D21 D22"
_ENTRY: Final = f"{_AUTHORED} C07 D11 D16 D24 D25 D26 D30 D31 D32 D33 D34 D35 D37 D42"
_OBJECTS: Final = {
    SubmissionSet: f"{_AUTHORED} D38",
    DocumentEntry: f"{_ENTRY} D12 D13 D14 E30",
    Folder: f"{_CARRIER} D10",
    Association: _ANY_OBJECT,
}
_SUBMISSION: Final = (
    "C02 C03 C04 C05 C08 C15 C24 D01 D02 D03 D04 D27 D28 E01 E02 E03 E05 E06 E07 E08 E09 E10 E13 E14 E15 "
    "E16 E17 E18 E19 E25 E26 E27 E28 E29 F12"
)
_BY_SENDER: Final = ("D01", "D02", "D03", "D04")
"""Rules of presence for a sender with full metadata; D05 stands in for them where metadata is limited."""
_LIMITED: Final = " ".join([*(id for id in _SUBMISSION.split() if id not in _BY_SENDER), "D05"])
_OF_KINDS: Final = ("E13", "E14", "E15", "E16", "E17", "E18")
"""Rules of the submission that the kind of a registered object may break, which the request does not tell."""
_REGISTRATION: Final = "C10 D09 E04 E11 E12 E20 E21 E22 E23 E24 F02 F03 F09 F10 F11 F14 F15 F16 F17 F18 F26"
# what holds for submissions holds for updates, but for what is named
_UPDATE: Final = f"{_SUBMISSION} F01 L01 L02 L03 L05 L12"
_NO_UPDATE: Final = (
    "C04 E06 E07 E10 E13 E16 E17 E19 E26 E27"  # L01, L05, L14, L17, L18 and L23 are in their place
)
_UPDATED: Final = f"{_REGISTRATION} L04 L06 L08 L09 L11"
_NOT_UPDATED: Final = "E04 E11 E12 E20 E21 E22 E23 F03 F14 F15 F16 F26"  # L08, L14, L18, L21 and L22 are
_PROVISION: Final = "G01 G02 G03 G04 G05 G06 G07 G09 G10 G11 G12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """The rules of one transaction by their subject."""

    metadata_error: str
    """What `META` stands for."""
    column: int
    """Of `Attr.need`."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """errorCodes of this transaction alone, by the id of the rule."""
    restricted: bool = False
    """It updates no more than what ITI-92 allows."""
    submission: tuple[Rule, ...]
    objects: Mapping[type, tuple[Rule, ...]]
    registration: tuple[Rule, ...] = ()
    """Rules of the submission that hold only where it is known what the registry holds."""
    provision: tuple[Rule, ...] = ()
    _without_extras: Mapping[type, tuple[Rule, ...]] = field(init=False, repr=False)
    """The rules of objects that are attributes through and through, as most are."""

    def __post_init__(self) -> None:
        object.__setattr__(
            self,
            "_without_extras",
            {
                type_: tuple(one for one in its_rules if not one.of_extras)
                for type_, its_rules in self.objects.items()
            },
        )

    def of_object(self, value: MetadataObject) -> tuple[Rule, ...]:
        """The rules that one object is held against."""
        return (self.objects if has_extras(value) else self._without_extras)[type(value)]

    def subject(
        self,
        request: SubmitObjectsRequest,
        known: Known | None = None,
        codes: CodeSets | None = None,
    ) -> Submission:
        """The request as its rules see it."""
        return Submission.of(
            request, column=self.column, known=known, codes=codes, restricted=self.restricted
        )

    def judge(
        self, pairs: Iterable[tuple[object, tuple[Rule, ...]]], profile: Profile = AS_WRITTEN
    ) -> Verdict:
        """Hold each subject against rules, in the codes of the transaction."""
        return judge(pairs, self.metadata_error, self.codes, profile)


def _rules(ids: str, but: str = "") -> tuple[Rule, ...]:
    return rules(*(id for id in ids.split() if id not in but.split()))


_RULES_OF_OBJECTS: Final = {type_: _rules(ids) for type_, ids in _OBJECTS.items()}
# On-Demand entries are updated, too
_RULES_OF_UPDATED_OBJECTS: Final = _RULES_OF_OBJECTS | {
    DocumentEntry: _rules(f"{_OBJECTS[DocumentEntry]} E32", but="E30")
}

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
        submission=_rules(f"{_SUBMISSION} F01 F34"),
        objects=_RULES_OF_OBJECTS,
        registration=_rules(f"{_REGISTRATION} F04 F05"),
    ),
    "ITI-61": Ruleset(
        metadata_error=REGISTRY_METADATA_ERROR,
        column=3,
        submission=_rules(f"{_SUBMISSION} F01 F34 E31"),
        objects=_RULES_OF_OBJECTS | {DocumentEntry: _rules(f"{_ENTRY} E32")},
        registration=_rules(f"{_REGISTRATION} F07"),
    ),
    "XDR": Ruleset(
        metadata_error=REPOSITORY_METADATA_ERROR,
        column=0,
        submission=_rules(_SUBMISSION),
        objects=_RULES_OF_OBJECTS,
        provision=_rules(_PROVISION),
    ),
    "XDR limited": Ruleset(
        metadata_error=REPOSITORY_METADATA_ERROR,
        column=LIMITED_COLUMN,
        submission=_rules(_LIMITED),
        objects=_RULES_OF_OBJECTS,
        provision=_rules(_PROVISION),
    ),
    "ITI-57": Ruleset(
        metadata_error=REGISTRY_METADATA_ERROR,
        column=1,
        submission=_rules(_UPDATE, but=f"{_NO_UPDATE} E29"),
        objects=_RULES_OF_UPDATED_OBJECTS,
        registration=_rules(f"{_UPDATED} L07 L13 L14 L15 L16 L17 L18 L21", but=_NOT_UPDATED),
    ),
    "ITI-92": Ruleset(
        metadata_error=REGISTRY_METADATA_ERROR,
        column=1,
        codes={
            "L02": "XDSInvalidRequestException",
            "L05": "XDSMetadataAnnotationError",
            "L08": "XDSMetadataIdentifierError",
            "L09": "XDSObjectTypeError",
            "L11": "XDSMetadataUpdateError",
            "L12": "XDSMetadataAnnotationError",
        },
        restricted=True,
        submission=_rules(f"{_UPDATE} L23", but=_NO_UPDATE),
        objects=_RULES_OF_UPDATED_OBJECTS,
        registration=_rules(f"{_UPDATED} L22 L24", but=_NOT_UPDATED),
    ),
}
"""By name. RAD-68 is ITI-41 with a manifest as document (RAD TF: 4.68).

XDR is ITI-41 to a Document Recipient, which has nobody behind it who would judge the metadata; XDR limited
the same from a Metadata-Limited Document Source.
"""


_AT_COMMIT: Final = {
    name: (*(one for one in ruleset.submission if one.id in _OF_KINDS), *ruleset.registration)
    for name, ruleset in RULESETS.items()
}
"""By transaction, what is looked at once it is known what the registry has of what a request names."""

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
    codes: CodeSets | None = None,
    *,
    profile: Profile = AS_WRITTEN,
) -> Verdict:
    """All that is wrong with a request to a registry; without `known`, all that the request alone tells.

    Without `codes`, the codes of the affinity domain, any code will do.
    """
    ruleset = RULESETS[transaction]
    held = ruleset.submission if known is None else ruleset.submission + ruleset.registration
    subject = ruleset.subject(request, known, codes)
    return ruleset.judge([(subject, held), *_objects(request, ruleset)], profile)


def check_against_registry(
    request: SubmitObjectsRequest,
    known: Known,
    transaction: str = "ITI-42",
    *,
    profile: Profile = AS_WRITTEN,
) -> Verdict:
    """What is wrong with a request to a registry only because of what that holds."""
    ruleset = RULESETS[transaction]
    held = _AT_COMMIT[transaction] if known.objects else ruleset.registration
    return ruleset.judge([(ruleset.subject(request, known), held)], profile)


def check_provision(
    request: SubmitObjectsRequest,
    objects: tuple[Described, ...],
    documents: tuple[Fingerprint, ...],
    stored: Mapping[str, Fingerprint] | None = None,
    codes: CodeSets | None = None,
    *,
    profile: Profile = AS_WRITTEN,
) -> Verdict:
    """What is wrong between what a request of ITI-41 says, its documents, and what is stored by uniqueId.

    A request that is refused for that is told everything else that is wrong with it, too; so is one with a
    document that could not be kept, since it has no uniqueId.
    """
    ruleset = RULESETS["ITI-41"]
    provision = Provision(objects=objects, documents=documents, stored=stored or {})
    verdict = ruleset.judge([(provision, ruleset.provision)], profile)
    if verdict.accepted and all(entry.uniqueId for entry in provision.entries()):
        return verdict
    return _whole(request, provision, ruleset, codes, profile)


def check_receipt(
    request: SubmitObjectsRequest,
    objects: tuple[Described, ...],
    documents: tuple[Fingerprint, ...],
    *,
    limited: bool,
    codes: CodeSets | None = None,
    profile: Profile = AS_WRITTEN,
) -> Verdict:
    """All that is wrong with what a Document Recipient is sent; if `limited`, by the duties that are left.

    What it got before under the same uniqueId does not matter: it keeps messages, not documents by id.
    """
    ruleset = RULESETS["XDR limited" if limited else "XDR"]
    return _whole(request, Provision(objects=objects, documents=documents), ruleset, codes, profile)


def _whole(
    request: SubmitObjectsRequest,
    provision: Provision,
    ruleset: Ruleset,
    codes: CodeSets | None,
    profile: Profile,
) -> Verdict:
    subject = ruleset.subject(request, codes=codes)
    pairs = [(provision, ruleset.provision), (subject, ruleset.submission), *_objects(request, ruleset)]
    return ruleset.judge(pairs, profile)


def _objects(request: SubmitObjectsRequest, ruleset: Ruleset) -> Iterator[tuple[object, tuple[Rule, ...]]]:
    return ((value, ruleset.of_object(value)) for value in request.objects.objects())
