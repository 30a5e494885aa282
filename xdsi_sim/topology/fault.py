"""A deviation as people write it in YAML: which one, and for which answers of an actor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.checked import Checked, check_value, wrong

if TYPE_CHECKING:
    from xdsi_sim.deviations.switches import Setting

__all__ = ["DeviationId", "Fault", "Occasion", "read_fault"]


def _a_deviation(id: str) -> str:
    from xdsi_sim.deviations.catalogue import deviation_named  # noqa: PLC0415  most topologies name none

    try:
        deviation_named(id)
    except UsageError as error:
        raise wrong(error.message, hint=error.hint) from None
    return id


DeviationId = Annotated[str, AfterValidator(_a_deviation)]
Count = Annotated[int, Field(ge=1)]


class Occasion(Checked):
    """Which answers of an actor are changed, and what is set of the deviation."""

    transaction: str | None = None
    """Only answers of this transaction; absent is all that the deviation fits."""
    call: Count | None = None
    """Only the answer of this number, counted from 1 since the deviation is on."""
    first: Annotated[Count, Field(alias="from")] = 1
    """Only from the answer of this number on."""
    last: Annotated[Count | None, Field(alias="to")] = None
    """Only up to the answer of this number."""
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How likely each of these answers is changed."""
    parameters: dict[str, Any] = {}
    """What the deviation lets be set."""

    def setting(self, actor: str, deviation: str) -> Setting:
        """For an actor and a deviation."""
        from xdsi_sim.deviations.switches import Setting  # noqa: PLC0415

        return Setting(
            actor=actor,
            deviation=deviation,
            transaction=self.transaction,
            call=self.call,
            first=self.first,
            last=self.last,
            probability=self.probability,
            parameters=self.parameters,
        )


class Fault(Occasion):
    """A deviation that is on from the start."""

    deviation: DeviationId
    """Id of the deviation, as `xdsi-sim faults list` shows it."""

    @model_validator(mode="after")
    def _parameters_exist(self) -> Fault:
        from xdsi_sim.deviations.catalogue import deviation_named, set_parameters  # noqa: PLC0415

        try:
            set_parameters(deviation_named(self.deviation), self.parameters)
        except UsageError as error:
            raise wrong(error.message, hint=error.hint, at=("parameters",)) from None
        return self

    def of(self, actor: str) -> Setting:
        """The same, for an actor."""
        return self.setting(actor, self.deviation)


class AskedFault(Fault):
    """A deviation that is asked for while the actors run."""

    actor: str


def read_fault(value: Any) -> Setting:
    """What is asked for in JSON; raises UsageError."""
    asked = check_value(AskedFault, value)
    return asked.of(asked.actor)
