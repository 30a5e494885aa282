"""Every transaction that a saved message may be of: those that are served, and those between communities.

What a message of a transaction is held against follows from the tables: `soap.codecs.CODECS` reads it,
`rules.transactions.RULESETS` and `rules.answers.ANSWER_RULES` judge it. A row that is added there is
known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from xdsi_sim.ebrim.xml import Element
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.vocab import TRANSACTIONS, Transaction

__all__ = ["KNOWN", "answers", "asks", "named"]

_URN: Final = "urn:ihe:{}"
_BETWEEN_COMMUNITIES: Final = {
    "ITI-38": ("ITI-18", "iti:2007:CrossGatewayQuery", "RespondingGateway_CrossGatewayQuery"),
    "ITI-39": ("ITI-43", "iti:2007:CrossGatewayRetrieve", "RespondingGateway_CrossGatewayRetrieve"),
    "ITI-80": (
        "ITI-41",
        "iti:2015:CrossGatewayDocumentProvide",
        "RespondingGateway_CrossGatewayDocumentProvide",
    ),
    "RAD-75": (
        "RAD-69",
        "rad:2011:CrossGatewayRetrieveImagingDocumentSet",
        "RespondingGateway_CrossGatewayRetrieveImagingDocumentSet",
    ),
}
"""The transaction within a community that each is like, its action, its operation."""


def _between(name: str, like: str, action: str, operation: str) -> Transaction:
    return replace(
        TRANSACTIONS[like],
        name=name,
        action=_URN.format(action),
        response_action=_URN.format(f"{action}Response"),
        operation=operation,
    )


KNOWN: Final = {
    **TRANSACTIONS,
    **{name: _between(name, *row) for name, row in _BETWEEN_COMMUNITIES.items() if name not in TRANSACTIONS},
}
"""By name, those that are served first: what says nothing of its transaction is taken for one of them."""


def named(name: str) -> Transaction | None:
    """A transaction as people call it: `RAD-68` is ITI-41, `ITI-44` any event of it."""
    wanted = {"RAD-68": "ITI-41", "ITI-44": "ITI-44 add"}.get(name.upper(), name)
    return next((one for key, one in KNOWN.items() if key.lower() == wanted.lower()), None)


def asks(body: Element) -> Iterator[Transaction]:
    """The transactions whose request the element may be, the likeliest first."""
    for name, transaction in KNOWN.items():
        if transaction.request == body.tag and CODECS[name].claims(body):
            yield transaction


def answers(body: Element) -> Iterator[Transaction]:
    """The transactions whose answer the element may be."""
    return (transaction for transaction in KNOWN.values() if transaction.response == body.tag)
