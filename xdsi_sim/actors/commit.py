"""What keeps a request out at its commit: what was judged before may have changed since."""

from __future__ import annotations

from xdsi_sim.errors import XdsiSimError
from xdsi_sim.rules.registry import Verdict

__all__ = ["RefusedAtCommit"]


class RefusedAtCommit(XdsiSimError):
    """The request does not fit what the registry holds at the moment of its commit; nothing was changed."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__("refused at commit")
        self.verdict = verdict
