"""Metadata values for hypothesis: whatever ebRIM can carry, not only what makes sense.

The strategies walk the tables of `xdsi_sim.ebrim.tables`, so an attribute added there is tested at once.
Values are canonical, that is as a reader gives them: `extra` holds only what fits no attribute, in the order
of the schema, and every Classification and ExternalIdentifier has its id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from xdsi_sim.ebrim.model import (
    Association,
    Author,
    Classification,
    Code,
    DocumentEntry,
    ExternalIdentifier,
    Extra,
    Folder,
    InternationalString,
    LocalizedString,
    MetadataObject,
    RegistryObjectList,
    Slot,
    SubmissionSet,
)
from xdsi_sim.ebrim.tables import ASSOCIATION, AUTHOR_SLOTS, DOCUMENT_ENTRY, FOLDER, SUBMISSION_SET
from xdsi_sim.ebrim.tables import Attr, Form, Kind
from xdsi_sim.vocab import NS

__all__ = [
    "associations",
    "authors",
    "codes",
    "document_entries",
    "folders",
    "metadata_objects",
    "registry_object_lists",
    "slots",
    "submission_sets",
    "texts",
    "xml_names",
]

OTHER_OBJECT = "urn:uuid:00000000-0000-4000-8000-00000000aaaa"
"""Id of an object that is none of those made here."""

_CONTROLS = [chr(code) for code in range(0x20) if chr(code) not in "\t\n\r"]
_NASTY = (
    "",
    " ",
    " \t\r\n ",
    "\r",
    "]]>",
    "&amp;&#65;",
    "<!-- no comment -->",
    "<rim:Value>1</rim:Value>",
    "\"quoted' ",
    "P1^^^&1.2.3&ISO",
    "\x7f\x85\u2028\ufffd",
    "\U0001f4a9\U0010ffff",
    "e\u0301 \u05d0\u202e",
)


def texts(min_size: int = 0) -> st.SearchStrategy[str]:
    """Any text that XML 1.0 can carry, the awkward ones often."""
    legal = st.characters(exclude_categories=("Cs",), exclude_characters=[*_CONTROLS, "\ufffe", "\uffff"])
    nasty = [text for text in _NASTY if len(text) >= min_size]
    return st.text(legal, min_size=min_size, max_size=12) | st.sampled_from(nasty)


def xml_names() -> st.SearchStrategy[str]:
    """Names of elements and attributes, without a prefix."""
    return st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)


def _tuples(values: st.SearchStrategy[Any], max_size: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=max_size).map(tuple)


def international_strings() -> st.SearchStrategy[InternationalString]:
    """A text in no, one or several languages."""
    string = st.builds(LocalizedString, texts(), st.none() | texts(), st.none() | texts())
    return st.builds(InternationalString, _tuples(string))


def slots(names: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Slot]:
    """Any slot, also without values or with a slotType."""
    return st.builds(Slot, texts() if names is None else names, _tuples(texts()), st.none() | texts())


def _slots_but(*known: str) -> st.SearchStrategy[tuple[Slot, ...]]:
    return _tuples(slots(texts().filter(lambda name: name not in known)), max_size=2)


def codes() -> st.SearchStrategy[Code]:
    """A code, with or without a display name, with its Classification's id."""
    name = st.none() | international_strings()
    return st.builds(Code, texts(), texts(), name, texts(), _slots_but("codingScheme"))


def authors() -> st.SearchStrategy[Author]:
    """An author, empty ones too, with its Classification's id."""
    values = {attr.name: _plain(attr) for attr in AUTHOR_SLOTS}
    extra = _slots_but(*(attr.key for attr in AUTHOR_SLOTS))
    return st.builds(Author, **values, extra=extra, id=texts())


def _plain(attr: Attr) -> st.SearchStrategy[Any]:
    return _tuples(texts()) if attr.many else st.none() | texts()


def _coded(attr: Attr) -> st.SearchStrategy[Any]:
    return _tuples(codes()) if attr.many else st.none() | codes()


_VALUES: dict[Form, Callable[[Attr], st.SearchStrategy[Any]]] = {
    Form.XML_ATTRIBUTE: lambda attr: texts() if attr.name == "entryUUID" else _plain(attr),
    Form.SLOT: _plain,
    Form.NAME: lambda _: st.none() | international_strings(),
    Form.DESCRIPTION: lambda _: st.none() | international_strings(),
    Form.VERSION: _plain,
    Form.CONTENT_VERSION: _plain,
    Form.CODE: _coded,
    Form.AUTHOR: lambda _: _tuples(authors(), max_size=2),
    Form.LABEL: lambda _: st.booleans(),
    Form.EXTERNAL_IDENTIFIER: _plain,
}


@st.composite
def metadata_objects(draw: st.DrawFn, kind: Kind) -> MetadataObject:
    """An object of `kind` with any of its attributes, and with things that fit none."""
    values = {attr.name: draw(_VALUES[attr.form](attr)) for attr in kind.attrs}
    identified = [a.name for a in kind.attrs if a.form is Form.EXTERNAL_IDENTIFIER and values[a.name] is not None]
    return kind.type(
        **values,
        externalIdentifierIds=tuple((name, draw(texts())) for name in sorted(identified)),
        xmlAttributes=draw(_xml_attributes(kind)),
        extra=draw(_extras(kind, values)),
    )


