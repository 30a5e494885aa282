"""Classifications and ExternalIdentifiers: how ebRIM holds codes, authors and identifiers.

The subject is one object of any kind. What says that it belongs to another object becomes no
attribute and lies in `extra`; of an object without id C08 says enough. What values do not keep, objectType
and Name of what became an attribute, is judged by `form`.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Final

from xdsi_sim.ebrim.model import Classification, ExternalIdentifier, InternationalString, MetadataObject
from xdsi_sim.ebrim.tables import KINDS, Attr, Form
from xdsi_sim.errors import Severity
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.walks import coded_extras, codes_of

__all__: list[str] = []

_AUTHOR_SCHEMES: Final = {
    type_: {attr.key for attr in kind.attrs if attr.form is Form.AUTHOR} for type_, kind in KINDS.items()
}
_SCHEMES: Final = {
    type_: {attr.key for attr in kind.attrs if attr.form is Form.CODE} | _AUTHOR_SCHEMES[type_]
    for type_, kind in KINDS.items()
}


def _classifications(value: MetadataObject) -> list[Classification]:
    return [extra for extra in value.extra if isinstance(extra, Classification)]


@rule("C13", cites="ITI TF-3: 4.2.3.1.10", of_extras=True)
def classification_has_one_known_scheme_or_node(value: MetadataObject) -> Iterator[Violation]:
    """A Classification has a scheme or a node, not both; the scheme is one of the object's kind."""
    for extra in _classifications(value):
        scheme, node = extra.classificationScheme, extra.classificationNode
        if scheme and node:
            yield _scheme("Classification has both classificationScheme and classificationNode", scheme)
        elif scheme and scheme not in _SCHEMES[type(value)]:
            yield _scheme(f"classificationScheme is none of a {type(value).__name__}", scheme)
        elif not scheme and not node:
            yield Violation("Classification has neither classificationScheme nor classificationNode")


def _scheme(text: str, scheme: str) -> Violation:
    return Violation(text, attribute="classificationScheme", value=scheme)


@rule("C14", cites="ITI TF-3: 4.2.5", of_extras=True)
def identifier_scheme_is_known(value: MetadataObject) -> Iterator[Violation]:
    """The scheme of an ExternalIdentifier is one of the object's kind."""
    known = KINDS[type(value)].by_key
    for extra in value.extra:
        if isinstance(extra, ExternalIdentifier):
            scheme = extra.identificationScheme
            if (Form.EXTERNAL_IDENTIFIER, scheme) not in known:
                text = f"identificationScheme is none of a {type(value).__name__}"
                yield Violation(text, attribute="identificationScheme", value=scheme)


# --- whose they are --------------------------------------------------------------------------


@rule("C11", cites="ITI TF-3: 4.2.3.1.2", of_extras=True)
def classification_is_of_its_parent(value: MetadataObject) -> Iterator[Violation]:
    """The classifiedObject of a Classification is the id of the object that it stands in."""
    known = KINDS[type(value)].classified
    for extra in _classifications(value):
        if extra.classifiedObject is not None and value.entryUUID:
            what = _name(known.get(extra.classificationScheme or ""), "a Classification")
            yield _foreign("classifiedObject", what, extra.classifiedObject)


@rule("C12", cites="ITI TF-3: 4.2.3.1.3", of_extras=True)
def identifier_is_of_its_parent(value: MetadataObject) -> Iterator[Violation]:
    """The registryObject of an ExternalIdentifier is the id of the object that it stands in."""
    known = KINDS[type(value)].identifiers
    for extra in value.extra:
        if isinstance(extra, ExternalIdentifier) and extra.registryObject is not None and value.entryUUID:
            what = _name(known.get(extra.identificationScheme), "an ExternalIdentifier")
            yield _foreign("registryObject", what, extra.registryObject)


def _name(attr: Attr | None, otherwise: str) -> str:
    return otherwise if attr is None else attr.name


def _foreign(attribute: str, what: str, owner: str) -> Violation:
    text = f"{attribute} of {what} is not the id of the object that it stands in"
    return Violation(text, attribute=attribute, value=owner)


# --- codes and authors -----------------------------------------------------------------------


@rule("C16", cites="ITI TF-3: 4.2.3.1.2")
def code_is_not_empty(value: MetadataObject) -> Iterator[Violation]:
    """A coded attribute has its code in nodeRepresentation."""
    for name, code in codes_of(value):
        if not code.code:
            yield Violation(f"{name} has no nodeRepresentation", attribute=name)
    for attr, extra in coded_extras(value):
        if not extra.nodeRepresentation:
            yield Violation(f"{attr.name} has no nodeRepresentation", attribute=attr.name)


@rule("C17", cites="ITI TF-3: 4.2.3.1.2")
def code_has_one_coding_scheme(value: MetadataObject) -> Iterator[Violation]:
    """A coded attribute has a Slot codingScheme with exactly one value, not empty."""
    for name, code in codes_of(value):
        if not code.codingScheme:
            yield Violation(f"{name} has an empty codingScheme", attribute=name, value=code.code)
    for attr, extra in coded_extras(value):
        if not _has_one_coding_scheme(extra):
            text = f"{attr.name} has not exactly one codingScheme"
            yield Violation(text, attribute=attr.name, value=extra.nodeRepresentation)


def _has_one_coding_scheme(extra: Classification) -> bool:
    schemes = [slot.values for slot in extra.slots if slot.name == "codingScheme"]
    return len(schemes) == 1 and len(schemes[0]) == 1 and schemes[0][0] != ""


@rule("C18", cites="ITI TF-3: 4.2.3.1.2", adjustable=True)
def code_has_a_display_name(value: MetadataObject) -> Iterator[Violation]:
    """A coded attribute has a Name, not empty: what people are shown for the code."""
    for name, code in codes_of(value):
        if not _has_text(code.displayName):
            yield Violation(f"{name} has no display name", attribute=name, value=code.code)
    for attr, extra in coded_extras(value):
        if not _has_text(extra.name):
            text = f"{attr.name} has no display name"
            yield Violation(text, attribute=attr.name, value=extra.nodeRepresentation)


def _has_text(string: InternationalString | None) -> bool:
    return string is not None and any(map(_VALUE, string.strings))


_VALUE: Final = attrgetter("value")


@rule("C19", cites="ITI TF-3: 4.2.3.1.4", severity=Severity.WARNING, of_extras=True)
def author_is_not_coded(value: MetadataObject) -> Iterator[Violation]:
    """An author has an empty nodeRepresentation."""
    for extra in _classifications(value):
        if extra.classificationScheme in _AUTHOR_SCHEMES[type(value)] and extra.nodeRepresentation:
            yield Violation(
                "author has a nodeRepresentation", attribute="author", value=extra.nodeRepresentation
            )
