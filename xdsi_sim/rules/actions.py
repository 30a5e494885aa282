"""What an actor does of itself, or leaves alone: no check, so nothing here can be broken by a message.

A peer may rely on each, and tests see each happen; a row is here so that its id can be explained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["ACTIONS", "Action"]


@dataclass(frozen=True, slots=True)
class Action:
    """One automatic action of the catalogue."""

    id: str
    text: str
    """What happens, in words."""
    transactions: tuple[str, ...]
    cites: str | None = None
    """The section that decides; None where it is chosen here."""


_REGISTER, _PROVIDE, _QUERY = ("ITI-42",), ("ITI-41", "RAD-68"), ("ITI-18", "ITI-51")
_SUBMIT: Final = (*_PROVIDE, *_REGISTER)
_V2, _FEED = ("ITI-8",), ("ITI-8", "ITI-44")
_REGISTERED: Final = "ITI TF-2: 3.42.4.1.3"
_PROVIDED: Final = "ITI TF-2: 3.41.4.1.3.2"

_TABLE: Final = (
    Action(
        "C06",
        "A RegistryPackage is labelled by a Classification inside it or beside it, which is the same.",
        _SUBMIT,
        "ITI TF-3: 4.2.1.2.1",
    ),
    Action("C27", "Extra slots with legal names cause no error.", _SUBMIT, "ITI TF-3: 4.2.3.1.6"),
    Action(
        "C28",
        "Extra slots are stored and given back; XDSExtraMetadataNotSaved is for registries that drop them.",
        _REGISTER,
        f"{_REGISTERED}.2",
    ),
    Action("C30", "ObjectRef elements in a submission are passed over.", _SUBMIT, "ebRIM 3.0"),
    Action(
        "D29",
        "The display name of a code is never held against a value set.",
        _SUBMIT,
        f"{_REGISTERED}.3.3",
    ),
    Action(
        "D41",
        "A status in a submission is passed over: what is registered is Approved.",
        _SUBMIT,
        "ITI TF-3: 4.2.3.2.2",
    ),
    Action(
        "F06",
        "A known uniqueId of a document with the same hash and size is taken, as a second entry of it.",
        _REGISTER,
        f"{_REGISTERED}.3.1",
    ),
    Action(
        "F08",
        "An On-Demand entry may have the uniqueId of another On-Demand entry.",
        ("ITI-61",),
        "ITI TF-2: 3.61.4.1.3",
    ),
    Action(
        "F13",
        "A SubmissionSet may refer to an entry of another patient, by Reference.",
        _REGISTER,
        "ITI TF-3: 4.2.2.1.1",
    ),
    Action(
        "F19",
        "A submission is registered as a whole or not at all, and nobody sees it before.",
        _REGISTER,
        f"{_REGISTERED}.1",
    ),
    Action("F20", "What is registered gets the status Approved.", _REGISTER, f"{_REGISTERED}.3.5"),
    Action(
        "F21",
        "Symbolic ids become new UUIDs, the same wherever the id stands.",
        _REGISTER,
        f"{_REGISTERED}.7",
    ),
    Action("F22", "UUIDs that were given are kept.", _REGISTER, f"{_REGISTERED}.7"),
    Action("F23", "RPLC and XFRM_RPLC deprecate what they replace.", _REGISTER, f"{_REGISTERED}.5"),
    Action(
        "F24",
        "RPLC and XFRM_RPLC deprecate the appendices and transformations of what they replace, too.",
        _REGISTER,
        f"{_REGISTERED}.5",
    ),
    Action(
        "F25",
        "RPLC and XFRM_RPLC put the new entry into each Approved Folder of the old one.",
        _REGISTER,
        f"{_REGISTERED}.5",
    ),
    Action(
        "F27",
        "A Folder that gets a member has the time of the registry as lastUpdateTime, whatever was sent.",
        _REGISTER,
        f"{_REGISTERED}.6",
    ),
    Action("F28", "APND, XFRM and signs leave the status of their target.", _REGISTER, "ITI TF-3: 4.2.2.2"),
    Action("F29", "Queries give all attributes back as they were submitted.", _REGISTER, _REGISTERED),
    Action(
        "F30",
        "With warnings alone the answer is Success, and lists them.",
        _SUBMIT,
        "ITI TF-3: Table 4.2.4.2-2",
    ),
    Action("F31", "An answer lists all that is wrong, not the first only.", _SUBMIT),
    Action(
        "G08",
        "A repository takes a known uniqueId with the same octets; the registry has the last word.",
        _PROVIDE,
        _PROVIDED,
    ),
    Action("G13", "The repository writes its own repositoryUniqueId into each entry.", _PROVIDE, _PROVIDED),
    Action("G14", "The repository adds hash and size where they are missing.", _PROVIDE, _PROVIDED),
    Action("G15", "A document can be retrieved before its metadata are registered.", _PROVIDE, _PROVIDED),
    Action("G16", "All other metadata go to the registry untouched.", _PROVIDE, _PROVIDED),
    Action(
        "G18",
        "Errors and warnings of the registry are in the answer of the repository.",
        _PROVIDE,
        _PROVIDED,
    ),
    Action("G19", "Documents of a submission that failed are not kept.", _PROVIDE, _PROVIDED),
    Action(
        "G20",
        "The answer is MTOM as the request, though it holds no document.",
        _PROVIDE,
        "ITI TF-2: 3.41.4.2.2",
    ),
    Action(
        "I20",
        "Without $XDSDocumentEntryType a query asks for Stable entries.",
        _QUERY,
        "ITI TF-2: 3.18.4.1.2.3.6.2",
    ),
    Action(
        "I21",
        "An entry without a service time passes every bound of that time.",
        _QUERY,
        "ITI TF-2: 3.18.4.1.2.3.3.1",
    ),
    Action(
        "I22",
        "Objects of a patient that was merged away are shown under the surviving id.",
        _QUERY,
        "ITI TF-2: 3.18.4.1.2.3.9.1",
    ),
    Action(
        "I31",
        "An Initiating Gateway leaves out XDSUnknownPatientId of a community.",
        ("ITI-38",),
        "ITI TF-2: 3.38.4.1.3",
    ),
    Action(
        "I32",
        "An Initiating Gateway joins objects and errors of all communities to a PartialSuccess.",
        ("ITI-38",),
        "ITI TF-2: 3.38.4.1.3",
    ),
    Action(
        "K03",
        "Ids of other domains in a feed are passed over, but for discovery.",
        _V2,
        "ITI TF-2: 3.8.4.1.4",
    ),
    Action("K04", "An OID that an id lacks is that of the affinity domain.", _V2, "ITI TF-2: 3.8.4.1.4"),
    Action(
        "K05",
        "A08 announces nobody and is accepted; what it says of a known patient is kept for discovery.",
        _V2,
        "ITI TF-2: 3.8.4.1.4",
    ),
    Action("K11", "A merge that is refused changes nothing.", _FEED, "ITI TF-2: 3.44.4.2.4"),
    Action(
        "K12",
        "A patient who is announced again is accepted, and what is said of the patient is kept.",
        _FEED,
    ),
    Action(
        "L19",
        "An update becomes the next version, the one before is deprecated, associations are carried over.",
        ("ITI-57", "ITI-92"),
    ),
    Action(
        "L20",
        "A status that comes with an update of the same entry is that of the new version.",
        ("ITI-57",),
    ),
    Action("N09", "Who is asked for by an id that was merged away is told of the survivor.", ("ITI-55",)),
    Action(
        "N10",
        "An Initiating Gateway sends a query to those communities alone that have told the patient's id.",
        ("ITI-38",),
        "ITI TF-2: 3.55.4.2.3",
    ),
)

ACTIONS: Final = {action.id: action for action in _TABLE}
"""The table by id."""