def _xml_attributes(kind: Kind) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    known = {attr.key for attr in kind.attrs if attr.form is Form.XML_ATTRIBUTE}
    local = xml_names().filter(lambda name: name not in known)
    namespace = st.sampled_from(["urn:example:a", "urn:example:b?c=1&d=<2>", NS.RIM])
    foreign = st.builds(lambda uri, name: f"{{{uri}}}{name}", namespace, xml_names())
    lang = st.just("{http://www.w3.org/XML/1998/namespace}lang")
    value = texts().filter(lambda text: text != kind.objectType)
    pairs = st.tuples(local | foreign | lang, value)
    return st.lists(pairs, max_size=3, unique_by=lambda pair: pair[0]).map(tuple)


# --- what fits no attribute -------------------------------------------------------------------


def _extras(kind: Kind, values: dict[str, Any]) -> st.SearchStrategy[tuple[Extra, ...]]:
    filled = [attr for attr in kind.attrs if values[attr.name] not in (None, (), False)]
    parts = (_extra_slots(kind, filled), _extra_classifications(kind, filled), _extra_identifiers(kind, filled))
    return st.tuples(*(_tuples(st.one_of(part), max_size=2) for part in parts)).map(lambda extras: sum(extras, ()))


def _extra_slots(kind: Kind, filled: list[Attr]) -> list[st.SearchStrategy[Slot]]:
    """Unknown ones, known ones without values, and second ones."""
    known = [attr.key for attr in kind.attrs if attr.form is Form.SLOT]
    second = [attr.key for attr in filled if attr.form is Form.SLOT]
    unknown = slots(texts().filter(lambda name: name not in known))
    empty = st.builds(Slot, st.sampled_from(known), st.just(()), st.none() | texts())
    return [unknown, empty, *([slots(st.sampled_from(second))] if second else [])]


def _extra_classifications(kind: Kind, filled: list[Attr]) -> list[st.SearchStrategy[Classification]]:
    """By unknown schemes and nodes, of another object, without coding scheme, coded authors, second codes."""
    of_codes = [attr.key for attr in kind.attrs if attr.form is Form.CODE]
    of_authors = [attr.key for attr in kind.attrs if attr.form is Form.AUTHOR]
    second = [attr.key for attr in filled if attr.form is Form.CODE and not attr.many]
    labels = [attr.key for attr in filled if attr.form is Form.LABEL]
    scheme_twice = st.tuples(slots(st.just("codingScheme")), slots(st.just("codingScheme")))
    found = [
        _classifications(scheme=st.none() | texts()),
        _classifications(scheme=st.sampled_from(of_codes), owner=st.just(OTHER_OBJECT)),
        _classifications(scheme=st.sampled_from(of_codes), slots=_slots_but("codingScheme")),
        _classifications(scheme=st.sampled_from(of_codes), slots=scheme_twice),
    ]
    if of_authors:
        found.append(_classifications(scheme=st.sampled_from(of_authors), code=texts(min_size=1)))
    if second:
        found.append(_classifications(scheme=st.sampled_from(second)))
    if labels:
        found.append(_classifications(scheme=st.none(), node=st.sampled_from(labels)))
    return found


def _classifications(
    *,
    scheme: st.SearchStrategy[str | None],
    node: st.SearchStrategy[str | None] = st.none(),
    code: st.SearchStrategy[str | None] = st.none() | texts(),
    owner: st.SearchStrategy[str | None] = st.none() | st.just(OTHER_OBJECT),
    slots: st.SearchStrategy[tuple[Slot, ...]] = _tuples(slots()),
) -> st.SearchStrategy[Classification]:
    return st.builds(
        Classification,
        id=texts(),
        classificationScheme=scheme,
        classificationNode=node,
        classifiedObject=owner,
        nodeRepresentation=code,
        slots=slots,
        name=st.none() | international_strings(),
        description=st.none() | international_strings(),
    )


def _extra_identifiers(kind: Kind, filled: list[Attr]) -> list[st.SearchStrategy[ExternalIdentifier]]:
    """By unknown schemes, of another object, and second ones."""
    known = [attr.key for attr in kind.attrs if attr.form is Form.EXTERNAL_IDENTIFIER]
    second = [attr.key for attr in filled if attr.form is Form.EXTERNAL_IDENTIFIER]
    found = [_identifiers(texts())]
    if known:
        found.append(_identifiers(st.sampled_from(known), owner=st.just(OTHER_OBJECT)))
    if second:
        found.append(_identifiers(st.sampled_from(second)))
    return found


def _identifiers(
    scheme: st.SearchStrategy[str],
    owner: st.SearchStrategy[str | None] = st.none() | st.just(OTHER_OBJECT),
) -> st.SearchStrategy[ExternalIdentifier]:
    return st.builds(
        ExternalIdentifier,
        id=texts(),
        identificationScheme=scheme,
        registryObject=owner,
        value=texts(),
        name=st.none() | international_strings(),
    )


# --- by kind ----------------------------------------------------------------------------------


def document_entries() -> st.SearchStrategy[DocumentEntry]:
    """Any DocumentEntry."""
    return metadata_objects(DOCUMENT_ENTRY)


def submission_sets() -> st.SearchStrategy[SubmissionSet]:
    """Any SubmissionSet."""
    return metadata_objects(SUBMISSION_SET)


def folders() -> st.SearchStrategy[Folder]:
    """Any Folder."""
    return metadata_objects(FOLDER)


def associations() -> st.SearchStrategy[Association]:
    """Any Association."""
    return metadata_objects(ASSOCIATION)


def registry_object_lists() -> st.SearchStrategy[RegistryObjectList]:
    """Objects of all kinds in any number; nothing ties them together."""
    return st.builds(
        RegistryObjectList,
        submissionSets=_tuples(submission_sets(), max_size=1),
        documentEntries=_tuples(document_entries(), max_size=1),
        folders=_tuples(folders(), max_size=1),
        associations=_tuples(associations(), max_size=2),
        objectRefs=_tuples(texts()),
    )
