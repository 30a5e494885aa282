"""From metadata values to ebRIM fragments, by the tables; the inverse of `reader`.

A fragment is canonical (equal values give equal bytes, but for ids that have to be made) and declares its
own namespace, so it can be stored as it is and spliced into any message. Fragments are joined from strings:
a tree would cost three times as much.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Final

from xdsi_sim.ebrim.model import (
    Author,
    Classification,
    Code,
    ExternalIdentifier,
    InternationalString,
    LocalizedString,
    MetadataObject,
    RegistryObjectList,
    Slot,
)
from xdsi_sim.ebrim.tables import AUTHOR_SLOTS, IDENTIFIER_NAMES, KINDS, OBJECT_TYPE, Attr, Form, Kind
from xdsi_sim.ebrim.xml import escape
from xdsi_sim.ids import new_uuid
from xdsi_sim.vocab import NS

__all__ = ["write_object", "write_object_list", "write_object_ref", "write_slot"]

_LABELS: Final = uuid.UUID("0d4c3c26-7f0e-4a51-9c5e-2f6f1f0f6f3b")  # name space of label ids
_NAMESPACES: Final = {NS.RIM: "rim", "http://www.w3.org/XML/1998/namespace": "xml"}


def write_object_list(objects: RegistryObjectList) -> bytes:
    """A `rim:RegistryObjectList` with all its objects and references."""
    return b"".join(
        (
            f'<rim:RegistryObjectList xmlns:rim="{NS.RIM}">'.encode(),
            *(write_object(value) for value in objects.objects()),
            *(write_object_ref(ref) for ref in objects.objectRefs),
            b"</rim:RegistryObjectList>",
        )
    )


def write_object_ref(entry_uuid: str, home: str | None = None) -> bytes:
    """A `rim:ObjectRef`, complete in its namespace."""
    return (
        f'<rim:ObjectRef xmlns:rim="{NS.RIM}" id="{escape(entry_uuid)}"{_attribute("home", home)}/>'.encode()
    )


def write_object(value: MetadataObject, *, permanent: bool = False) -> bytes:
    """The fragment of one object; where it is to be `permanent`, its parts get UUIDs for symbolic ids."""
    kind = KINDS[type(value)]
    parts = _Parts(kind, value, permanent=permanent)
    for (attr, write), content in zip(_WRITERS[kind], _CONTENTS[kind](value), strict=True):
        if content is not None and content is not False and (content or not attr.many):
            write(parts, attr, content)
    for extra in value.extra:
        _EXTRA[type(extra)](parts, extra)
    return parts.join().encode()


class _Parts:
    """The pieces of one object by their place in the schema's order."""

    __slots__ = (
        "classifications",
        "head",
        "id",
        "identifiers",
        "kind",
        "last",
        "names",
        "permanent",
        "slots",
        "value",
    )

    def __init__(self, kind: Kind, value: MetadataObject, *, permanent: bool) -> None:
        self.kind = kind
        self.permanent = permanent
        self.value = value
        self.id = escape(value.entryUUID)
        element = kind.element.rpartition("}")[2]
        self.head = [f'<rim:{element} xmlns:rim="{NS.RIM}"']
        self.slots: list[str] = []
        self.names = ["", "", ""]  # Name, Description, VersionInfo
        self.classifications: list[str] = []
        self.identifiers: list[str] = []
        self.last = ""

    def join(self) -> str:
        """The element, all pieces in the schema's order."""
        kind = self.kind
        if kind.objectType is not None and all(name != "objectType" for name, _ in self.value.xmlAttributes):
            self.head.append(f' objectType="{kind.objectType}"')
        if kind.label is not None and not self._is_labelled(kind.label):
            self._label(kind.label)
        for number, (name, text) in enumerate(self.value.xmlAttributes):
            self.head.append(_foreign_attribute(name, text, number))
        return "".join(
            (
                *self.head,
                ">",
                *self.slots,
                *self.names,
                *self.classifications,
                *self.identifiers,
                self.last,
                f"</rim:{kind.element.rpartition('}')[2]}>",
            )
        )

    def xml_attribute(self, attr: Attr, value: str) -> None:
        """In the start tag."""
        self.head.append(f' {attr.key}="{escape(value)}"')

    def slot(self, attr: Attr, value: Any) -> None:
        """As a Slot, its values in their order."""
        self.slots.append(_slot(attr.key, value if attr.many else (value,)))

    def name(self, _attr: Attr, value: InternationalString) -> None:
        """As the Name."""
        self.names[0] = _text("Name", value)

    def description(self, _attr: Attr, value: InternationalString) -> None:
        """As the Description."""
        self.names[1] = _text("Description", value)

    def version(self, _attr: Attr, value: str) -> None:
        """As VersionInfo."""
        self.names[2] = f'<rim:VersionInfo versionName="{escape(value)}"/>'

    def content_version(self, _attr: Attr, value: str) -> None:
        """As ContentVersionInfo."""
        self.last = f'<rim:ContentVersionInfo versionName="{escape(value)}"/>'

    def code(self, attr: Attr, value: Any) -> None:
        """As one Classification for each code."""
        for code in value if attr.many else (value,):
            self.classifications.append(f"{self._classification(code.id)}{_code(attr.key, code)}")

    def author(self, attr: Attr, value: tuple[Author, ...]) -> None:
        """As one Classification for each author, which has Slots (ITI TF-3: 4.2.3.1.4)."""
        for author in value:
            slots = "".join(_author_slots(author))
            self.classifications.append(
                f'{self._classification(author.id)} classificationScheme="{attr.key}" nodeRepresentation="">'
                f"{slots}</rim:Classification>"
            )

    def label(self, attr: Attr, _value: bool) -> None:
        """As a Classification by a node: it says that a package is a Folder or SubmissionSet."""
        self._label(attr.key)

    def _is_labelled(self, node: str) -> bool:
        """The label that came says that it is of another object: it stands in `extra` with that."""
        return any(
            isinstance(extra, Classification) and extra.classificationNode == node
            for extra in self.value.extra
        )

    def _label(self, node: str) -> None:
        given = self._label_id(node)
        self.classifications.append(f'{self._classification(given)} classificationNode="{node}"/>')

    def _label_id(self, node: str) -> str:
        """Values keep no id for a label: it follows from the object's, where that is permanent."""
        if not self.value.entryUUID.startswith("urn:uuid:"):
            return new_uuid()
        return f"urn:uuid:{uuid.uuid5(_LABELS, self.id + node)}"

    def _part_id(self, given: str | None) -> str:
        if given is None or (self.permanent and not given.startswith("urn:uuid:")):
            return new_uuid()
        return escape(given)

    def _classification(self, given: str | None, owner: str | None = None) -> str:
        return (
            f'<rim:Classification id="{self._part_id(given)}" '
            f'objectType="{OBJECT_TYPE}Classification" '
            f'classifiedObject="{self.id if owner is None else escape(owner)}"'
        )

    def external_identifier(self, attr: Attr, value: str) -> None:
        """As an ExternalIdentifier, under the id that came with it or a new one."""
        given = dict(self.value.externalIdentifierIds).get(attr.name)
        self._identifier(given, attr.key, value, self.id, _FIXED_NAMES[attr.key])

    def _identifier(self, given: str | None, scheme: str, value: str, owner: str, name: str) -> None:
        self.identifiers.append(
            f'<rim:ExternalIdentifier id="{self._part_id(given)}" '
            f'objectType="{OBJECT_TYPE}ExternalIdentifier" identificationScheme="{escape(scheme)}" '
            f'value="{escape(value)}" registryObject="{owner}">'
            f"{name}</rim:ExternalIdentifier>"
        )

    def extra_slot(self, slot: Slot) -> None:
        """A Slot that is of no attribute, as it came."""
        self.slots.append(write_slot(slot))

    def extra_identifier(self, extra: ExternalIdentifier) -> None:
        """An ExternalIdentifier that is of no attribute, as it came."""
        owner = self.id if extra.registryObject is None else escape(extra.registryObject)
        self._identifier(extra.id, extra.identificationScheme, extra.value, owner, _text("Name", extra.name))

    def extra_classification(self, extra: Classification) -> None:
        """A Classification that is of no attribute, as it came."""
        attributes = (
            ("classificationScheme", extra.classificationScheme),
            ("classificationNode", extra.classificationNode),
            ("nodeRepresentation", extra.nodeRepresentation),
        )
        self.classifications.append(
            f"{self._classification(extra.id, extra.classifiedObject)}"
            f"{''.join(_attribute(name, text) for name, text in attributes)}>"
            f"{''.join(map(write_slot, extra.slots))}{_text('Name', extra.name)}"
            f"{_text('Description', extra.description)}</rim:Classification>"
        )


