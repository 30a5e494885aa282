"""What a search finds, once more in plain Python: data sets in memory, looked at one after the other.

Nothing of the package is used here, so that both can only be wrong in the same way by accident.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import product

from pydicom.dataset import Dataset

__all__ = ["STUDY_KEYS", "some_objects", "studies_that_match"]

NAMES = (
    "Bergström^Anna^Maria",
    "BERG^Ann",
    "O[x]^Ann-Marie",
    "Yamada^Hanako=山田^花子=やまだ^はなこ",
    "de Vries^Jan",
    "",
)
DATES = ("20240101", "20240102", "20240229", "20231231", "")
TIMES = ("083015", "0830", "235959.999999", "000000", "083015.5", "")
IDS = ("A1", "a1", "A-2", "*", "B 1", "")
MODALITIES = (("CT",), ("MR",), ("CT", "SR"))

STUDY_KEYS = {
    "PatientName": "PN",
    "PatientID": "LO",
    "AccessionNumber": "SH",
    "StudyID": "SH",
    "StudyDate": "DA",
    "StudyTime": "TM",
    "ReferringPhysicianName": "PN",
    "StudyInstanceUID": "UI",
    "ModalitiesInStudy": "CS",
    "StudyDescription": "LO",
}


def some_objects() -> list[Dataset]:
    """One object for each series of sixty studies of all kinds."""
    made = []
    mixed = zip(product(NAMES, DATES, TIMES[:2]), IDS * 10, MODALITIES * 20, TIMES * 10, strict=False)
    for number, ((name, day, _), identifier, modalities, time) in enumerate(mixed, start=1):
        for series, modality in enumerate(modalities, start=1):
            made.append(_object(number, series, modality, (name, day, time, identifier)))
    return made


def _object(number: int, series: int, modality: str, values: tuple[str, str, str, str]) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    dataset.PatientName, dataset.StudyDate, dataset.StudyTime, dataset.PatientID = values
    dataset.Modality = modality
    dataset.StudyInstanceUID = f"2.999.9.{number}"
    dataset.SeriesInstanceUID = f"2.999.9.{number}.{series}"
    dataset.SOPInstanceUID = f"2.999.9.{number}.{series}.1"
    dataset.SeriesNumber, dataset.InstanceNumber = series, 1
    dataset.AccessionNumber = IDS[number % 5]
    dataset.ReferringPhysicianName = NAMES[number % 6]
    if number % 3:  # an attribute that some do not have at all
        dataset.StudyDescription = f"Study {number % 4}"
        dataset.StudyID = str(number % 7)
    return dataset


def studies_that_match(objects: Iterable[Dataset], keys: dict[str, str]) -> set[str]:
    """Study Instance UIDs of those that meet all keys; a date and a time that are ranges count as one."""
    studies: dict[str, list[Dataset]] = {}
    for dataset in objects:
        studies.setdefault(str(dataset.StudyInstanceUID), []).append(dataset)
    return {uid for uid, members in studies.items() if _meets(members, keys)}


def _meets(members: list[Dataset], keys: dict[str, str]) -> bool:
    rest = dict(keys)
    both_ranges = "-" in keys.get("StudyDate", "") and "-" in keys.get("StudyTime", "")
    if both_ranges and not _at_once(members[0], rest.pop("StudyDate"), rest.pop("StudyTime")):
        return False
    return all(_one(_values(members, keyword), STUDY_KEYS[keyword], value) for keyword, value in rest.items())


def _values(members: list[Dataset], keyword: str) -> list[str]:
    if keyword == "ModalitiesInStudy":
        return [str(dataset.Modality) for dataset in members]
    value = members[0].get(keyword)
    return [str(value)] if value not in (None, "") else []


def _one(values: list[str], vr: str, wanted: str) -> bool:
    if not wanted.strip("*"):
        return True
    return any(_same(vr, value, wanted) for value in values)


def _same(vr: str, value: str, wanted: str) -> bool:
    if vr == "UI":
        return value in wanted.split(",")
    if vr == "CS":
        return any(_like(value, each) for each in wanted.split(","))
    if vr == "DA":
        low, high = _ends(wanted)
        return (low or "0") <= value <= (high or "9")
    if vr == "TM":
        low, high = _ends(wanted)
        return _seconds(low or "00", 0) <= _seconds(value, 0) <= _seconds(high or "23", 1)
    if vr == "PN":
        groups = [_bare(group) for group in (value, *value.split("=")) if group]
        return any(_like(group, _bare(wanted)) for group in groups)
    return _like(value, wanted.strip())


def _at_once(dataset: Dataset, days: str, times: str) -> bool:
    if not dataset.StudyDate or not dataset.StudyTime:
        return False
    (first_day, last_day), (first, last) = _ends(days), _ends(times)
    at = (str(dataset.StudyDate), _seconds(str(dataset.StudyTime), 0))
    low = (first_day or "0", _seconds(first or "00", 0) if first_day else -1)
    high = (last_day or "9", _seconds(last or "23", 1) if last_day else 1e9)
    return low <= at <= high


def _ends(text: str) -> tuple[str, str]:
    low, dash, high = text.partition("-")
    return (low, high) if dash else (text, text)


def _seconds(text: str, late: int) -> float:
    """Microseconds of the day; what is not told is the least, or the most where it is `late`."""
    digits = text.replace(".", "")
    full = digits + ("235959999999" if late else "000000000000")[len(digits) :]
    return ((int(full[:2]) * 60 + int(full[2:4])) * 60 + int(full[4:6])) * 1_000_000 + int(full[6:])


def _bare(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return (
        unicodedata.normalize("NFC", "".join(x for x in letters if not unicodedata.combining(x)))
        .upper()
        .rstrip("^= ")
    )


def _like(value: str, pattern: str) -> bool:
    expression = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(expression, value, re.DOTALL) is not None
