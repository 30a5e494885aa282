"""What a topology says of patients across communities: how they are found, and how they let be found."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from xdsi_sim.actors.gateway_patients import Way
from xdsi_sim.messages.discovery import ISSUES, REQUESTABLE, read_duration
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong
from xdsi_sim.topology.yaml import Place

__all__ = ["OTHERS", "DiscoverySettings", "PatientWays", "check_ways", "read_ways"]

OTHERS: Final = "others"
"""Stands for the communities that are not named."""
_WAYS: Final = ("same", "table", "xcpd")


def read_ways(value: Any) -> Any:
    """One way for all communities, or a mapping of ways; raises where it is neither."""
    ways = value if isinstance(value, Mapping) else {OTHERS: value}
    for home, way in ways.items():
        if way not in _WAYS:
            at: Place = (str(home),) if isinstance(value, Mapping) else ()
            raise wrong(
                f"expected {', '.join(_WAYS[:-1])} or {_WAYS[-1]}, found '{way}'.",
                hint=did_you_mean(str(way), _WAYS),
                at=at,
            )
    return dict(ways)


PatientWays = Annotated[
    Mapping[str, Way],
    BeforeValidator(read_ways),
    WithJsonSchema({"type": ["string", "object"], "examples": ["xcpd"]}),
]
"""By homeCommunityId, or `others`: how a gateway finds what its patients are called there."""


def check_ways(ways: Mapping[str, Way], table: Collection[str], known: Collection[str], at: Place) -> None:
    """Raises where a community is not `known`, or its way does not fit the `table` of patient ids."""
    for home in ways:
        if home != OTHERS and home not in known:
            hint, place = did_you_mean(home, known), (*at, "patients", home)
            raise wrong(f"no community '{home}'.", hint=hint, at=place, at_key=True)
    for home in known:
        way = ways.get(home, ways.get(OTHERS, "same"))
        if way == "table" and home not in table and home in ways:
            text = f"the patients of {home} stand in no table: patientIds does not name it"
            raise wrong(text, at=(*at, "patients", home))
        if way == "xcpd" and home in table:
            text = f"the patients of {home} are found by XCPD, and patientIds names some"
            raise wrong(text, hint="Say table or same, or leave them out.", at=(*at, "patientIds"))
    if ways.get(OTHERS) == "table" and not table:
        raise wrong("patients: table needs a table, patientIds", at=(*at, "patients"))


def _a_duration(text: str) -> str:
    try:
        read_duration(text)
    except ValueError:
        raise wrong(f"'{text}' is no duration, such as P1D or PT2H") from None
    return text


def _an_attribute(word: str) -> str:
    if word not in REQUESTABLE:
        raise wrong(f"'{word}' is no attribute to ask for.", hint=did_you_mean(word, REQUESTABLE))
    return word


def _an_issue(word: str) -> str:
    if word not in ISSUES:
        raise wrong(f"'{word}' is no reason to refuse.", hint=did_you_mean(word, ISSUES))
    return word


class DiscoverySettings(Checked):
    """How a Responding Gateway answers who asks for patients of its community."""

    several: Literal["all", "ask", "none"] = "all"
    """Where several patients fit: it gives all, asks for what tells them apart, or says that nobody does."""
    most: Annotated[int, Field(ge=1, le=1000)] = 20
    """Patients that it gives at once; where more fit, it is as `ask`."""
    requires: tuple[Annotated[str, AfterValidator(_an_attribute)], ...] = ()
    """Codes of attributes that it asks for before it names anybody found by name."""
    refuses: Annotated[str, AfterValidator(_an_issue)] | None = None
    """Why it answers nobody; absent, it answers."""
    timeToLive: Annotated[str, AfterValidator(_a_duration)] | None = None
    """How long others may keep what it says; absent, it does not say."""
