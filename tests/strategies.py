"""Metadata values for hypothesis: whatever ebRIM can carry, not only what makes sense.

The strategies walk the tables of `xdsi_sim.ebrim.tables`, so an attribute added there is tested at once.
Values are canonical, that is as a reader gives them: `extra` holds only what fits no attribute, in the order
of the schema, and every Classification and ExternalIdentifier has its id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
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
from xdsi_sim.ebrim.tables import (
    ASSOCIATION,
    AUTHOR_SLOTS,
    DOCUMENT_ENTRY,
    FOLDER,
    SUBMISSION_SET,
    Attr,
    Form,
    Kind,
)
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

_ORDER = {Slot: 0, Classification: 1, ExternalIdentifier: 2}
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
    return _tuples(slots(_but(known)), max_size=2)


def _but(known: Iterable[str]) -> st.SearchStrategy[str]:
    taken = frozenset(known)
    return texts().filter(lambda text: text not in taken)


def codes() -> st.SearchStrategy[Code]:
    """A code, with or without a display name, with its Classification's id."""
    name = st.none() | international_strings()
    return st.builds(Code, texts(), texts(), name, texts(), _slots_but("codingScheme"))


def authors() -> st.SearchStrategy[Author]:
    """An author, empty ones too, with its Classification's id."""
    values = {attr.name: _tuples(texts()) if attr.many else st.none() | texts() for attr in AUTHOR_SLOTS}
    extra = _slots_but(*(attr.key for attr in AUTHOR_SLOTS))
    return st.builds(Author, **values, extra=extra, id=texts())