_WRITE: Final[dict[Form, Callable[[_Parts, Attr, Any], None]]] = {
    Form.XML_ATTRIBUTE: _Parts.xml_attribute,
    Form.SLOT: _Parts.slot,
    Form.NAME: _Parts.name,
    Form.DESCRIPTION: _Parts.description,
    Form.VERSION: _Parts.version,
    Form.CONTENT_VERSION: _Parts.content_version,
    Form.CODE: _Parts.code,
    Form.AUTHOR: _Parts.author,
    Form.LABEL: _Parts.label,
    Form.EXTERNAL_IDENTIFIER: _Parts.external_identifier,
}
_WRITERS: Final = {kind: tuple((attr, _WRITE[attr.form]) for attr in kind.attrs) for kind in KINDS.values()}
_CONTENTS: Final = {kind: attrgetter(*(attr.name for attr in kind.attrs)) for kind in KINDS.values()}
"""By kind, the attributes in the order of its table."""
_EXTRA: Final[dict[type, Callable[[_Parts, Any], None]]] = {
    Slot: _Parts.extra_slot,
    Classification: _Parts.extra_classification,
    ExternalIdentifier: _Parts.extra_identifier,
}


def write_slot(slot: Slot) -> str:
    """A `rim:Slot`; the caller declares the prefix."""
    return _slot(escape(slot.name), slot.values, _attribute("slotType", slot.slotType))


