"""Which attribute belongs to which level, and what a search gives of each (PS3.18: 10.6.3).

An instance has the attributes of patient and study, of series and of its own in one data set; an archive
that is searched by level has to take them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final

from xdsi_sim.dicom.attributes import DicomJson

__all__ = [
    "CALCULATED",
    "DATE_AND_TIME",
    "DEFAULTS",
    "MODALITIES_IN_STUDY",
    "Level",
    "attributes_of",
    "default_answer",
    "is_searchable",
    "level_of",
]


class Level(IntEnum):
    """A level of the hierarchy, with what is above it smaller."""

    STUDY = 1
    SERIES = 2
    INSTANCE = 3


def _tags(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PATIENT_GROUP: Final = "0010"
_COMMON: Final = frozenset({"00080005", "00080201"})
"""Said of the object, and given at each level: its characters and its time zone."""

MODALITIES_IN_STUDY: Final = "00080061"
CALCULATED: Final[Mapping[str, Level]] = {
    MODALITIES_IN_STUDY: Level.STUDY,
    "00081190": Level.STUDY,
    "00201206": Level.STUDY,
    "00201208": Level.STUDY,
    "00201209": Level.SERIES,
}
"""What an archive tells of its contents: no value of it is taken from an instance. RetrieveURL is of
all levels."""

_OF_STUDY: Final = _tags(
    "00080020 00080030 00080050 00080051 00080090 00080096 0008009C 0008009D 00081030 00081032"
    " 00081048 00081049 00081060 00081062 00081080 00081084 00081110 00081120 00120010 00120020"
    " 00120030 00120040 0020000D 00200010 00321034 00380010 00401012"
)  # PS3.3: C.7.1, C.7.2; all of group 0010 beside them
_OF_SERIES: Final = _tags(
    "00080021 00080031 00080060 00080070 00080080 00080081 0008103E 0008103F 00081010 00081040"
    " 00081050 00081052 00081070 00081072 00081090 00081111 00081250 00180015 00181000 00181020"
    " 00181030 00185100 0020000E 00200011 00200052 00200060 00201040 00400244 00400245 00400250"
    " 00400251 00400253 00400254 00400260 00400275 00400280"
)  # PS3.3: C.7.3, C.7.5

_IMAGE_TERMS: Final = _tags(
    "00080012 00080013 00080016 00080018 00080022 00080023 00080032 00080033 00083002 00200012"
    " 00200013 00280004 00280008 00280010 00280011 00280100 0040A491 0040A493"
)
"""Attributes of instances that can be searched for; of studies and series it is all."""

DATE_AND_TIME: Final[Mapping[str, str]] = {
    "00080020": "00080030",
    "00080021": "00080031",
    "00400244": "00400245",
}
"""Attributes of a date and of the time that goes with it."""

DEFAULTS: Final[Mapping[Level, Mapping[str, tuple[str, bool]]]] = {
    Level.STUDY: {  # PS3.18: Table 10.6.3-3, and what every viewer asks for
        "00080005": ("CS", False),
        "00080020": ("DA", True),
        "00080030": ("TM", True),
        "00080050": ("SH", True),
        "00080051": ("SQ", False),
        "00080056": ("CS", True),
        "00080061": ("CS", True),
        "00080090": ("PN", True),
        "00080201": ("SH", False),
        "00081030": ("LO", True),
        "00081190": ("UR", True),
        "00100010": ("PN", True),
        "00100020": ("LO", True),
        "00100021": ("LO", False),
        "00100030": ("DA", True),
        "00100040": ("CS", True),
        "0020000D": ("UI", True),
        "00200010": ("SH", True),
        "00201206": ("IS", True),
        "00201208": ("IS", True),
    },
    Level.SERIES: {  # PS3.18: Table 10.6.3-4
        "00080005": ("CS", False),
        "00080021": ("DA", False),
        "00080031": ("TM", False),
        "00080060": ("CS", True),
        "00080201": ("SH", False),
        "0008103E": ("LO", True),
        "00081190": ("UR", True),
        "0020000D": ("UI", True),
        "0020000E": ("UI", True),
        "00200011": ("IS", True),
        "00201209": ("IS", True),
        "00400244": ("DA", True),
        "00400245": ("TM", True),
        "00400275": ("SQ", True),
    },
    Level.INSTANCE: {  # PS3.18: Table 10.6.3-5
        "00080005": ("CS", False),
        "00080016": ("UI", True),
        "00080018": ("UI", True),
        "00080056": ("CS", True),
        "00080201": ("SH", False),
        "00081190": ("UR", True),
        "00083002": ("UI", False),
        "0020000D": ("UI", True),
        "0020000E": ("UI", True),
        "00200013": ("IS", True),
        "00280008": ("IS", False),
        "00280010": ("US", False),
        "00280011": ("US", False),
        "00280100": ("US", False),
    },
}
"""What a search gives unasked: VR by ascending tag, and whether it is there without a value, too."""

_ONLINE: Final = {"00080056": {"vr": "CS", "Value": ["ONLINE"]}}


@lru_cache(maxsize=4096)
def level_of(tag: str) -> Level:
    """The level that an attribute belongs to; what neither study nor series has is the instance's."""
    if tag in CALCULATED:
        return CALCULATED[tag]
    if tag in _OF_STUDY or tag.startswith(_PATIENT_GROUP):
        return Level.STUDY
    return Level.SERIES if tag in _OF_SERIES else Level.INSTANCE


def is_searchable(tag: str) -> bool:
    """Whether objects can be looked for by the attribute, in a sequence or not."""
    if tag in CALCULATED or tag in _COMMON:
        return tag == MODALITIES_IN_STUDY
    return level_of(tag) is not Level.INSTANCE or tag in _IMAGE_TERMS


def attributes_of(level: Level, instance: DicomJson) -> dict[str, Any]:
    """Those attributes of an instance that belong to a level above its own."""
    return {
        tag: value
        for tag, value in instance.items()
        if tag in _COMMON or (level_of(tag) is level and tag not in CALCULATED)
    }


def default_answer(level: Level, instance: DicomJson) -> dict[str, Any]:
    """What a search gives of an object; calculated attributes have no value yet: the archive counts."""
    given = {tag: value for tag, value in instance.items() if tag not in CALCULATED} | _ONLINE
    return {
        tag: given.get(tag, {"vr": vr})
        for tag, (vr, always) in DEFAULTS[level].items()
        if always or tag in given
    }
