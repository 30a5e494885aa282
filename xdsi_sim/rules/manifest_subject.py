"""What the rules of manifests look at: a document, and what it is to agree with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from xdsi_sim.dicom.kos_document import Item, KosDocument
from xdsi_sim.dicom.study import KEY_OBJECT_SELECTION, Study
from xdsi_sim.dicom.titles import NOTE_TITLES, PROFILE_TITLES
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.errors import Severity

__all__ = ["Judged", "Kind"]

Kind = Literal["xds-i", "mado", "note"]
"""A manifest of one of the two profiles, or a key image note."""

_KINDS: Final[dict[str, Kind]] = {
    **{title.value: kind for kind, title in PROFILE_TITLES.items()},
    "MADOTEMP001": "mado",
    **dict.fromkeys(NOTE_TITLES, "note"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A document under judgement."""

    document: KosDocument
    root: Item
    expected: Kind | None = None
    """What it has to be; None where its title may tell."""
    entry: DocumentEntry | None = None
    """Under which it is, or is to be, registered."""
    served: Study | None = None
    """The study as its source has it."""

    @property
    def kind(self) -> Kind:
        """What it is judged as; a manifest of the baseline where nothing tells."""
        title = self.document.title
        return self.expected or _KINDS.get(title.value if title else "", "xds-i")

    @property
    def is_something_else(self) -> bool:
        """An image, a report: neither SOP class nor modality is that of a Key Object Selection."""
        own = self.root.text("SOPClassUID"), self.root.text("Modality")
        return None not in own and own[0] != KEY_OBJECT_SELECTION and own[1] != "KO"

    @property
    def is_manifest(self) -> bool:
        """Whether it is to list a whole study."""
        return self.kind != "note"

    def duty(self, otherwise: Severity = Severity.INFO) -> Severity:
        """How much it weighs that something is not there which MADO requires and the baseline only allows."""
        return Severity.ERROR if self.kind == "mado" else otherwise
