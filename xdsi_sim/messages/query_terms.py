"""What a stored query is made of, as values: parameters, and the steps by which its objects are found.

ITI TF-2: 3.18.4.1.2.3. The catalogue itself is in `stored_queries`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from xdsi_sim.ebrim.tables import Kind

__all__ = ["Coding", "Link", "Param", "Step", "StoredQuery", "Test"]


class Test(Enum):
    """How an attribute is held against values."""

    __test__ = False  # no test case, whatever pytest thinks of the name

    IN = auto()
    """Equal to one of them, case-sensitive."""
    LIKE = auto()
    """As IN; `%` stands for any run of characters, `_` for one, and nothing escapes them."""
    AT_LEAST = auto()
    """A time not before; an absent time passes (ITI TF-2: 3.18.4.1.2.3.3.1)."""
    BELOW = auto()
    """A time before; an absent time passes."""
    NOT = auto()
    """Anything else than the one value, also absent."""
    LAST = auto()
    """Of the objects of its kind that share the value, the one registered last; absent passes."""


class Coding(Enum):
    """What stands in the values of a parameter (ITI TF-2: 3.18.4.1.2.3.5)."""

    TEXT = auto()
    CODE = auto()
    """`code^^codingScheme`."""
    PATIENT = auto()
    """CX."""
    UUID = auto()
    URN = auto()
    """Any other URN."""
    STATUS = auto()
    TIME = auto()
    """DTM, a number and therefore without quotes."""
    LEVEL = auto()
    """1 or 2, without quotes."""

    @property
    def is_number(self) -> bool:
        """Written without quotes."""
        return self in (Coding.TIME, Coding.LEVEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One parameter of a query: which attribute it tests, and how it may be given."""

    name: str
    attribute: str | None
    """Of the metadata objects; None: checked, but selects nothing here."""
    or_attribute: str | None = None
    """A second attribute that may match instead."""
    test: Test = Test.IN
    coding: Coding = Coding.TEXT
    required: bool = False
    many: bool = False
    """A list in parentheses; any value may match."""
    every: bool = False
    """The slot may be repeated; each repetition must match (ITI TF-2: 3.18.4.1.2.3.5)."""
    one_of: bool = False
    """Exactly one of the parameters so marked must be given."""
    any_of: bool = False
    """At least one of the parameters so marked must be given (ITI TF-2: 3.51.4.1.2.1)."""
    level: int = 1
    """MetadataLevel from which on it may be given."""
    default: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    """The kinds that it restricts in every step; empty stands for the steps that a query begins with."""


@dataclass(frozen=True, slots=True)
class Link:
    """What ties the objects of a step to those of earlier ones: an id that both have."""

    own: tuple[str, ...]
    """Attributes, any of which may hold the id."""
    their: tuple[str, ...]
    """Attributes of the others, the same."""
    steps: tuple[str, ...]
    """Names of the earlier steps, the objects of any of which will do."""


@dataclass(frozen=True, slots=True)
class Step:
    """The objects of one kind that pass what the parameters ask, and have every link."""

    name: str
    kind: Kind
    links: tuple[Link, ...] = ()
    """None: the query begins here."""
    associationType: str | None = None
    """Of Associations, where only those of one type are meant."""
    answered: bool = True
    """Part of the answer, or merely on the way to it."""


_PREFIXES: Final = ("$XDSDocumentEntry", "$XDSSubmissionSet", "$XDSFolder", "$XDSAssociation", "$XDS", "$")


def _short(name: str) -> str:
    """`$XDSDocumentEntryClassCode` as `classCode`."""
    short = next(name.removeprefix(prefix) for prefix in _PREFIXES if name.startswith(prefix))
    return short[:1].lower() + short[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuery:
    """One query of the catalogue (ITI TF-2: 3.18.4.1.2.3.7)."""

    id: str
    name: str
    steps: tuple[Step, ...]
    params: tuple[Param, ...]
    single_patient: bool = False
    """A LeafClass answer must be of one patient (ITI TF-2: 3.18.4.1.2.3.7.5)."""
    transaction: str = "ITI-18"
    by_name: dict[str, Param] = field(init=False, repr=False, compare=False)
    by_any_name: dict[str, Param] = field(init=False, repr=False, compare=False)
    """By full name and, where it is the only one so called, by its short one: `classCode`."""
    required: tuple[Param, ...] = field(init=False, repr=False, compare=False)
    one_of: tuple[Param, ...] = field(init=False, repr=False, compare=False)
    any_of: tuple[Param, ...] = field(init=False, repr=False, compare=False)
    defaulted: tuple[Param, ...] = field(init=False, repr=False, compare=False)
    """The parameters that restrict even where they are not given."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {param.name: param for param in self.params})
        short = Counter(_short(param.name) for param in self.params)
        names = {_short(param.name): param for param in self.params if short[_short(param.name)] == 1}
        object.__setattr__(self, "by_any_name", names | self.by_name)
        object.__setattr__(self, "required", tuple(param for param in self.params if param.required))
        object.__setattr__(self, "one_of", tuple(param for param in self.params if param.one_of))
        object.__setattr__(self, "any_of", tuple(param for param in self.params if param.any_of))
        object.__setattr__(self, "defaulted", tuple(param for param in self.params if param.default))

    def __hash__(self) -> int:
        return hash(self.id)
