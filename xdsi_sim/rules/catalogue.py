"""The whole catalogue for people: rules and actions by id, error codes with the rules that raise them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from xdsi_sim.errors import UsageError
from xdsi_sim.rules.actions import ACTIONS, Action
from xdsi_sim.rules.answers import ANSWER_RULES, DELIVERED
from xdsi_sim.rules.discovery import DISCOVERY
from xdsi_sim.rules.error_codes import ERROR_CODES, ErrorCode
from xdsi_sim.rules.manifest import MANIFEST_RULES
from xdsi_sim.rules.on_demand_retrieve import NEW_IDS
from xdsi_sim.rules.patient_feed import FEED_RULES
from xdsi_sim.rules.protocol import PROTOCOL_RULES, ProtocolRule
from xdsi_sim.rules.query import STORED_QUERY
from xdsi_sim.rules.registry import (
    META,
    REGISTRY_METADATA_ERROR,
    REPOSITORY_METADATA_ERROR,
    RULES,
    Ground,
    Rule,
)
from xdsi_sim.rules.removal import DOCUMENT_REMOVAL, REMOVAL
from xdsi_sim.rules.serving import SERVING_RULES, ServingRule
from xdsi_sim.rules.transactions import IN_FORCE, RULESETS

__all__ = [
    "GROUPS",
    "SETTINGS",
    "Entry",
    "catalogue",
    "code_named",
    "entry_of",
    "explain",
    "explain_code",
    "raised_by",
]

GROUPS: Final = {
    "A": "HTTP, MIME, SOAP, WS-Addressing",
    "B": "MTOM and XOP",
    "C": "Schema and structure of ebRIM",
    "D": "Attributes and data types",
    "E": "Associations and structure of a submission",
    "F": "Registry",
    "G": "Repository",
    "H": "Retrieve",
    "I": "Query",
    "J": "Answers",
    "K": "Patient identity feed",
    "L": "Metadata update and removal",
    "M": "Imaging manifests",
    "N": "Patient discovery",
}
"""What the letter of an id stands for."""

SETTINGS: Final = {
    "A13": "asynchronous",
    "A23": "limits",
    "C01": "validation",
    "D27": "codes",
    "D28": "codes",
    "F09": "patients",
    "I03": "queries",
    "I08": "queries",
    "I13": "queries",
    "I18": "mostResults",
    "I35": "unknownPatients",
}
"""Keys of a topology that decide about a rule, beside `strictness` for what a lenient actor lets pass."""

_BECAUSE: Final[dict[Ground, str]] = {
    "std": "The framework says so",
    "profile": "A profile says so",
    "choice": "The framework leaves this open; chosen here",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the catalogue."""

    id: str
    severity: str
    """`error`, `warning`, `info`, or `action` for what an actor does of itself."""
    text: str
    """What must hold, or what happens."""
    codes: tuple[str, ...] = ()
    """errorCodes that a peer is told."""
    fault: str | None = None
    """The fault that a peer is told instead."""
    cites: str | None = None
    ground: Ground = "std"
    transactions: tuple[str, ...] = ()
    """By name; none where it holds for every message of SOAP, or for none that is served yet."""
    setting: str | None = None
    """Key of a topology that decides about it."""

    @property
    def told(self) -> str:
        """What a peer is told, in words."""
        if self.fault is not None:
            return self.fault
        return " or ".join(self.codes) if self.codes else _NOTHING_TOLD.get(self.severity, "no error code")


_NOTHING_TOLD: Final = {"action": "not a check"}

_UPDATES: Final = ("ITI-57", "ITI-92")
SEEN_TO_BY_OTHERS: Final = (
    Entry(
        id="L10",
        severity="error",
        text="An update has all that is required of a submission, and is no patch: D01 to D03 see to that.",
        codes=(REGISTRY_METADATA_ERROR,),
        cites="ITI MU: 3.57.4.1.3.1",
        transactions=_UPDATES,
    ),
    Entry(
        id="L30",
        severity="warning",
        text="The codeContext of an error of an update or a removal has the object's id: J09 sees to that.",
        cites="ITI MU",
        transactions=(*_UPDATES, "ITI-62"),
    ),
)
"""Rows of the catalogue that other rules hold already; they are here so that their ids can be explained."""

