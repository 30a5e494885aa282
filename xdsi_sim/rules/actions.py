"""What actors do of themselves: entries of the catalogue that are no checks but work to be seen done.

No message is judged by them. They are here so that manual and tests know one list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["ACTIONS", "Action"]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that an actor does."""

    id: str
    text: str
    cites: str | None = None
    """Sections that decide; None where no text does."""


_REGISTRY: Final = (
    Action(
        "C06",
        "A label that stands beside its RegistryPackage is as good as one inside.",
        "ITI TF-3: 4.2.1.2.1",
    ),
    Action(
        "C27",
        "Slots that the framework does not name are taken, if their names are URNs.",
        "ITI TF-3: 4.2.3.1.6",
    ),
    Action("C28", "They are kept and given back: nobody is warned of their loss.", "ITI TF-2: 3.42.4.1.3.2"),
    Action("C30", "ObjectRefs in a submission are ignored.", "ebRIM 3.0"),
    Action("D29", "Any display name of a code is taken.", "ITI TF-2: 3.42.4.1.3.3.3"),
    Action("D41", "A status in a submission is ignored.", "ITI TF-3: 4.2.3.2.2"),
    Action(
        "F06",
        "A known uniqueId with the known hash and size makes another entry.",
        "ITI TF-2: 3.42.4.1.3.3.1",
    ),
    Action("F13", "An entry that is a member by Reference may be of another patient.", "ITI TF-3: 4.2.2.1.1"),
    Action("F19", "A submission is registered whole or not at all.", "ITI TF-2: 3.42.4.1.3.1"),
    Action(
        "F20", "What is registered is Approved, and the first version of itself.", "ITI TF-2: 3.42.4.1.3.3.5"
    ),
    Action("F21", "Symbolic ids become UUIDs wherever they stand.", "ITI TF-2: 3.42.4.1.3.7"),
    Action("F22", "UUIDs that are given stay.", "ITI TF-2: 3.42.4.1.3.7"),
    Action("F23", "What RPLC or XFRM_RPLC replaces is Deprecated.", "ITI TF-2: 3.42.4.1.3.5"),
    Action(
        "F24",
        "So are its transformations and addenda, and theirs in turn; signatures and snapshots are not.",
        "ITI TF-2: 3.42.4.1.3.5",
    ),
    Action(
        "F25",
        "A replacement joins each Approved Folder of what it replaces, as a member of its submission.",
        "ITI TF-2: 3.42.4.1.3.5",
    ),
    Action(
        "F27",
        "A Folder that gets a member has the registry's time as lastUpdateTime, whatever was sent.",
        "ITI TF-2: 3.42.4.1.3.6",
    ),
    Action("F28", "APND, XFRM and signs leave the status of their target.", "ITI TF-3: 4.2.2.2"),
    Action("F29", "All attributes are given back by queries as they were submitted.", "ITI TF-2: 3.42.4.1.3"),
    Action("F30", "Warnings alone are answered with Success, and listed.", "ITI TF-3: Table 4.2.4.2-2"),
    Action("F31", "One answer lists everything that was found."),
)
_REPOSITORY: Final = (
    Action("G08", "A uniqueId that is stored with the same octets is no error.", "ITI TF-2: 3.41.4.1.3.2"),
    Action("G13", "repositoryUniqueId becomes that of the repository.", "ITI TF-2: 3.41.4.1.3.2"),
    Action("G14", "hash and size are put in.", "ITI TF-2: 3.41.4.1.3.2"),
    Action("G15", "A document can be retrieved before the registry hears of it.", "ITI TF-2: 3.41.4.1.3.2"),
    Action("G16", "All other metadata go to the registry untouched.", "ITI TF-2: 3.41.4.1.3.2"),
    Action("G18", "Errors and warnings of the registry are passed up.", "ITI TF-2: 3.41.4.1.3.2"),
    Action("G19", "Documents of a submission that is refused are gone.", "ITI TF-2: 3.41.4.1.3.2"),
    Action("G20", "The answer is MTOM, though it holds no document.", "ITI TF-2: 3.41.4.2.2"),
)

ACTIONS: Final = {action.id: action for action in (*_REGISTRY, *_REPOSITORY)}
"""By id."""
