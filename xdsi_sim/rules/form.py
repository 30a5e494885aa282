"""What values do not keep of the ebRIM that they were read from: namespaces, names and types of elements.

The subject is the submission; one that is made of values has nothing wrong in its form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from xdsi_sim.ebrim.tables import IDENTIFIER_NAMES, OBJECT_TYPE
from xdsi_sim.ebrim.xml import Element, local_name
from xdsi_sim.errors import Severity
from xdsi_sim.rules.association import SHORT_NAMES
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.subjects import Submission
from xdsi_sim.vocab import NS

__all__: list[str] = []

_RIM: Final = f"{{{NS.RIM}}}"
_IDENTIFIER: Final = _RIM + "ExternalIdentifier"
_NAME: Final = _RIM + "Name"
_TYPES: Final = {
    _RIM + name: OBJECT_TYPE + name
    for name in ("RegistryPackage", "Association", "Classification", "ExternalIdentifier")
}


@rule("C02", cites="ITI TF-3: 4.2.2")
def nothing_is_of_an_old_edition(submission: Submission) -> Iterator[Violation]:
    """Nothing is written as in ebRIM 2.1: no element of its namespaces, no short association type."""
    old = next((some[0] for tag, some in submission.formed.items() if tag not in _TYPES), None)
    if old is not None:
        found = etree.QName(old)
        text = f"element {found.localname} and perhaps others are of ebRIM 2.1, ebRIM 3.0 is expected"
        yield Violation(text, location=old.get("id"), attribute="namespace", value=found.namespace)
    for association in submission.relationships:
        full = SHORT_NAMES.get(association.associationType or "")
        if full is not None:
            yield Violation.of(
                association,
                "associationType",
                f"associationType is written as in ebRIM 2.1, {full} is expected",
            )


@rule("C15", cites="ITI TF-3: 4.2.3.1.3", severity=Severity.WARNING)
def identifier_has_its_name(submission: Submission) -> Iterator[Violation]:
    """The Name of an ExternalIdentifier is the text of its scheme, such as XDSDocumentEntry.uniqueId."""
    for element in submission.formed.get(_IDENTIFIER, ()):
        expected = IDENTIFIER_NAMES.get(element.get("identificationScheme", ""))
        if expected is not None and (given := _name(element)) != expected and not _is_foreign(element):
            yield Violation(
                f"Name of an ExternalIdentifier is not {expected}",
                location=element.get("registryObject"),
                attribute=expected.rpartition(".")[2],
                value=given,
            )


def _name(element: Element) -> str | None:
    for child in element:
        if child.tag == _NAME:
            return child[0].get("value") if len(child) else None
    return None


def _is_foreign(element: Element) -> bool:
    """Whether it says that it belongs to another object than that it stands in, as C12 tells."""
    parent, owner = element.getparent(), element.get("registryObject", "")
    return parent is not None and owner.lower() != parent.get("id", "").lower()


@rule("C24", cites="ITI TF-3: 4.2.3.1.2", adjustable=True)
def object_types_are_those_of_the_elements(submission: Submission) -> Iterator[Violation]:
    """An objectType, where any element but ExtrinsicObject has one, is the one of that element."""
    for tag, expected in _TYPES.items():
        for element in submission.formed.get(tag, ()):
            given = element.get("objectType")
            if given is not None and given != expected:
                yield Violation(
                    f"objectType of {local_name(element)} is not {expected}",
                    location=element.get("id"),
                    attribute="objectType",
                    value=given,
                )