_OF_RECIPIENTS: Final = {
    "DocumentQueued": "queued",
    "UnknownRecipient": "intendedRecipients",
    "UnavailableRecipient": "unavailableRecipients",
    **dict.fromkeys(
        (
            "PartialAppendContentNotProcessed",
            "PartialFolderContentNotProcessed",
            "PartialRelationshipContentNotProcessed",
            "PartialReplaceContentNotProcessed",
            "PartialTransformNotProcessed",
            "PartialTransformReplaceNotProcessed",
        ),
        "notProcessed",
    ),
}
"""errorCodes that no rule raises, with the setting by which a Document Recipient says them."""


# --- making entries --------------------------------------------------------------------------


def catalogue() -> dict[str, Entry]:
    """Every entry by id, in the order of ids."""
    held = _transactions_by_rule()
    made: dict[str, Entry] = {id: _of_rule(rule, held.get(id, ())) for id, rule in RULES.items()}
    made |= {id: _of_protocol(rule) for id, rule in PROTOCOL_RULES.items()}
    made |= {id: _of_serving(rule) for id, rule in SERVING_RULES.items()}
    made |= {id: _of_action(action) for id, action in ACTIONS.items()}
    made |= {entry.id: entry for entry in SEEN_TO_BY_OTHERS}
    return dict(sorted(made.items()))


def _of_rule(rule: Rule, transactions: Iterable[str]) -> Entry:
    own = (REGISTRY_METADATA_ERROR, REPOSITORY_METADATA_ERROR) if rule.code == META else (rule.code,)
    return Entry(
        id=rule.id,
        severity=rule.severity.value,
        text=rule.text,
        codes=tuple(dict.fromkeys(code for code in (*own, *rule.also, *_instead(rule.id)) if code)),
        cites=rule.cites,
        ground=rule.ground,
        transactions=tuple(transactions),
        setting=SETTINGS.get(rule.id) or ("rules" if rule.adjustable and rule.id in IN_FORCE else None),
    )


def _instead(id: str) -> Iterator[str]:
    """errorCodes that stand for those of the rule in one transaction alone."""
    return (ruleset.codes[id] for ruleset in RULESETS.values() if id in ruleset.codes)


def _of_protocol(rule: ProtocolRule) -> Entry:
    fault = rule.fault or "no fault"
    setting = SETTINGS.get(rule.id) or ("strictness" if rule.fault and rule.lenient else None)
    where = ", where strict" if setting == "strictness" else f", where `{setting}` asks for it"
    return Entry(
        id=rule.id,
        severity=rule.severity.value,
        text=rule.text,
        fault=f"{fault}{where}" if rule.fault and rule.lenient else fault,
        cites=rule.cites,
        ground="std" if rule.cites else "choice",
        setting=setting,
    )


def _of_serving(rule: ServingRule) -> Entry:
    return Entry(
        id=rule.id,
        severity=rule.severity.value,
        text=rule.text,
        codes=(rule.code, *rule.also),
        cites=rule.cites,
        ground="std" if rule.cites else "choice",
        transactions=rule.transactions,
        setting=SETTINGS.get(rule.id),
    )


def _of_action(action: Action) -> Entry:
    return Entry(
        id=action.id,
        severity="action",
        text=action.text,
        cites=action.cites,
        ground="std" if action.cites else "choice",
        transactions=action.transactions,
    )


def _transactions_by_rule() -> dict[str, list[str]]:
    """Walks every table that says which rules hold for what."""
    held: dict[str, list[str]] = {}
    for transaction, rules in _tables():
        for rule in rules:
            names = held.setdefault(rule.id, [])
            if transaction not in names:
                names.append(transaction)
    return held


