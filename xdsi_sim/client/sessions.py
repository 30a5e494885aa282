"""Makes, lists, empties and removes sessions of running actors, at the address that they have for it."""

from __future__ import annotations

from xdsi_sim.client.admin import AdminClient, Facts

__all__ = ["SessionsClient"]


class SessionsClient(AdminClient):
    """Asks and waits. Raises CannotRun where nobody answers, UsageError with what they say is wrong."""

    path = "sessions"

    def sessions(self) -> list[Facts]:
        """All of them."""
        found: list[Facts] = self._ask("GET")["sessions"]
        return found

    def add(self, name: str, *, codes: str | None = None, file: str | None = None) -> Facts:
        """Make one, perhaps with the text of a code table and the name of its file."""
        asked = {"name": name, "codes": codes, "file": file}
        return self._ask("POST", asked={key: value for key, value in asked.items() if value is not None})

    def clear(self, name: str) -> None:
        """Take out what it holds."""
        self._ask("POST", name, asked={"clear": True})

    def remove(self, name: str) -> None:
        """Take it away."""
        self._ask("DELETE", name)
