"""From ebRIM elements to metadata values, by the tables; the inverse of `writer`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
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
from xdsi_sim.ebrim.tables import (
    ASSOCIATION,
    AUTHOR_SLOTS,
    DOCUMENT_ENTRY,
    FOLDER,
    KINDS,
    LABELS,
    SUBMISSION_SET,
    Attr,
    Form,
    Kind,
)
from xdsi_sim.ebrim.xml import Element, children
from xdsi_sim.vocab import NS

__all__ = ["read_object", "read_object_list", "read_slot"]

_RIM: Final = f"{{{NS.RIM}}}"
_PACKAGE, _OBJECT_REF = _RIM + "RegistryPackage", _RIM + "ObjectRef"
_SLOT, _VALUE, _NAME, _DESCRIPTION = _RIM + "Slot", _RIM + "Value", _RIM + "Name", _RIM + "Description"
_CLASSIFICATION, _IDENTIFIER = _RIM + "Classification", _RIM + "ExternalIdentifier"
_STRING: Final = _RIM + "LocalizedString"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_EXTRA_ORDER: Final = {Slot: 0, Classification: 1, ExternalIdentifier: 2}
_AUTHOR: Final = {attr.key: attr for attr in AUTHOR_SLOTS}
_UNLABELLED: Final = {kind.element: kind for kind in KINDS.values() if kind.label is None}


def read_object_list(parent: Element) -> RegistryObjectList:
    """The objects below a `rim:RegistryObjectList`, in any order; classifications inside or beside them."""
    found: dict[Kind, list[Any]] = {kind: [] for kind in KINDS.values()}
    refs: list[str] = []
    unlabelled: list[str] = []
    beside = _beside(parent)
    for element in parent:
        given = element.get("id", "")
        if element.tag == _OBJECT_REF:
            refs.append(given)
            continue
        kinds = _kinds(element, beside.get(given, ()))
        if len(kinds) == 1:
            found[kinds[0]].append(read_object(element, kinds[0], beside.get(given, ())))
        elif element.tag == _PACKAGE:
            unlabelled.append(given)
    return RegistryObjectList(
        submissionSets=tuple(found[SUBMISSION_SET]),
        documentEntries=tuple(found[DOCUMENT_ENTRY]),
        folders=tuple(found[FOLDER]),
        associations=tuple(found[ASSOCIATION]),
        objectRefs=tuple(refs),
        unlabelled=tuple(unlabelled),
    )


def _beside(parent: Element) -> dict[str, list[Element]]:
    """The classifications that stand beside the objects, by the id of the object they classify."""
    found: dict[str, list[Element]] = {}
    for child in parent.iterchildren(_CLASSIFICATION):
        if target := child.get("classifiedObject"):
            found.setdefault(target, []).append(child)
    return found


def _kinds(element: Element, beside: Iterable[Element]) -> list[Kind]:
    """What the element may be: one kind, or for a package as many as it has labels."""
    if element.tag != _PACKAGE:
        return [_UNLABELLED[element.tag]] if element.tag in _UNLABELLED else []
    classifications = (*element.iterchildren(_CLASSIFICATION), *beside)
    labels = (classification.get("classificationNode") for classification in classifications)
    return [LABELS[label] for label in labels if label in LABELS]


def read_object(element: Element, kind: Kind, beside: Iterable[Element] = ()) -> MetadataObject:
    """One ExtrinsicObject, RegistryPackage or Association as the value class of `kind`.

    `beside` are its Classifications that do not stand inside it.
    """
    reading = _Reading(kind, element)
    for child in (*children(element), *beside):
        read_child = _CHILDREN.get(child.tag)
        if read_child is not None:
            read_child(reading, child)
    return reading.finish()


class _Reading:
    """The state of reading one object: attribute values so far, and what fits no attribute."""

    __slots__ = ("extra", "id", "kind", "values")

    def __init__(self, kind: Kind, element: Element) -> None:
        self.kind = kind
        self.id = element.get("id", "")
        self.values: dict[str, Any] = {"entryUUID": self.id}
        self.extra: list[Any] = []
        self._attributes(element)

    def finish(self) -> MetadataObject:
        """The object, once all its children are read."""
        if self.extra:  # in the schema's order, which is the writer's: equal objects then read equal
            self.extra.sort(key=lambda extra: _EXTRA_ORDER[type(extra)])
        if ids := self.values.get("externalIdentifierIds"):
            self.values["externalIdentifierIds"] = tuple(sorted(ids))
        return self.kind.type(**self.values, extra=tuple(self.extra))

    def _attributes(self, element: Element) -> None:
        unknown = []
        for name, text in element.items():
            key, value = str(name), str(text)
            attr = self.kind.xml_attributes.get(key)
            if attr is not None:
                self.values[attr.name] = value
            elif key != "objectType" or value != self.kind.objectType:  # the writer puts the fixed one back
                unknown.append((key, value))
        if unknown:
            self.values["xmlAttributes"] = tuple(unknown)

    def slot(self, element: Element) -> None:
        """A Slot: of an attribute, or extra."""
        values = _values(element)
        attr = self.kind.slots.get(element.get("name", ""))
        if attr is None or not _put_slot(self.values, attr, values):
            self.extra.append(_slot(element, values))

    def name(self, element: Element) -> None:
        """A Name; dropped where this kind has no attribute for it."""
        self._put(Form.NAME, _text(element))

    def description(self, element: Element) -> None:
        """A Description; dropped where this kind has no attribute for it."""
        self._put(Form.DESCRIPTION, _text(element))

    def version(self, element: Element) -> None:
        """A VersionInfo, of the metadata."""
        self._put(Form.VERSION, element.get("versionName", "1.1"))  # the schema's default

    def content_version(self, element: Element) -> None:
        """A ContentVersionInfo, of the document."""
        self._put(Form.CONTENT_VERSION, element.get("versionName", "1.1"))

    def _put(self, form: Form, value: object) -> None:
        attr = self.kind.by_key.get((form, ""))
        if attr is not None:
            self.values[attr.name] = value

    def classification(self, element: Element) -> None:
        """A Classification: a label, a code, authors, or extra; extra, too, if it is of another object."""
        owner = self._owner(element.get("classifiedObject"))
        if owner is not None or not self._classified(element):
            self.extra.append(_classification(element, owner))

    def _classified(self, element: Element) -> bool:
        """Keep a classification of this object as its label or attribute, if it can be one."""
        node = element.get("classificationNode")
        if node is not None:
            return self._labelled(node)
        attr = self.kind.classified.get(element.get("classificationScheme", ""))
        if attr is None:
            return False
        value = _CLASSIFIED[attr.form](element)
        return value is not None and _put_value(self.values, attr, value)

    def _labelled(self, node: str) -> bool:
        if node == self.kind.label:
            return True  # what makes the package a SubmissionSet or Folder
        label = self.kind.by_key.get((Form.LABEL, node))
        if label is None or label.name in self.values:
            return False
        self.values[label.name] = True
        return True

    def identifier(self, element: Element) -> None:
        """An ExternalIdentifier: of an attribute, or extra; a second one of a scheme is extra, too."""
        attr = self.kind.identifiers.get(element.get("identificationScheme", ""))
        owner = self._owner(element.get("registryObject"))
        if attr is None or owner is not None or attr.name in self.values:
            self.extra.append(_identifier(element, owner))
            return
        self.values[attr.name] = element.get("value", "")
        if (given := element.get("id")) is not None:
            ids = self.values.get("externalIdentifierIds", ())
            self.values["externalIdentifierIds"] = (*ids, (attr.name, given))

    def _owner(self, target: str | None) -> str | None:
        """The object that a child says it belongs to; None where that is this one."""
        if target is None or target == self.id or target.lower() == self.id.lower():
            return None
        return target


_CHILDREN: Final = {
    _SLOT: _Reading.slot,
    _NAME: _Reading.name,
    _DESCRIPTION: _Reading.description,
    _RIM + "VersionInfo": _Reading.version,
    _RIM + "ContentVersionInfo": _Reading.content_version,
    _CLASSIFICATION: _Reading.classification,
    _IDENTIFIER: _Reading.identifier,
}


def _put_slot(attributes: dict[str, Any], attr: Attr, values: tuple[str, ...]) -> bool:
    """Keep the values of a slot as its attribute, if the attribute is free and can express them."""
    if attr.name in attributes or not (values if attr.many else len(values) == 1):
        return False
    attributes[attr.name] = values if attr.many else values[0]
    return True


def _put_value(values: dict[str, Any], attr: Attr, value: object) -> bool:
    if attr.many:
        values[attr.name] = (*values.get(attr.name, ()), value)
        return True
    return values.setdefault(attr.name, value) is value


def read_slot(element: Element) -> Slot:
    """A `rim:Slot` with its values in order; a missing ValueList is no value."""
    return _slot(element, _values(element))


def _slot(element: Element, values: tuple[str, ...]) -> Slot:
    return Slot(element.get("name", ""), values, element.get("slotType"))


def _values(element: Element) -> tuple[str, ...]:
    """Without a Slot around them: most slots become an attribute, and there are two dozen in an entry."""
    return tuple(
        [value.text or "" for list_ in children(element) for value in children(list_) if value.tag == _VALUE]
    )


def _text(element: Element) -> InternationalString:
    strings = [
        (child.get("value", ""), child.get(_LANG), child.get("charset"))
        for child in children(element)
        if child.tag == _STRING
    ]
    if len(strings) == 1 and _is_short(*strings[0]):
        return _one_for_all(*strings[0])
    return InternationalString(tuple([LocalizedString(*string) for string in strings]))


_SHORT: Final = 128  # characters; so that what is kept stays small, whatever peers send


def _is_short(value: str, lang: str | None, charset: str | None) -> bool:
    return len(value) <= _SHORT and len(lang or "") <= _SHORT and len(charset or "") <= _SHORT


@lru_cache(maxsize=1024)
def _one_for_all(value: str, lang: str | None, charset: str | None) -> InternationalString:
    """The same value each time: most texts are names of codes, and of these an affinity domain has few."""
    return InternationalString((LocalizedString(value, lang, charset),))


def _code(element: Element) -> Code | None:
    """A code, or None where it lacks a part or has its scheme twice."""
    code = element.get("nodeRepresentation")
    schemes: list[tuple[str, ...]] = []
    extra: list[Slot] = []
    name = None
    for child in children(element):
        tag = child.tag
        if tag == _SLOT:
            values = _values(child)
            if child.get("name") == "codingScheme":
                schemes.append(values)
            else:
                extra.append(_slot(child, values))
        elif tag == _NAME:
            name = _text(child)
    if code is None or len(schemes) != 1 or len(schemes[0]) != 1:
        return None
    return Code(code, schemes[0][0], name, element.get("id"), tuple(extra))


def _author(element: Element) -> Author | None:
    """An author, or None where the classification is coded as no author is."""
    if element.get("nodeRepresentation"):
        return None
    values: dict[str, Any] = {}
    extra: list[Slot] = []
    for child in element.iterchildren(_SLOT):
        given = _values(child)
        attr = _AUTHOR.get(child.get("name", ""))
        if attr is None or not _put_slot(values, attr, given):
            extra.append(_slot(child, given))
    return Author(**values, extra=tuple(extra), id=element.get("id"))


_CLASSIFIED: Final[dict[Form, Callable[[Element], Code | Author | None]]] = {
    Form.CODE: _code,
    Form.AUTHOR: _author,
}


def _classification(element: Element, owner: str | None) -> Classification:
    name, description = element.find(_NAME), element.find(_DESCRIPTION)
    return Classification(
        id=element.get("id"),
        classificationScheme=element.get("classificationScheme"),
        classificationNode=element.get("classificationNode"),
        classifiedObject=owner,
        nodeRepresentation=element.get("nodeRepresentation"),
        slots=tuple(read_slot(slot) for slot in element.iterchildren(_SLOT)),
        name=None if name is None else _text(name),
        description=None if description is None else _text(description),
    )


def _identifier(element: Element, owner: str | None) -> ExternalIdentifier:
    name = element.find(_NAME)
    return ExternalIdentifier(
        id=element.get("id"),
        identificationScheme=element.get("identificationScheme", ""),
        registryObject=owner,
        value=element.get("value", ""),
        name=None if name is None else _text(name),
    )