def _tables() -> Iterator[tuple[str, Iterable[Rule]]]:
    for name, ruleset in RULESETS.items():
        yield name, (*ruleset.submission, *ruleset.registration, *ruleset.provision)
        for rules in ruleset.objects.values():
            yield name, rules
    for name in ("ITI-18", "ITI-51"):
        yield name, STORED_QUERY
    for name, held in ANSWER_RULES.items():
        yield name, held.status + held.objects
    for of_delivery in (DELIVERED, NEW_IDS):
        yield "ITI-43", of_delivery
    yield "ITI-62", REMOVAL
    yield "ITI-86", DOCUMENT_REMOVAL
    yield "RAD-68", MANIFEST_RULES  # to whoever judges a manifest: no actor refuses one for them
    for rules in FEED_RULES.values():
        yield "ITI-8", (rule for rule in rules if rule is not RULES["K06"])  # of what HL7 v2 does not have
        yield "ITI-44", rules
    yield "ITI-55", DISCOVERY
    for name in ("ITI-39", "RAD-75"):
        yield name, (RULES["H15"],)
    yield "ITI-38", (RULES["I28"],)
    yield "ITI-80", (RULES["G21"],)
    yield "ITI-92", (RULES["L31"],)


# --- asking ----------------------------------------------------------------------------------


def entry_of(id: str) -> Entry:
    """The entry of an id, in either case; raises UsageError for an unknown one."""
    entries = catalogue()
    found = entries.get(id.upper())
    if found is None:
        raise UsageError(f"unknown rule {id!r}.", hint=_near(id, entries))
    return found


def _near(word: str, ids: Iterable[str]) -> str | None:
    words = {known.upper(): known for known in (*ids, *ERROR_CODES)}
    near = get_close_matches(word.upper(), words, n=1, cutoff=0.5)
    return f"Did you mean {words[near[0]]!r}?" if near else None


def code_named(code: str) -> ErrorCode | None:
    """The row of an errorCode, written in any case."""
    return next((row for name, row in ERROR_CODES.items() if name.lower() == code.lower()), None)


def raised_by(code: str) -> tuple[Entry, ...]:
    """The rules by which a peer is told `code`."""
    return tuple(entry for entry in catalogue().values() if code in entry.codes)


def explain_code(code: ErrorCode) -> str:
    """An errorCode in words: who sends it, what its codeContext holds, which rules raise it."""
    weight = " or ".join(severity.value for severity in code.severities)
    past = f"\nOf the past; today it is {code.instead}." if code.instead is not None else ""
    raising = "".join(f"\n  {entry.id}  {entry.text}" for entry in raised_by(code.code))
    rules = f"\nRaised here by{raising}" if raising else f"\n{_unruled(code.code)}"
    return (
        f"{code.code}  {weight}\n{code.meaning}\nThe codeContext holds {code.context.words}.\n"
        f"In answers of {', '.join(sorted(code.transactions))}.{past}{rules}"
    )


def _unruled(code: str) -> str:
    setting = _OF_RECIPIENTS.get(code)
    if setting is None:
        return "No rule raises it here; a deviation may (`xdsi-sim faults list`)."
    return f"A Document Recipient says it where its setting `{setting}` asks for that."


def explain(id: str) -> str:
    """The rule in words, with what the peer is told and source; raises UsageError for an unknown id."""
    entry = entry_of(id)
    source = f" ({entry.cites})" if entry.cites else ""
    holds = f"\nHolds for {', '.join(entry.transactions)}." if entry.transactions else ""
    setting = f"\nThe setting `{entry.setting}` of a topology decides about it." if entry.setting else ""
    return (
        f"{entry.id}  {entry.severity}, {entry.told}\n{entry.text}\n"
        f"{_BECAUSE[entry.ground]}{source}.{holds}{setting}"
    )
