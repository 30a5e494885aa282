"""Models of what people write in YAML, and complaints that point at the place.

A model says what is allowed; `check` turns a document into it, or pydantic's verdict into one UsageError
with file, line, column and a hint. Checks across values raise `wrong` from a validator.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.yaml import Document, Place

__all__ = ["Checked", "check", "check_value", "did_you_mean", "wrong"]

M = TypeVar("M", bound=BaseModel)

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "communities": ("a topology", "`xdsi-sim up` starts it."),
    "steps": ("a scenario", "`xdsi-sim run` plays it."),
    "roles": ("a system under test", "`xdsi-sim test` plays the tests for it."),
}
"""What a file is, by the key that no other kind has, and what takes it."""


def did_you_mean(word: str, known: Collection[str]) -> str | None:
    """A hint: the nearest known word, else all of them; None where there is none."""
    near = get_close_matches(word, known, n=1) or get_close_matches(word.lower(), known, n=1)
    if near:
        return f"Did you mean '{near[0]}'?"
    return f"Known: {', '.join(sorted(known))}." if known else None


def wrong(text: str, *, hint: str | None = None, at: Place = (), at_key: bool = False) -> PydanticCustomError:
    """What a validator raises; `at` leads from the validated value to the place to point at."""
    context = {"text": text, "hint": hint, "at": at, "at_key": at_key}
    return PydanticCustomError("wrong", "{text}", context)


class Checked(BaseModel):
    """A frozen value that refuses unknown keys and knows which one was meant."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys_only(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            for key in value:
                if key not in known:
                    hint = did_you_mean(str(key), known)
                    raise wrong(f"unknown key '{key}'", hint=hint, at=(key,), at_key=True)
        return value


def check(model: type[M], document: Document, context: Mapping[str, Any] | None = None) -> M:
    """The document as a `model`; raises UsageError for the first thing in the file that is wrong.

    `context` is what validators of the model know beside the document.
    """
    _check_kind(model, document)
    try:
        return model.model_validate(document.value, context=context)
    except ValidationError as error:
        errors = [_usage_error(document, details) for details in error.errors(include_url=False)]
    raise min(errors, key=lambda error: (error.line or 0, error.column or 0))


def _check_kind(model: type[BaseModel], document: Document) -> None:
    """Whoever gives a file of one kind to a command for another is not told of its first key alone."""
    given = document.value if isinstance(document.value, Mapping) else {}
    own = [key for key in _KINDS if key in model.model_fields]
    if not own or any(key in given for key in own):
        return
    for key, (kind, hint) in _KINDS.items():
        if key in given:
            raise document.error((key,), f"this is {kind}.", hint=hint, at_key=True)


def check_value(model: type[M], value: Any) -> M:
    """What somebody asks as a `model`; raises UsageError for the first thing that is wrong, and names it."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
    place, text, hint = _told(details)
    where = ".".join(str(part) for part in place)
    raise UsageError(f"{where}: {text}" if where else text, hint=hint)


def _usage_error(document: Document, details: ErrorDetails) -> UsageError:
    place, text, hint = _told(details)
    return document.error(place, text, hint=hint, at_key=bool(details.get("ctx", {}).get("at_key")))


def _told(details: ErrorDetails) -> tuple[Place, str, str | None]:
    """Place, text and hint of what is wrong."""
    context = details.get("ctx", {})
    text = _TEXTS.get(details["type"], _as_is)(details)
    hint = context.get("hint") or _expected_words(details)
    return (*details["loc"], *context.get("at", ())), f"{text.rstrip('.')}." if hint else text, hint


def _as_is(details: ErrorDetails) -> str:
    return details["msg"]


def _expected(what: str) -> Callable[[ErrorDetails], str]:
    return lambda details: f"expected {what}, found {_shown(details['input'])}"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"'{value}'"
    return "a list" if isinstance(value, list) else "a mapping"


def _words(details: ErrorDetails) -> str:
    return _expected(details["ctx"]["expected"])(details)


_TEXTS: Final[Mapping[str, Callable[[ErrorDetails], str]]] = {
    "missing": lambda details: f"the key '{details['loc'][-1]}' is missing",
    "literal_error": _words,
    "enum": _words,
    "model_type": _expected("keys with values"),
    "model_attributes_type": _expected("keys with values"),
    "dict_type": _expected("keys with values"),
    "tuple_type": _expected("a list"),
    "list_type": _expected("a list"),
    "string_type": _expected("a text"),
    "int_parsing": _expected("a whole number"),
    "int_type": _expected("a whole number"),
    "bool_parsing": _expected("true or false"),
    "bool_type": _expected("true or false"),
    "float_parsing": _expected("a number"),
    "float_type": _expected("a number"),
    "greater_than": lambda details: f"{details['input']} is not more than {details['ctx']['gt']:g}",
    "greater_than_equal": lambda details: f"{details['input']} is less than {details['ctx']['ge']}",
    "less_than_equal": lambda details: f"{details['input']} is more than {details['ctx']['le']}",
}
"""Pydantic's kinds of errors, in words for somebody who writes YAML."""


def _expected_words(details: ErrorDetails) -> str | None:
    """A hint where one of a few words was expected and something close to one was found; none for numbers."""
    expected = details.get("ctx", {}).get("expected")
    if details["type"] not in ("literal_error", "enum") or not isinstance(expected, str):
        return None
    words = expected.split("'")[1::2]
    found = str(details["input"])
    near = get_close_matches(found, words, n=1) if any(sign.isalpha() for sign in found) else ()
    return f"Did you mean '{near[0]}'?" if near else None
