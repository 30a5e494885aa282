"""Switches faults of running actors on and off, at the address that they have for it."""

from __future__ import annotations

from xdsi_sim.client.admin import TOKEN_VARIABLE, AdminClient, Facts

__all__ = ["TOKEN_VARIABLE", "FaultsClient"]


class FaultsClient(AdminClient):
    """Asks and waits. Raises CannotRun where nobody answers, UsageError with what they say is wrong."""

    path = "faults"

    def faults(self) -> list[Facts]:
        """Those that are on."""
        found: list[Facts] = self._ask("GET")["faults"]
        return found

    def on(self, asked: Facts) -> Facts:
        """Switch one on; gives what it is now."""
        return self._ask("POST", asked=asked)

    def off(self, number: int | None = None) -> int:
        """Switch the one of a number off, or all; gives how many."""
        off: int = self._ask("DELETE", *(() if number is None else (number,)))["off"]
        return off