def _slot(name: str, values: Iterable[str], slot_type: str = "") -> str:
    """A slot by its name as it is written, and its slotType as an attribute."""
    items = "</rim:Value><rim:Value>".join(map(escape, values))
    inside = f"<rim:Value>{items}</rim:Value>" if values else ""
    return f'<rim:Slot name="{name}"{slot_type}><rim:ValueList>{inside}</rim:ValueList></rim:Slot>'


def _code(scheme: str, code: Code) -> str:
    """The Classification of a code behind its ids."""
    extra = "".join(map(write_slot, code.extra)) if code.extra else ""
    return (
        f' classificationScheme="{scheme}" nodeRepresentation="{escape(code.code)}">'
        '<rim:Slot name="codingScheme"><rim:ValueList>'
        f"<rim:Value>{escape(code.codingScheme)}</rim:Value></rim:ValueList></rim:Slot>"
        f"{extra}{_text('Name', code.displayName)}</rim:Classification>"
    )


def _author_slots(author: Author) -> Iterable[str]:
    for attr, value in zip(AUTHOR_SLOTS, _OF_AN_AUTHOR(author), strict=True):
        if value is not None and (value or not attr.many):
            yield _slot(attr.key, value if attr.many else (value,))
    yield from map(write_slot, author.extra)


_OF_AN_AUTHOR: Final = attrgetter(*(attr.name for attr in AUTHOR_SLOTS))


def _text(element: str, text: InternationalString | None) -> str:
    if text is None:
        return ""
    return f"<rim:{element}>{''.join(map(_string, text.strings))}</rim:{element}>"


def _string(text: LocalizedString) -> str:
    language = "" if text.lang is None else f' xml:lang="{escape(text.lang)}"'
    charset = "" if text.charset is None else f' charset="{escape(text.charset)}"'
    return f'<rim:LocalizedString{language}{charset} value="{escape(text.value)}"/>'


_FIXED_NAMES: Final = {
    scheme: _text("Name", InternationalString.of(name)) for scheme, name in IDENTIFIER_NAMES.items()
}


def _attribute(name: str, value: str | None) -> str:
    return "" if value is None else f' {name}="{escape(value)}"'


def _foreign_attribute(expanded: str, value: str, number: int) -> str:
    """An attribute by expanded name, with a declaration of its own where it has a namespace."""
    namespace, _, local = expanded.removeprefix("{").rpartition("}")
    if not namespace:
        return _attribute(local, value)
    prefix = _NAMESPACES.get(namespace, f"x{number}")
    declaration = "" if namespace in _NAMESPACES else f' xmlns:{prefix}="{escape(namespace)}"'
    return f"{declaration}{_attribute(f'{prefix}:{local}', value)}"
