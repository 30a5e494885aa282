"""What the pages look into, and how they are put together."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from xdsi_sim import __version__
from xdsi_sim.exchange import Exchange
from xdsi_sim.ids import new_token
from xdsi_sim.inspector.web.asked import Answered, Refused
from xdsi_sim.scenario.cast import actors_of
from xdsi_sim.scenario.record import ActorInfo
from xdsi_sim.store.exchange_reader import ExchangeReader
from xdsi_sim.topology.build import RunningTopology

if TYPE_CHECKING:
    from jinja2 import Environment

    from xdsi_sim.inspector.playing import Plays
    from xdsi_sim.inspector.surveying import Surveys
    from xdsi_sim.inspector.tally import Tally


__all__ = ["HERE", "PATH", "Inspected"]

PATH: Final = "inspector"
"""Of the inspector, at the address of a topology."""
HERE: Final = Path(__file__).parent
_TOKEN: Final = "token"  # of the page: the field in which a form brings it


@dataclass(kw_only=True)
class Inspected:
    """A topology that runs, its log, and the templates that show them."""

    running: RunningTopology
    reader: ExchangeReader | None
    """None where nothing is recorded."""
    token: str = field(default_factory=new_token)
    """Whoever has got a page of ours has it, and whoever changes anything has to bring it."""
    _open: ExitStack = field(default_factory=ExitStack, repr=False)

    @cached_property
    def tally(self) -> Tally:
        """Counts of the log."""
        from xdsi_sim.inspector.tally import Tally  # noqa: PLC0415  see `resource`

        return Tally(self.reader)

    @cached_property
    def plays(self) -> Plays:
        """Scenarios that are played here."""
        from xdsi_sim.inspector.playing import Plays  # noqa: PLC0415  see `resource`

        return self._open.enter_context(closing(Plays(self.running)))

    @cached_property
    def surveys(self) -> Surveys:
        """Runs of the checklist."""
        from xdsi_sim.inspector.surveying import Surveys  # noqa: PLC0415  see `resource`

        return self._open.enter_context(closing(Surveys(self.running)))

    def close(self) -> None:
        """End what was begun on pages; before the topology ends."""
        self._open.close()

    @cached_property
    def actors(self) -> tuple[ActorInfo, ...]:
        """Everybody in the topology."""
        return actors_of(self.running)

    @cached_property
    def templates(self) -> Environment:
        """Ours, and those of the report; other inspectors of the process share them."""
        from xdsi_sim.scenario.reports.templates import FOLDER as REPORTS  # noqa: PLC0415  see `resource`
        from xdsi_sim.scenario.reports.templates import environment_of  # noqa: PLC0415

        environment = environment_of(HERE, REPORTS)
        environment.filters["quoted"] = lambda text: quote(text, safe="")
        environment.globals |= {"root": f"/{PATH}", "version": __version__}
        return environment

    @cached_property
    def _own(self) -> dict[str, Any]:
        """What each page has, and another inspector has otherwise."""
        from markupsafe import Markup  # noqa: PLC0415  see `resource`

        field = Markup('<input type="hidden" name="{}" value="{}">').format(_TOKEN, self.token)
        topology = self.running.topology
        return {
            "topology": topology.title or topology.name,
            "token_field": field,
            "has_sessions": self.running.keeper is not None,
        }

    def rendered(self, template: str, **values: Any) -> str:
        """A template with these values."""
        return self.templates.get_template(template).render(**self._own, **values)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Answered:
        """The same as an answer."""
        return Answered.page(self.rendered(template, **values), status)

    @property
    def log(self) -> ExchangeReader:
        """The log; raises Refused where nothing is recorded."""
        if self.reader is None:
            raise Refused(404, "Nothing is recorded here.", "The actors were started with --no-log.")
        return self.reader

    def exchange(self, id: str) -> Exchange:
        """An exchange by its whole id; raises Refused."""
        found = self.log.named(id, 1)
        if not found or found[0].id != id:
            raise Refused(
                404, "No such message is in the log.", "The log forgets the oldest when it is full."
            )
        return found[0]
