"""One deviation for each error code: the actor refuses by it, whatever it is asked.

The codes, their transactions and what their codeContexts hold are the table of `rules.error_codes`
(ITI TF-3: Table 4.2.4.1-2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from xdsi_sim.deviations.deviation import (
    RETRIEVES,
    STATUS,
    Case,
    Deviation,
    Family,
    Level,
    Parameter,
    register,
)
from xdsi_sim.deviations.status import an_error, asked, failing
from xdsi_sim.errors import Severity
from xdsi_sim.rules.error_codes import ERROR_CODES, Context, ErrorCode
from xdsi_sim.vocab import SEVERITY_WARNING, SUCCESS

__all__: list[str] = []

_FACTS: Final[Mapping[Context, str]] = {
    Context.ANYTHING: "this error was asked for by a test",
    Context.UNIQUE_ID: "2.999.9.9.1",
    Context.UUID: "urn:uuid:00000000-0000-4000-8000-000000000000",
    Context.OBJECT: "urn:uuid:00000000-0000-4000-8000-000000000000",
    Context.PATIENT_ID: "UNKNOWN^^^&2.999.9.9&ISO",
    Context.PARAMETER: "$XDSDocumentEntryPatientId",
    Context.QUERY_ID: "urn:uuid:00000000-0000-4000-8000-000000000001",
    Context.COUNT: "more than 100 objects match",
    Context.OID: "2.999.9.9.2",
}
"""A codeContext that holds what a code asks for."""


def _refuse(answer: Any, case: Case, *, code: ErrorCode) -> Any:
    context = case.parameters["context"] or _FACTS[code.context]
    error = an_error(case, None, code.code, context)
    if Severity.ERROR not in code.severities:
        return replace(answer, status=SUCCESS, errors=(replace(error, severity=SEVERITY_WARNING),))
    ids = asked(case.request) if case.transaction in RETRIEVES else None
    return failing(case, *((replace(error, location=id) for id in ids) if ids else (error,)))


def _row(code: ErrorCode) -> Deviation:
    warns = Severity.ERROR not in code.severities
    return Deviation(
        id=code.code,
        family=Family.CODE,
        text=f"{'A Success brings the warning' if warns else 'A Failure says'}: {code.meaning}",
        level=Level.ANSWER,
        change=partial(_refuse, code=code),
        transactions=tuple(name for name in STATUS if name in code.transactions),
        instead=not warns,
        parameters=(Parameter(name="context", default="", text="the codeContext, in place of a sound one"),),
        finds=("J08",) if code.instead is not None else (),
        comes="Success" if warns else "Failure",
    )


for _code in ERROR_CODES.values():
    if any(name in _code.transactions for name in STATUS):
        register(_row(_code))
