"""Which rules hold for the answer to which transaction: a table, and the check that walks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from xdsi_sim.ebrim.xml import Element
from xdsi_sim.rules import (  # noqa: F401  imported for the rules that they register
    answer,
    discovery,
    found,
    gateway,
    retrieved,
)
from xdsi_sim.rules.answer import ReceivedAnswer
from xdsi_sim.rules.registry import Rule, Verdict, judge, rules
from xdsi_sim.rules.retrieved import DeliveredDocument

__all__ = ["ANSWER_RULES", "DELIVERED", "AnswerRules", "check_answer", "check_delivered"]

_STATUS: Final = "J01 J02 J03 J04 J05 J06 J07 J08 J09"
_RETRIEVED: Final = "H06 H07 H08 H09 H10"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRules:
    """The rules of one transaction's answer, by what they cost."""

    status: tuple[Rule, ...]
    """Of its head and its errors."""
    objects: tuple[Rule, ...] = ()
    """Of the metadata in it: worth it where they are read as values anyway."""


def _rules(status: str, objects: str = "") -> AnswerRules:
    return AnswerRules(status=rules(*status.split()), objects=rules(*objects.split()))


_SUBMITTED: Final = _rules(_STATUS)
_FOUND: Final = _rules(f"{_STATUS} J10 I26", "I25 C25 I23 I24 I27")
_FOUND_ELSEWHERE: Final = _rules(f"{_STATUS} J10 I26 I30", "I25 C25 I23 I24 I27 I29")
_DELIVERED: Final = _rules(f"{_STATUS} {_RETRIEVED}")

ANSWER_RULES: Final = {
    **dict.fromkeys(
        ("ITI-41", "ITI-42", "ITI-57", "ITI-61", "ITI-62", "ITI-80", "ITI-86", "ITI-92"), _SUBMITTED
    ),
    **dict.fromkeys(("ITI-18", "ITI-51"), _FOUND),
    "ITI-38": _FOUND_ELSEWHERE,
    **dict.fromkeys(("ITI-43", "ITI-39", "RAD-69", "RAD-75"), _DELIVERED),
    "ITI-55": _rules("N05 N06 N07 N08"),
}
"""By transaction. RAD-68 is answered as ITI-41; ITI-8 and ITI-44 have acknowledgements of their own."""

DELIVERED: Final = rules("H11", "H12")
"""What a consumer holds each document against (ITI TF-2: 3.43.4.2.3.2)."""


def check_answer(
    transaction: str, element: Element, value: Any, request: Any = None, *, objects: bool = False
) -> Verdict:
    """All that is wrong with an answer that was received; the metadata in it only where `objects` says so."""
    held = ANSWER_RULES.get(transaction)
    if held is None:
        return Verdict()
    subject = ReceivedAnswer.of(transaction, element, value, request)
    return judge([(subject, held.status + held.objects if objects else held.status)])


def check_delivered(document: DeliveredDocument) -> Verdict:
    """All that sets a document apart from its metadata."""
    return judge([(document, DELIVERED)])
