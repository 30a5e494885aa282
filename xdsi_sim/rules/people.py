"""Persons, organisations and their addresses: authors, authenticators, recipients.

The subject is a DocumentEntry or a SubmissionSet. An empty text is left to C21.
"""

from __future__ import annotations

from collections.abc import Iterator

from xdsi_sim.ebrim.datatypes import Cx, Recipient, Xcn, Xon, Xtn
from xdsi_sim.ebrim.model import Author, DocumentEntry, SubmissionSet
from xdsi_sim.errors import Severity
from xdsi_sim.rules.registry import Violation, rule, unreadable
from xdsi_sim.rules.walks import extra_slots

__all__: list[str] = []


def _persons(author: Author) -> tuple[str, ...]:
    if author.authorPerson is not None:
        return (author.authorPerson,)
    return tuple(text for slot in extra_slots(author) if slot.name == "authorPerson" for text in slot.values)


@rule("D17", cites="ITI TF-3: Table 4.2.3.1.7-2")
def persons_are_xcn(value: DocumentEntry | SubmissionSet) -> Iterator[Violation]:
    """A person has an id or a family name, and an assigning authority, if any, with an id: &OID&ISO."""
    for author in value.author:
        yield from unreadable("authorPerson", _persons(author), Xcn.parse)
    if isinstance(value, DocumentEntry) and value.legalAuthenticator:
        yield from unreadable("legalAuthenticator", (value.legalAuthenticator,), Xcn.parse)


@rule("D18", cites="ITI TF-3: Table 4.2.3.1.7-2")
def institutions_are_xon(value: DocumentEntry | SubmissionSet) -> Iterator[Violation]:
    """An institution has a name; its id is an OID or has an assigning authority; nothing else is there."""
    for author in value.author:
        yield from unreadable("authorInstitution", author.authorInstitution, Xon.parse)


@rule("D19", cites="ITI TF-3: Table 4.2.3.1.7-2")
def telecommunications_are_xtn(value: DocumentEntry | SubmissionSet) -> Iterator[Violation]:
    """A telecommunication is ^NET^Internet^mail or ^use^PH^^country^area^number^extension."""
    for author in value.author:
        yield from unreadable("authorTelecommunication", author.authorTelecommunication, Xtn.parse)


@rule("D22", cites="ITI TF-3: 4.2.3.1.4.3", code=None, severity=Severity.WARNING)
def roles_and_specialties_are_text_or_codes(value: DocumentEntry | SubmissionSet) -> Iterator[Violation]:
    """A role or specialty of an author is a text, or a code with its scheme: code^^^&OID&ISO."""
    for author in value.author:
        for name, texts in (
            ("authorRole", author.authorRole),
            ("authorSpecialty", author.authorSpecialty),
        ):
            yield from unreadable(name, (text for text in texts if "^" in text), Cx.parse)


@rule("D38", cites="ITI TF-3: 4.2.3.3.7")
def recipients_can_be_read(value: SubmissionSet) -> Iterator[Violation]:
    """An intendedRecipient is organisation|person|telecommunication: at least one, each of its type."""
    return unreadable("intendedRecipient", value.intendedRecipient, Recipient.parse)