def _one_or_many(attr: Attr, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(values, min_size=1, max_size=3).map(tuple) if attr.many else values


_VALUES: dict[Form, Callable[[Attr], st.SearchStrategy[Any]]] = {
    Form.XML_ATTRIBUTE: lambda _: texts(),
    Form.SLOT: lambda attr: _one_or_many(attr, texts()),
    Form.NAME: lambda _: international_strings(),
    Form.DESCRIPTION: lambda _: international_strings(),
    Form.VERSION: lambda _: texts(),
    Form.CONTENT_VERSION: lambda _: texts(),
    Form.CODE: lambda attr: _one_or_many(attr, codes()),
    Form.AUTHOR: lambda attr: _one_or_many(attr, authors()),
    Form.LABEL: lambda _: st.just(value=True),
    Form.EXTERNAL_IDENTIFIER: lambda _: texts(),
}


def metadata_objects(kind: Kind) -> st.SearchStrategy[Any]:
    """An object of `kind` with some of its attributes, and with things that fit none."""
    pairs = st.one_of(*(st.tuples(st.just(attr.name), _VALUES[attr.form](attr)) for attr in kind.attrs))
    return st.builds(
        partial(_object, kind),
        values=st.lists(pairs, max_size=8, unique_by=lambda pair: pair[0]).map(dict),
        ids=st.lists(texts(), min_size=3, max_size=3),
        xmlAttributes=_xml_attributes(kind),
        extras=_tuples(_extras(kind)),
    )


def _object(
    kind: Kind,
    values: dict[str, Any],
    ids: list[str],
    xmlAttributes: tuple[tuple[str, str], ...],
    extras: tuple[tuple[str | None, Extra], ...],
) -> MetadataObject:
    """Put together what is canonical together: an extra of an attribute only where that is filled."""
    identified = sorted(name for name in values if kind.by_name[name].form is Form.EXTERNAL_IDENTIFIER)
    fitting = [extra for name, extra in extras if name is None or name in values]
    return kind.type(
        **{"entryUUID": "", **values},
        externalIdentifierIds=tuple(zip(identified, ids, strict=False)),
        xmlAttributes=xmlAttributes,
        extra=tuple(sorted(fitting, key=lambda extra: _ORDER[type(extra)])),
    )


def _xml_attributes(kind: Kind) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    known = {attr.key for attr in kind.attrs if attr.form is Form.XML_ATTRIBUTE}
    local = xml_names().filter(lambda name: name not in known)
    namespace = st.sampled_from(["urn:example:a", "urn:example:b?c=1&d=2", NS.RIM])
    foreign = st.builds(lambda uri, name: f"{{{uri}}}{name}", namespace, xml_names())
    other = st.sampled_from(["objectType", "{http://www.w3.org/XML/1998/namespace}lang"])
    pairs = st.tuples(local | foreign | other.filter(lambda name: name not in known), texts())
    return st.lists(pairs, max_size=2, unique_by=lambda pair: pair[0]).map(tuple)


# --- what fits no attribute -------------------------------------------------------------------


def _extras(kind: Kind) -> st.SearchStrategy[tuple[str | None, Extra]]:
    """What goes to `extra`, each with the attribute that must be filled already, or None."""
    always = [
        slots(_but(attr.key for attr in kind.attrs)),
        st.builds(Slot, st.sampled_from(_keys(kind, Form.SLOT)), st.just(()), st.none() | texts()),
        *_extra_classifications(kind),
        *_extra_identifiers(kind),
    ]
    seconds = [
        st.tuples(st.just(attr.name), _SECOND[attr.form](attr))
        for attr in kind.attrs
        if attr.form in _SECOND and not (attr.many and attr.form is Form.CODE)
    ]
    return st.one_of(st.tuples(st.none(), st.one_of(always)), *seconds)


def _extra_classifications(kind: Kind) -> list[st.SearchStrategy[Classification]]:
    """By unknown schemes and nodes, of another object, without coding scheme, with two; coded authors."""
    scheme = st.sampled_from(_keys(kind, Form.CODE))
    two_schemes = st.tuples(*[slots(st.just("codingScheme"))] * 2)
    return [
        _classifications(classificationScheme=st.none() | texts(), classificationNode=st.none() | texts()),
        _classifications(classificationScheme=scheme, classifiedObject=st.just(OTHER_OBJECT)),
        _classifications(classificationScheme=scheme, classificationNode=texts()),
        _classifications(classificationScheme=scheme, slots=_slots_but("codingScheme")),
        _classifications(classificationScheme=scheme, slots=two_schemes),
        _classifications(classificationScheme=scheme, nodeRepresentation=st.none()),
        *(
            _classifications(classificationScheme=st.just(key), nodeRepresentation=texts(min_size=1))
            for key in _keys(kind, Form.AUTHOR)
        ),
    ]


def _classifications(**given: st.SearchStrategy[Any]) -> st.SearchStrategy[Classification]:
    """A Classification of any content but for what is `given`, by scheme if nothing else is said."""
    anything = {
        "id": texts(),
        "classificationScheme": st.none(),
        "classificationNode": st.none(),
        "classifiedObject": st.none() | st.just(OTHER_OBJECT),
        "nodeRepresentation": st.none() | texts(),
        "slots": _tuples(slots()),
        "name": st.none() | international_strings(),
        "description": st.none() | international_strings(),
    }
    return st.builds(Classification, **{**anything, **given})


def _extra_identifiers(kind: Kind) -> list[st.SearchStrategy[ExternalIdentifier]]:
    """By unknown schemes, and of another object."""
    another = st.just(OTHER_OBJECT)
    return [
        _identifiers(),
        *(
            _identifiers(identificationScheme=st.just(key), registryObject=another)
            for key in _keys(kind, Form.EXTERNAL_IDENTIFIER)
        ),
    ]


def _identifiers(**given: st.SearchStrategy[Any]) -> st.SearchStrategy[ExternalIdentifier]:
    """An ExternalIdentifier of any content but for what is `given`."""
    anything = {
        "id": texts(),
        "identificationScheme": texts(),
        "registryObject": st.none() | st.just(OTHER_OBJECT),
        "value": texts(),
        "name": st.none() | international_strings(),
    }
    return st.builds(ExternalIdentifier, **{**anything, **given})


_SECOND: dict[Form, Callable[[Attr], st.SearchStrategy[Extra]]] = {
    Form.SLOT: lambda attr: slots(st.just(attr.key)),
    Form.CODE: lambda attr: _classifications(classificationScheme=st.just(attr.key)),
    Form.LABEL: lambda attr: _classifications(classificationNode=st.just(attr.key)),
    Form.EXTERNAL_IDENTIFIER: lambda attr: _identifiers(identificationScheme=st.just(attr.key)),
}
"""What an attribute that is filled leaves to `extra`."""


def _keys(kind: Kind, form: Form) -> list[str]:
    return [attr.key for attr in kind.attrs if attr.form is form]


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
