"""Certificates of our own actors, the same for all suites: whoever trusts them once, trusts them always."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from xdsi_sim.sut.loader import LoadedSystem
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.certificates import settle

__all__ = ["with_certificates"]


def with_certificates(loaded: LoadedSystem, data: Path) -> tuple[LoadedSystem, Tls | None]:
    """The description with files in place of what would be made, and those files.

    They are kept in `data`. Raises UsageError where one cannot be used.
    """
    settings = loaded.system.tls
    if settings is None:
        return loaded, None
    tls = settle(settings, data, loaded.system.listen.host)
    given = settings.model_copy(
        update={"certificate": tls.certificate, "key": tls.key, "authority": tls.authorities}
    )
    return replace(loaded, system=loaded.system.model_copy(update={"tls": given})), tls
