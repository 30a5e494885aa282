"""The rules of stored queries (ITI TF-2: 3.18.4.1, 3.51.4.1), and the way from a request to its selection.

Strict is the profile to the letter; lenient takes what can have one meaning only (a list without
parentheses, a text without quotes) and reports it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from xdsi_sim.ebrim.datatypes import Cx, check_dtm, pad_dtm
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.messages.query import LEAF_CLASS, OBJECT_REF, AdhocQueryRequest
from xdsi_sim.messages.query_terms import Coding, Param, Test
from xdsi_sim.messages.query_values import LONGEST_VALUE, Coded
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.messages.stored_queries import stored_query
from xdsi_sim.rules.registry import Violation, judge, rule, rules
from xdsi_sim.rules.selection import Query, Selection
from xdsi_sim.vocab import APPROVED, DEPRECATED, SEVERITY_ERROR

__all__ = ["STORED_QUERY", "Reading", "read_selection"]

_REGISTRY_ERROR: Final = "XDSRegistryError"
_MISSING_PARAM: Final = "XDSStoredQueryMissingParam"
_PARAM_NUMBER: Final = "XDSStoredQueryParamNumber"
_RETURN_TYPES: Final = (LEAF_CLASS, OBJECT_REF)
_STATUS_TYPO: Final = ":ResponseStatusType:"  # in samples of the framework, hence in many messages
_LEVELS: Final = ("1", "2")
_UUID: Final = "urn:uuid:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of a request: a selection, or the errors that keep it from being one."""

    selection: Selection | None
    errors: tuple[RegistryError, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_selection(
    request: AdhocQueryRequest, transaction: str = "ITI-18", *, strict: bool = True
) -> Reading:
    """Judge a request of ITI-18 or ITI-51 and say what it selects (ITI TF-2: 3.18.4.1.3)."""
    query = Query.of(request, transaction, strict=strict)
    verdict = judge([(query, STORED_QUERY)])
    # warnings are for the log: a query answer tells errors alone (ITI TF-3: Table 4.2.4.2-3)
    errors = tuple(error for error in verdict.errors if error.severity == SEVERITY_ERROR)
    return Reading(
        selection=query.selection() if verdict.accepted else None, errors=errors, findings=verdict.findings
    )


# --- the rules -------------------------------------------------------------------------------


@rule("I01", cites="ITI TF-2: 3.18.4.1.3", code="XDSUnknownStoredQuery")
def query_is_known(query: Query) -> Iterator[Violation]:
    """AdhocQuery/@id is a stored query of this transaction."""
    if query.stored is None:
        other = stored_query(query.request.id)
        where = "" if other is None else f": {other.name} is one of {other.transaction}"
        text = f"no stored query of {query.transaction} has this id{where}"
        yield Violation(text, attribute="id", value=query.request.id)


@rule("I02", cites="ITI TF-2: 3.18.4.1.2.3.1", code=_REGISTRY_ERROR)
def return_type_is_supported(query: Query) -> Iterator[Violation]:
    """The returnType is LeafClass or ObjectRef; the other types of ebRS have no place here."""
    given = query.request.returnType
    if given not in _RETURN_TYPES:
        text = "the returnType is neither LeafClass nor ObjectRef"
        yield Violation(text, attribute="returnType", value=given)


@rule("I03", cites="ITI TF-2: 3.18.4.1.2.3.7", code=_REGISTRY_ERROR)
def parameter_names_start_with_dollar(query: Query) -> Iterator[Violation]:
    """The name of a parameter starts with `$`."""
    for slot in query.request.parameters:
        if not slot.name.startswith("$"):
            text = "the name of a parameter starts with $"
            yield Violation(text, attribute=slot.name, severity=query.deviation)


@rule("I04", cites="ITI TF-2: 3.18.4.1.3", code=_MISSING_PARAM)
def required_parameters_are_there(query: Query) -> Iterator[Violation]:
    """Each required parameter of the query is given."""
    for param in () if query.stored is None else query.stored.required:
        if not query.has(param):
            yield Violation("a required parameter is missing", attribute=param.name)


@rule("I05", cites="ITI TF-2: 3.18.4.1.2.3.7.5", code=_PARAM_NUMBER, also=(_MISSING_PARAM,))
def exactly_one_way_to_name_the_objects(query: Query) -> Iterator[Violation]:
    """Of the parameters that name the objects asked for, exactly one is given."""
    ways = () if query.stored is None else query.stored.one_of
    given = [param for param in ways if query.has(param)]
    names = " or ".join(param.name for param in ways)
    if ways and not given:
        yield Violation(f"one of {names} is needed", attribute=ways[0].name, code=_MISSING_PARAM)
    for param in given[1:]:
        yield Violation(f"only one of {names} may be given", attribute=param.name)


@rule("I19", cites="ITI TF-2: 3.51.4.1.2.1", code=_MISSING_PARAM)
def something_selects(query: Query) -> Iterator[Violation]:
    """A query for any number of patients names a patient, or one of the codes that may stand for them."""
    ways = () if query.stored is None else query.stored.any_of
    if ways and not any(map(query.has, ways)):
        names = ", ".join(param.name for param in ways)
        yield Violation(f"at least one of {names} is needed", attribute=ways[0].name)


@rule("I06", cites="ITI TF-3: Table 4.2.4.1-2", code=_PARAM_NUMBER)
def single_parameters_have_one_value(query: Query) -> Iterator[Violation]:
    """A parameter that is no list has one value."""
    for given in query.given:
        count = max(len(given.slot.values), len(given.values))
        if count > 1 and not given.param.many:
            text = f"holds {count} values, one is allowed"
            yield Violation(text, attribute=given.param.name, value=", ".join(given.slot.values))


@rule("I07", cites="ITI TF-2: 3.18.4.1.2.3.5", code=_PARAM_NUMBER)
def slots_are_repeated_only_for_and(query: Query) -> Iterator[Violation]:
    """A slot is repeated only where the repetitions are to be joined by AND."""
    names = sorted(given.param.name for given in query.given if not given.param.every)
    for name, slots in groupby(names):
        if (times := len(list(slots))) > 1:
            yield Violation(f"the slot is there {times} times, once is allowed", attribute=name)


@rule("I08", cites="ITI TF-2: 3.18.4.1.2.3.5", code=_REGISTRY_ERROR)
def values_are_coded_as_the_parameter_asks(query: Query) -> Iterator[Violation]:
    """Texts stand in single quotes, numbers do not, lists stand in parentheses; each Value is short."""
    for given in query.given:
        name = given.param.name
        if not given.slot.values:
            yield Violation("holds no value", attribute=name)
        for text, why in given.unreadable:
            yield Violation(f"the value {why}", attribute=name, value=text)
        for text in given.slot.values:
            if len(text) > LONGEST_VALUE:
                long = f"holds {len(text)} characters, {LONGEST_VALUE} is the most: use several Values"
                yield Violation(long, attribute=name, severity=Severity.WARNING)
        for coded in given.coded:
            for text in _departures(given.param, coded):
                value = ", ".join(coded.values)
                yield Violation(text, attribute=name, value=value, severity=query.deviation)


def _departures(param: Param, coded: Coded) -> Iterator[str]:
    if param.many and not coded.in_parentheses:
        yield "a list stands in parentheses: ('value')"
    if coded.in_parentheses and not param.many:
        yield "a single value stands without parentheses"
    if param.coding.is_number and any(coded.quotes):
        yield "a number stands without quotes"
    if not param.coding.is_number and not all(coded.quotes):
        yield "a text stands in single quotes: 'value'"


@rule("I09", cites="ITI TF-2: 3.18.4.1.2.3.4", code=_REGISTRY_ERROR)
def codes_name_their_scheme(query: Query) -> Iterator[Violation]:
    """A code is written `code^^codingScheme`, both parts not empty."""
    for given, value in query.values(Coding.CODE):
        code, _, scheme = value.partition("^^")
        if not code or not scheme or "^" in code + scheme:
            yield Violation("the code is not code^^codingScheme", attribute=given.param.name, value=value)


@rule("I10", cites="ITI TF-2: 3.18.4.1.2.3.3", code=_REGISTRY_ERROR)
def times_are_times(query: Query) -> Iterator[Violation]:
    """A time is a DTM, and From is not after To."""
    for given, value in query.values(Coding.TIME):
        try:
            check_dtm(value)
        except ValueError as error:
            yield Violation(f"the time is wrong: {error}", attribute=given.param.name, value=value)
    starts = {
        given.param.attribute: pad_dtm(value)
        for given, value in query.values(Coding.TIME)
        if given.param.test is Test.AT_LEAST
    }
    for given, value in query.values(Coding.TIME):
        if given.param.test is Test.BELOW and starts.get(given.param.attribute, "") > pad_dtm(value):
            text = "the end of the period is before its start: nothing can match"
            yield Violation(text, attribute=given.param.name, value=value, severity=Severity.WARNING)


@rule("I11", cites="ITI TF-2: 3.18.4.1.2.3.6", code=_MISSING_PARAM)
def a_known_status_is_left(query: Query) -> Iterator[Violation]:
    """Status values that are neither Approved nor Deprecated are ignored, but one must be left."""
    for given in query.given:
        if given.param.coding is Coding.STATUS and given.values:
            left = given.meaningful()
            unknown = [value for value in given.values if value not in left]
            if unknown:
                yield Violation(
                    f"is neither {APPROVED} nor {DEPRECATED}" + (", and ignored" if left else ""),
                    attribute=given.param.name,
                    value=", ".join(unknown),
                    severity=Severity.WARNING if left else Severity.ERROR,
                )


@rule("I12", code=_MISSING_PARAM, ground="choice")
def status_is_not_that_of_a_response(query: Query) -> Iterator[Violation]:
    """A status is no ResponseStatusType: a slip in samples of the framework that many messages copy."""
    for given, value in query.values(Coding.STATUS):
        if _STATUS_TYPO in value:
            yield Violation(
                f"is the status of a response; {value.replace(_STATUS_TYPO, ':StatusType:')} is meant",
                attribute=given.param.name,
                value=value,
                severity=Severity.WARNING if given.meaningful() else Severity.ERROR,
            )


@rule("I13", cites="ITI TF-3: Table 4.2.3.1.7-2", code=_REGISTRY_ERROR, ground="choice")
def patient_id_is_cx(query: Query) -> Iterator[Violation]:
    """A patient id is `id^^^&OID&ISO`; any other text could match no entry."""
    for given, value in query.values(Coding.PATIENT):
        try:
            Cx.parse(value)
        except ValueError as error:
            text = f"the patient id is wrong: {error}"
            yield Violation(text, attribute=given.param.name, value=value, severity=query.deviation)


@rule("I14", cites="ITI TF-2: 3.18.4.1.2.3.7", code=None, severity=Severity.WARNING)
def uuids_have_their_prefix(query: Query) -> Iterator[Violation]:
    """A UUID is written with `urn:uuid:`; without, it matches nothing."""
    for given, value in query.values(Coding.UUID):
        if not value.startswith(_UUID):
            yield Violation("lacks urn:uuid:, so nothing matches", attribute=given.param.name, value=value)


@rule("I15", cites="ITI TF-2: 3.18.4.1.2.3.7.13", code=None, severity=Severity.WARNING)
def urns_are_whole(query: Query) -> Iterator[Violation]:
    """An association type and an availability are written as URNs; by their last part they match nothing."""
    for given, value in query.values(Coding.URN):
        if not value.startswith("urn:"):
            yield Violation("is no URN, so nothing matches", attribute=given.param.name, value=value)


@rule("I16", code=None, severity=Severity.INFO, ground="choice")
def parameters_are_those_of_the_query(query: Query) -> Iterator[Violation]:
    """A parameter that the query does not have is ignored, as ebRS asks."""
    if query.stored is None:
        return
    for slot in query.unknown:
        if _coded_by(slot.name, query) is None:
            text = f"{slot.name} is no parameter of {query.stored.name}; it is ignored"
            yield Violation(text, attribute=slot.name, value=", ".join(slot.values))


@rule("I34", code=None, severity=Severity.WARNING, ground="choice")
def schemes_stand_in_the_codes(query: Query) -> Iterator[Violation]:
    """A coding scheme is part of each code; the parameters of old editions for schemes are ignored."""
    for slot in query.unknown:
        if (param := _coded_by(slot.name, query)) is not None:
            text = f"is a parameter of an old edition and ignored: {param.name} takes code^^codingScheme"
            yield Violation(text, attribute=slot.name, value=", ".join(slot.values))


def _coded_by(name: str, query: Query) -> Param | None:
    """The parameter whose scheme `name` once gave."""
    param = query.stored.by_name.get(name.removesuffix("Scheme")) if query.stored is not None else None
    return param if param is not None and param.coding is Coding.CODE else None


@rule("I33", code=_REGISTRY_ERROR, ground="choice")
def metadata_level_is_one_or_two(query: Query) -> Iterator[Violation]:
    """$MetadataLevel is 1 or 2, and logical ids are asked for with 2 only."""
    levels = [value for _, value in query.values(Coding.LEVEL)]
    for given, value in query.values(Coding.LEVEL):
        if value not in _LEVELS:
            yield Violation("the level is neither 1 nor 2", attribute=given.param.name, value=value)
    for given in query.given:
        if given.param.level > 1 and levels != ["2"]:
            yield Violation("needs $MetadataLevel 2", attribute=given.param.name)


STORED_QUERY: Final = rules(
    "I01", "I02", "I03", "I04", "I05", "I19", "I06", "I07", "I08",
    "I09", "I10", "I11", "I12", "I13", "I14", "I15", "I16", "I34", "I33",
)  # fmt: skip
"""The rules of a Registry Stored Query and a Multi-Patient Stored Query."""
