"""What the rules say, to the word, of each example that breaks one.

`python tests/rule_words.py` writes it anew.

What was found names its object, its attribute and its value, and so does what a peer is told; who changes a
sentence sees here what else has changed with it. Where each rule holds, and the table of error codes, is
there as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import answer_examples
import manifest_examples
import query_examples
import rule_examples
import update_examples

from xdsi_sim.rules.catalogue import Entry, catalogue
from xdsi_sim.rules.error_codes import ERROR_CODES, ErrorCode
from xdsi_sim.rules.registry import Verdict

__all__ = ["WRITTEN", "told"]

WRITTEN: Final = Path(__file__).parent / "rules" / "words.txt"
_MADE: Final = re.compile(r"(?:(?<= at )|(?<=object=))urn:uuid:(?!00000000)[0-9a-f-]{36}")
"""The id of an element that gets a new one each time that it is written."""


def told() -> str:
    """A line a finding: rule, what it weighs, where it is, what a peer is told; then both tables."""
    examples = (*_submissions(), *_provisions(), *_updates(), *_queries(), *_answers(), *_manifests())
    found = (_MADE.sub("<made>", line) for rule, verdict in examples for line in _lines(rule, verdict))
    tables = (*map(_holding, catalogue().values()), *map(_row, ERROR_CODES.values()))
    return "".join(f"{line}\n" for line in (*found, *tables))


def _holding(entry: Entry) -> str:
    """Of the catalogue of rules: what it weighs, what a peer is told, for which transactions it holds."""
    where = " ".join(entry.transactions) or "all that is SOAP"
    return f"{entry.id} {entry.severity}, {entry.told} | holds for {where}"


def _row(code: ErrorCode) -> str:
    """Of the table of error codes: who may send it, how heavy it is, what its codeContext holds."""
    weighs, instead = " or ".join(code.severities), f", instead {code.instead}" if code.instead else ""
    where = " ".join(sorted(code.transactions))
    return f"{code.code} {weighs} of {where} | {code.meaning} | {code.context.words}{instead}"


def _lines(rule: str, verdict: Verdict) -> Iterator[str]:
    errors = list(verdict.errors)
    for finding, place in zip(verdict.findings, verdict.places, strict=True):
        code = ""
        if errors and errors[0].codeContext.endswith(f"rule={finding.rule}"):
            error = errors.pop(0)
            code = f" | {error.errorCode} {error.severity.rpartition(':')[2]} {error.codeContext}"
        if finding.rule == rule:
            yield f"{rule} {finding.severity} at {place.object} {place.attribute} | {finding.text}{code}"


def _submissions() -> Iterator[tuple[str, Verdict]]:
    for rule in rule_examples.BROKEN:
        yield rule, rule_examples.verdict_on(rule)


def _provisions() -> Iterator[tuple[str, Verdict]]:
    for rule in rule_examples.PROVISIONS:
        yield rule, rule_examples.provision_verdict_on(rule)


def _updates() -> Iterator[tuple[str, Verdict]]:
    for rule, examples in update_examples.BROKEN.items():
        for number in range(len(examples)):
            yield rule, update_examples.verdict_on(rule, number)


def _queries() -> Iterator[tuple[str, Verdict]]:
    for rule, examples in query_examples.BROKEN.items():
        for number in range(len(examples)):
            yield rule, query_examples.verdict_on(rule, number)


def _answers() -> Iterator[tuple[str, Verdict]]:
    for rule, example in (*answer_examples.BROKEN.items(), *answer_examples.MORE):
        yield rule, answer_examples.verdict_on(example)


def _manifests() -> Iterator[tuple[str, Verdict]]:
    for example in manifest_examples.EXAMPLES:
        yield example.rule, manifest_examples.verdict_on(example)


if __name__ == "__main__":
    WRITTEN.write_text(told(), encoding="utf-8")
