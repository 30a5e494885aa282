"""Associations one by one: type, ends, and which kinds of object a type may join (ITI TF-3: 4.2.2).

The subject is the submission: an end is judged where its kind is known, from the request or from the
registry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.ebrim.model import Association, Classification, DocumentEntry, Folder, SubmissionSet
from xdsi_sim.ebrim.tables import ASSOCIATION
from xdsi_sim.errors import Severity
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.subjects import REPLACING, Submission, id_key, is_uuid
from xdsi_sim.vocab import Association as Type

__all__ = ["RELATIONSHIPS", "SHORT_NAMES"]

RELATIONSHIPS: Final = frozenset(
    (Type.RPLC, Type.XFRM, Type.APND, Type.XFRM_RPLC, Type.SIGNS, Type.IS_SNAPSHOT_OF)
)
"""The types that join two DocumentEntries (ITI TF-3: 4.2.2.2)."""

_UPDATES: Final = frozenset((Type.UPDATE_AVAILABILITY_STATUS, Type.SUBMIT_ASSOCIATION))
_KNOWN: Final = RELATIONSHIPS | _UPDATES | {Type.HAS_MEMBER}
SHORT_NAMES: Final = {type_.rpartition(":")[2]: type_ for type_ in _KNOWN}
"""The known types by their last part, which is how ebRIM 2.1 wrote them."""
_DOCUMENTATION: Final = ASSOCIATION.by_name["documentation"].key
_ENDS: Final = ("sourceObject", "targetObject")
_KINDS_OF_MEMBER: Final = {
    SubmissionSet: (DocumentEntry, Folder, Association),
    Folder: (DocumentEntry, Folder),  # E15 has Folders
}


def _at(association: Association, text: str, attribute: str) -> Violation:
    """A violation by one attribute of an association."""
    value: str | None = getattr(association, attribute)
    return Violation(text, location=association.entryUUID, attribute=attribute, value=value)


@rule("E01", cites="ITI TF-3: Table 4.2.2-1")
def association_type_is_known(submission: Submission) -> Iterator[Violation]:
    """An associationType is one of the URNs that the framework lists."""
    for association in submission.relationships:
        type_ = association.associationType
        if not type_:
            yield _at(association, "associationType is missing", "associationType")
        elif type_ not in _KNOWN and type_ not in SHORT_NAMES:  # C02 has those
            full = SHORT_NAMES.get(type_.rpartition(":")[2])
            hint = f", {full} is meant?" if full else ""
            yield _at(association, f"associationType is not known{hint}", "associationType")


@rule("E02", cites="ITI TF-3: 4.2.2")
def association_has_two_ends(submission: Submission) -> Iterator[Violation]:
    """An Association has sourceObject and targetObject."""
    for association in submission.objects.associations:
        for end in _ENDS:
            if not getattr(association, end):
                yield _at(association, f"{end} is missing", end)


@rule("E03", cites="ITI TF-3: 4.2.1.5", code="UnresolvedReferenceException")
def symbolic_reference_is_resolved(submission: Submission) -> Iterator[Violation]:
    """A reference that is no UUID names an object of the same request."""
    for association in submission.objects.associations:
        for end in _ENDS:
            ref = getattr(association, end)
            if ref and not is_uuid(ref) and ref not in submission.by_id:
                yield _at(association, f"{end} is a symbolic id that no object of the request has", end)


@rule("E05", ground="choice")
def association_joins_two_things(submission: Submission) -> Iterator[Violation]:
    """An Association joins two objects, neither of them itself."""
    for association in submission.objects.associations:
        refs = [id_key(getattr(association, end) or "") for end in _ENDS]
        if refs[0] and refs[0] == refs[1]:
            yield _at(association, "sourceObject and targetObject are the same", "targetObject")
        for end, ref in zip(_ENDS, refs, strict=True):
            if ref and ref == id_key(association.entryUUID):
                yield _at(association, f"{end} is the association itself", end)


@rule("E14", cites="ITI TF-3: 4.2.2.1")
def members_are_of_a_legal_kind(submission: Submission) -> Iterator[Violation]:
    """HasMember starts from a SubmissionSet or a Folder, and leads to what that may have as member."""
    for association in submission.members:
        source = submission.kind_of(association.sourceObject)
        target = submission.kind_of(association.targetObject)
        if source is None:
            continue
        allowed = _KINDS_OF_MEMBER.get(source)
        if allowed is None:
            yield _at(association, f"HasMember does not start from {_a(source)}", "sourceObject")
        elif target is not None and target is not SubmissionSet and target not in allowed:
            yield _at(association, f"{_a(source)} has no {target.__name__} as member", "targetObject")
        elif source is SubmissionSet and _is_of_earlier(submission, association.targetObject):
            text = "what was registered before becomes a member by Reference alone, and only a DocumentEntry"
            yield _at(association, text, "targetObject")


def _is_of_earlier(submission: Submission, ref: str | None) -> bool:
    """Whether a Folder or an Association was registered by an earlier submission."""
    registered = submission.registered(ref)
    return registered is not None and registered.kind in (Folder, Association)


def _a(kind: type) -> str:
    name = kind.__name__
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


@rule("E15", cites="ITI TF-3: 4.2.1.3")
def no_folder_is_in_a_folder(submission: Submission) -> Iterator[Violation]:
    """Folders are not nested."""
    for association in submission.members:
        ends = association.sourceObject, association.targetObject
        if all(submission.kind_of(end) is Folder for end in ends):
            yield _at(association, "a Folder is put into a Folder", "targetObject")


@rule("E16", cites="ITI TF-3: 4.2.1.2")
def submission_set_only_has_members(submission: Submission) -> Iterator[Violation]:
    """A SubmissionSet is the target of nothing, and the source of HasMember alone."""
    for association in submission.objects.associations:
        if submission.kind_of(association.targetObject) is SubmissionSet:
            yield _at(association, "a SubmissionSet is the target", "targetObject")
    for association in submission.relationships:
        is_update = association.associationType in _UPDATES  # E29 has those
        if not is_update and submission.kind_of(association.sourceObject) is SubmissionSet:
            yield _at(association, "a SubmissionSet is the source, but not of HasMember", "sourceObject")


@rule("E17", cites="ITI TF-3: 4.2.1.2")
def earlier_submission_set_is_closed(submission: Submission) -> Iterator[Violation]:
    """Nothing becomes a member of a SubmissionSet that was submitted before."""
    for association in submission.members:
        source = submission.registered(association.sourceObject)
        if source is not None and source.kind is SubmissionSet:
            yield _at(association, "the SubmissionSet was submitted before", "sourceObject")


@rule("E18", cites="ITI TF-3: 4.2.2.2")
def relationship_joins_document_entries(submission: Submission) -> Iterator[Violation]:
    """A relationship such as RPLC or APND joins two DocumentEntries."""
    for association in submission.relationships:
        if association.associationType not in RELATIONSHIPS:
            continue
        for end in _ENDS:
            kind = submission.kind_of(getattr(association, end))
            if kind not in (None, DocumentEntry, SubmissionSet):  # E16 has SubmissionSets
                yield _at(association, f"{end} is {_a(kind)}, a DocumentEntry is expected", end)


@rule("E19", cites="ITI TF-2: 3.42.4.1.3.5", code="UnresolvedReferenceException")
def relationship_starts_from_a_new_entry(submission: Submission) -> Iterator[Violation]:
    """The source of a relationship is a DocumentEntry of the same request."""
    for association in submission.relationships:
        source = association.sourceObject or ""
        if association.associationType in RELATIONSHIPS and is_uuid(source) and not submission.within(source):
            yield _at(association, "sourceObject is no DocumentEntry of the request", "sourceObject")


@rule("E25", cites="ITI TF-3: 4.2.2.2")
def only_relationships_are_documented(submission: Submission) -> Iterator[Violation]:
    """A Classification that says why two things are associated stands on a relationship alone."""
    for association in submission.objects.associations:
        if association.associationType in RELATIONSHIPS:
            continue
        if association.documentation is not None:
            yield _documented(association, association.documentation.code)
        for extra in association.extra:
            if isinstance(extra, Classification) and extra.classificationScheme == _DOCUMENTATION:
                yield _documented(association, extra.nodeRepresentation)


def _documented(association: Association, value: str | None) -> Violation:
    text = "documentation is given on an Association that is no relationship"
    return Violation(text, location=association.entryUUID, attribute="documentation", value=value)


@rule("E27", ground="choice", adjustable=True)
def entry_is_replaced_once(submission: Submission) -> Iterator[Violation]:
    """No entry is replaced by two others of one submission."""
    seen: set[str] = set()
    for association in submission.relationships:
        target = id_key(association.targetObject or "")
        if association.associationType in REPLACING and target:
            if target in seen:
                yield _at(association, "targetObject is replaced twice", "targetObject")
            seen.add(target)


@rule("E28", severity=Severity.WARNING, ground="choice")
def member_is_named_once(submission: Submission) -> Iterator[Violation]:
    """No two HasMember lead from the same source to the same target."""
    if len(submission.members) < 2:
        return
    seen: set[tuple[str, str]] = set()
    for association in submission.members:
        pair = id_key(association.sourceObject or ""), id_key(association.targetObject or "")
        if pair in seen and not _is_counted(submission, association):
            yield _at(association, "HasMember is there twice", "targetObject")
        seen.add(pair)


def _is_counted(submission: Submission, association: Association) -> bool:
    """Whether E06 or E07 counts this membership."""
    source, target = submission.within(association.sourceObject), submission.within(association.targetObject)
    return isinstance(source, SubmissionSet) and isinstance(target, DocumentEntry | Folder)


@rule("E29", cites="ITI TF-2: 3.42.4.1.3.5", ground="choice")
def update_is_another_transaction(submission: Submission) -> Iterator[Violation]:
    """Association types of metadata update are for ITI-57 alone."""
    for association in submission.relationships:
        if association.associationType in _UPDATES:
            yield _at(association, "associationType belongs to metadata update (ITI-57)", "associationType")
