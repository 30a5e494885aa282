"""Which transactions a saved message may be of; what says nothing of its own is taken for the first.

What a message of a transaction is held against follows from the tables: `soap.codecs.CODECS` reads it,
`rules.transactions.RULESETS` and `rules.answers.ANSWER_RULES` judge it. A row that is added there is
known here.
"""

from __future__ import annotations

from collections.abc import Iterator

from xdsi_sim.ebrim.xml import Element
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.vocab import TRANSACTIONS, Transaction

__all__ = ["answers", "asks", "named"]


def named(name: str) -> Transaction | None:
    """A transaction as people call it: `RAD-68` is ITI-41, `ITI-44` any event of it."""
    wanted = {"RAD-68": "ITI-41", "ITI-44": "ITI-44 add"}.get(name.upper(), name)
    return next((one for key, one in TRANSACTIONS.items() if key.lower() == wanted.lower()), None)


def asks(body: Element) -> Iterator[Transaction]:
    """The transactions whose request the element may be, the likeliest first."""
    for name, transaction in TRANSACTIONS.items():
        if transaction.request == body.tag and CODECS[name].claims(body):
            yield transaction


def answers(body: Element) -> Iterator[Transaction]:
    """The transactions whose answer the element may be."""
    return (transaction for transaction in TRANSACTIONS.values() if transaction.response == body.tag)
