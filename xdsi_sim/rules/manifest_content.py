"""What must hold of the content tree of a Key Object Selection (PS3.16: TID 2010)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from xdsi_sim.dicom.coded import CodedEntry
from xdsi_sim.dicom.codes import KEY_OBJECT_DESCRIPTION
from xdsi_sim.dicom.kos_document import Item
from xdsi_sim.dicom.library_items import IMAGE_LIBRARY, REFERENCES
from xdsi_sim.dicom.titles import MANIFEST_TITLES, NOTE_TITLES, PROFILE_TITLES, TITLE_MODIFIERS, TRIAL_TITLE
from xdsi_sim.errors import Severity
from xdsi_sim.rules.manifest_subject import Judged
from xdsi_sim.rules.registry import Violation, rule

__all__ = ["CONTENT"]

CONTENT: Final = "M20 M21 M22 M23 M24 M25 M26 M27 M28"

_ROOT: Final = {"ValueType": "CONTAINER", "ContinuityOfContent": "SEPARATE"}
_TEMPLATE: Final = {"MappingResource": "DCMR", "TemplateIdentifier": "2010"}


@rule("M20", cites="PS3.16: TID 2010", code=None)
def root_is_the_container_of_the_template(judged: Judged) -> Iterator[Violation]:
    """The root is a CONTAINER of SEPARATE content that names the template DCMR 2010."""
    yield from _other_than(judged.root, _ROOT)
    template = judged.root.only("ContentTemplateSequence")
    if template is not None:
        yield from _other_than(template, _TEMPLATE)


def _other_than(item: Item, expected: Mapping[str, str]) -> Iterator[Violation]:
    for keyword, value in expected.items():
        found = item.text(keyword)
        if found not in (None, value):
            yield Violation(f"{keyword} is not {value}", item.at(keyword), value=found)


_KNOWN: Final = {**NOTE_TITLES, **MANIFEST_TITLES}


@rule("M21", cites="PS3.16: CID 7010; RAD MADO", code=None)
def title_is_a_known_one(judged: Judged) -> Iterator[Violation]:
    """The document title is that of a manifest or of CID 7010, in its own coding scheme."""
    title = judged.document.title
    if title is None:
        return
    known = _KNOWN.get(title.value)
    if known is None:
        yield Violation("this is no title of a Key Object Selection", _where(judged), value=title.value)
    elif title.scheme != known.scheme:
        yield Violation(f"the title is not of scheme {known.scheme}", _where(judged), value=title.scheme)


def _where(judged: Judged) -> str:
    return f"{judged.root.at('ConceptNameCodeSequence')}[1]"


@rule("M22", cites="RAD TF: 4.68; RAD MADO", code=None)
def title_is_that_of_the_profile(judged: Judged) -> Iterator[Violation]:
    """A manifest is called 113030 or, with descriptions, 131560; another title makes it none for readers."""
    title = judged.document.title
    value = title.value if title else None
    if value not in _KNOWN:  # which other rules have
        return
    if value == TRIAL_TITLE.value:
        yield Violation(
            "this stood for 131560 in the first trial edition",
            _where(judged),
            value=value,
            severity=Severity.WARNING,
        )
    elif judged.kind == "note":
        if value in MANIFEST_TITLES:
            yield Violation("a key image note has not the title of a manifest", _where(judged), value=value)
        elif judged.expected is None:
            yield Violation(
                "by its title this is a key image note, no manifest",
                _where(judged),
                value=value,
                severity=Severity.INFO,
            )
    elif value != PROFILE_TITLES[judged.kind].value:
        expected = PROFILE_TITLES[judged.kind]
        yield Violation(f"the title is not {expected.value} {expected.meaning}", _where(judged), value=value)


# --- references ------------------------------------------------------------------------------


def _referred(item: Item) -> Item:
    return item.only("ReferencedSOPSequence") or Item({}, f"{item.at('ReferencedSOPSequence')}[1]")


@rule("M23", cites="PS3.16: TID 2010", code=None)
def references_are_whole(judged: Judged) -> Iterator[Violation]:
    """There are references; each is contained and names one instance by SOP class and instance UID."""
    references = judged.document.references()
    if judged.document.content() and not references:
        yield Violation("the content names no instance", judged.root.at("ContentSequence"))
    for item in references:
        relation = item.text("RelationshipType")
        if relation != "CONTAINS":
            yield Violation("the relationship is not CONTAINS", item.at("RelationshipType"), value=relation)
        if (count := len(item.members("ReferencedSOPSequence"))) != 1:
            yield Violation(f"{count} items where one is to be", item.at("ReferencedSOPSequence"))
        for keyword in ("ReferencedSOPClassUID", "ReferencedSOPInstanceUID"):
            if count and not (referred := _referred(item)).filled(keyword):
                yield Violation(f"{keyword} has no value", referred.at(keyword))


_STORAGE: Final = "1.2.840.10008.5.1.4.1.1."
_IMAGES: Final = frozenset(
    _STORAGE + suffix
    for suffix in [
        "1",
        "1.1",
        "1.1.1",
        "1.2",
        "1.2.1",
        "1.3",
        "1.3.1",
        "2",
        "2.1",
        "2.2",
        "3.1",
        "4",
        "4.1",
        "4.3",
        "6.1",
        "6.2",
        "7",
        "7.1",
        "7.2",
        "7.3",
        "7.4",
        "12.1",
        "12.1.1",
        "12.2",
        "12.2.1",
        "13.1.1",
        "13.1.2",
        "13.1.3",
        "20",
        "77.1.1",
        "77.1.2",
        "77.1.3",
        "77.1.4",
        "77.1.6",
        "128",
        "130",
    ]
)
_FAMILIES: Final = {"9.": "WAVEFORM", "11.": "COMPOSITE", "88.": "COMPOSITE", "104.": "COMPOSITE"}


def _value_type(sop_class: str) -> str | None:
    """What an instance of this SOP class is referred to as; None for a class that is not known here."""
    if sop_class in _IMAGES:
        return "IMAGE"
    suffix = sop_class.removeprefix(_STORAGE)
    return next((kind for family, kind in _FAMILIES.items() if suffix.startswith(family)), None)


@rule("M24", cites="PS3.16: TID 2010", code=None)
def value_type_fits_the_sop_class(judged: Judged) -> Iterator[Violation]:
    """Images are referred to as IMAGE, waveforms as WAVEFORM, all else as COMPOSITE."""
    for item in judged.document.references():
        sop_class = _referred(item).text("ReferencedSOPClassUID") or ""
        expected, found = _value_type(sop_class), item.text("ValueType")
        if expected is not None and found != expected:
            yield Violation(f"an instance of {sop_class} is {expected}", item.at("ValueType"), value=found)


@rule("M25", cites="PS3.3: C.17.6.2", code=None)
def content_and_evidence_name_the_same(judged: Judged) -> Iterator[Violation]:
    """The content tree refers to every instance of the evidence, each once, and to no other."""
    listed = {one.sop_instance_uid: one.item for one in judged.document.listed()}
    referred = [(_referred(item), item) for item in judged.document.references()]
    uids = [reference.text("ReferencedSOPInstanceUID") or "" for reference, _ in referred]
    times = Counter(uids)
    for uid, item in listed.items():
        if uid and uid not in times:
            where = item.at("ReferencedSOPInstanceUID")
            yield Violation(
                "the content tree does not refer to this instance of the evidence", where, value=uid
            )
    for number, (uid, (reference, _)) in enumerate(zip(uids, referred, strict=True)):
        where = reference.at("ReferencedSOPInstanceUID")
        if uid and uid not in listed:
            yield Violation("the evidence does not list this instance", where, value=uid)
        elif times[uid] > 1 and uid in uids[:number]:
            yield Violation("the content tree refers to this instance twice", where, value=uid)


@rule("M26", cites="PS3.3: C.17.6.2", code=None)
def content_and_evidence_agree_on_sop_classes(judged: Judged) -> Iterator[Violation]:
    """An instance has the same SOP class in the content tree as in the evidence."""
    classes = {one.sop_instance_uid: one.sop_class_uid for one in judged.document.listed()}
    for item in judged.document.references():
        reference = _referred(item)
        expected = classes.get(reference.text("ReferencedSOPInstanceUID") or "")
        found = reference.text("ReferencedSOPClassUID")
        if expected and found and found != expected:
            where = reference.at("ReferencedSOPClassUID")
            yield Violation(f"the SOP class is {expected} in the evidence", where, value=found)


# --- what else is in the tree ----------------------------------------------------------------

_MODIFIER: Final = CodedEntry("113011", "DCM", "Document Title Modifier")


@rule("M27", cites="PS3.16: TID 2010", code=None)
def title_has_its_modifier(judged: Judged) -> Iterator[Violation]:
    """A note on quality, or of the best in a set, has a Document Title Modifier of CID 7011 or 7012."""
    title = judged.document.title
    allowed = TITLE_MODIFIERS.get(title.value if title else "")
    if allowed is None:
        return
    modifiers = [item for item in judged.document.content() if item.means(_MODIFIER)]
    if not modifiers:
        yield Violation("the title needs a Document Title Modifier", judged.root.at("ContentSequence"))
    for item in modifiers:
        code = item.code("ConceptCodeSequence")
        if code is None or code.value not in allowed:
            where = item.at("ConceptCodeSequence")
            yield Violation("this is no modifier of the title", where, value=code.value if code else None)


_OTHERS: Final = {  # value type and relationship by concept
    "113011": ("CODE", "HAS CONCEPT MOD"),
    "121023": ("CODE", "HAS CONCEPT MOD"),
    KEY_OBJECT_DESCRIPTION.value: ("TEXT", "CONTAINS"),
    IMAGE_LIBRARY.value: ("CONTAINER", "CONTAINS"),
}


@rule("M28", cites="PS3.16: TID 2010; RAD MADO", code=None, severity=Severity.WARNING)
def content_is_that_of_the_template(judged: Judged) -> Iterator[Violation]:
    """Beside references the content holds what the template has: title modifier, description, library."""
    for item in judged.document.content():
        relation, kind, concept = item.text("RelationshipType"), item.text("ValueType"), item.concept()
        if kind in REFERENCES or relation == "HAS OBS CONTEXT":
            continue
        name = concept.value if concept else "none"
        # the language of content (TID 1204) is a modifier of its own
        if _OTHERS.get(name) != (kind, relation) and not (relation == "HAS CONCEPT MOD" and name == "121049"):
            yield Violation(f"the template has no {relation} {kind} with this concept", item.path, value=name)
