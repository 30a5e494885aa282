"""The inspector: pages for people over the exchange log, served beside the actors of a topology that runs.

Pages are made from templates on the server, in threads; small scripts of our own keep them up to date.
"""

from __future__ import annotations

from xdsi_sim.inspector.web.serving import inspecting

__all__ = ["inspecting"]
