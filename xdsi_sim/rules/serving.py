"""Rules that no message breaks by itself: whether it can be served depends on what the actor has.

The actor finds out while it serves, and names the rule in its codeContext; what the rule asks, and what a
peer is told, stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xdsi_sim.errors import Severity
from xdsi_sim.messages.response import RegistryError

__all__ = ["SERVING_RULES", "ServingRule"]


@dataclass(frozen=True, slots=True)
class ServingRule:
    """One rule of serving."""

    id: str
    code: str
    """errorCode that the peer is told."""
    text: str
    """What must hold, in words."""
    transactions: tuple[str, ...]
    cites: str | None = None
    """The section that decides; None where it is chosen here."""
    also: tuple[str, ...] = ()
    """Other errorCodes that it may be told by."""
    severity: Severity = Severity.ERROR

    def broken(self, what: str, *, code: str | None = None, location: str | None = None) -> RegistryError:
        """What a peer is told who meets it; `code` is one of `also`, where it is not the rule's own."""
        if code is not None and code not in (self.code, *self.also):
            raise ValueError(f"rule {self.id} is not told by {code}")
        return RegistryError(
            errorCode=code or self.code, codeContext=f"{what}; rule={self.id}", location=location
        )


_RETRIEVE: Final = ("ITI-43", "RAD-69")
_GATEWAY: Final = ("ITI-39", "RAD-75")
_CODES: Final = "ITI TF-3: Table 4.2.4.1-2"

_TABLE: Final = (
    ServingRule(
        "F32",
        "XDSRegistryDeprecatedDocumentError",
        "Of several submissions that replace one entry at the same time, one is taken.",
        ("ITI-42",),
    ),
    ServingRule(
        "F33",
        "XDSRegistryOutOfResources",
        "The store of the actor can take what it is given, and give what it is asked for.",
        ("ITI-18", "ITI-41", "ITI-42", "ITI-43", "ITI-51", "ITI-57", "ITI-61", "ITI-62", "ITI-86", "ITI-92"),
        _CODES,
        (
            "XDSRegistryBusy",
            "XDSRegistryError",
            "XDSRepositoryBusy",
            "XDSRepositoryError",
            "XDSRepositoryOutOfResources",
        ),
    ),
    ServingRule(
        "G17",
        "XDSRegistryNotAvailable",
        "The registry of a repository answers.",
        ("ITI-41", "RAD-68"),
        _CODES,
    ),
    ServingRule(
        "H02",
        "XDSUnknownRepositoryId",
        "The RepositoryUniqueId of a request is that of the actor, or one that the gateway can reach.",
        (*_RETRIEVE, *_GATEWAY),
        _CODES,
    ),
    ServingRule(
        "H03",
        "XDSDocumentUniqueIdError",
        "A document asked for is known here, available, and may be given.",
        (*_RETRIEVE, *_GATEWAY),
        _CODES,
    ),
    ServingRule(
        "H16",
        "XDSUnavailableCommunity",
        "A community that is asked answers, and so do its repositories and sources.",
        ("ITI-38", *_GATEWAY),
        _CODES,
        ("XDSRegistryError", "XDSRepositoryError"),
    ),
    ServingRule(
        "H17",
        "XDSResultNotSinglePatient",
        "Documents asked for together are of one patient, where the policy of the actor asks that.",
        (*_RETRIEVE, *_GATEWAY),
        _CODES,
    ),
    ServingRule(
        "H18",
        "XDSDocumentUniqueIdError",
        "An instance asked for is in the study and series that the request says, in a transfer syntax of it.",
        ("RAD-69", "RAD-75"),
        "RAD TF: 4.69, 4.75",
        ("XDSRepositoryError",),
    ),
    ServingRule(
        "H19",
        "XDSRepositoryError",
        "The archive behind an imaging source answers, with the instance that is asked for.",
        ("RAD-69", "RAD-75"),
        _CODES,
    ),
    ServingRule(
        "I17",
        "XDSResultNotSinglePatient",
        "Metadata that are asked for by their ids are of one patient; references may be of several.",
        ("ITI-18",),
        "ITI TF-2: 3.18.4.1.2.3.7.5",
    ),
    ServingRule(
        "I18",
        "XDSTooManyResults",
        "No more objects match a query than the registry gives.",
        ("ITI-18", "ITI-51"),
        _CODES,
    ),
    ServingRule(
        "I35",
        "XDSUnknownPatientId",
        "A patient whom a query asks for is known, where the policy of the registry asks that.",
        ("ITI-18", "ITI-51"),
        _CODES,
    ),
)

SERVING_RULES: Final = {rule.id: rule for rule in _TABLE}
"""The table by id."""
