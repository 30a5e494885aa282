"""In what two manifests differ: identifiers, series, where they are, instances.

UIDs and times of the manifests themselves differ always, so nobody is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xdsi_sim.dicom.coded import CodedEntry, Identifier
from xdsi_sim.dicom.library_items import GROUP
from xdsi_sim.dicom.manifest import Manifest, ManifestSeries
from xdsi_sim.dicom.study import StudyHeader

__all__ = ["Difference", "differences", "shown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that two manifests say otherwise."""

    what: str
    """`header`, `series` or `instance`."""
    name: str
    """The attribute, or the UID of what one of them does not list."""
    one: str | None
    other: str | None


def shown(identifier: Identifier | None) -> str | None:
    """An identifier with its issuer, as metadata writes it."""
    if identifier is None:
        return None
    issuer = identifier.issuer
    name = (issuer.oid or issuer.universal_id or issuer.namespace_id) if issuer else None
    return f"{identifier.value} of {name}" if name else identifier.value


def _all(identifiers: Iterable[Identifier | None]) -> str | None:
    return ", ".join(sorted(text for one in identifiers if (text := shown(one)))) or None


def _codes(codes: Iterable[CodedEntry]) -> str | None:
    return ", ".join(sorted(f"{code.value}^^{code.scheme}" for code in codes)) or None


_HEADER: Final[Mapping[str, Callable[[StudyHeader], str | None]]] = {
    "Study Instance UID": lambda header: header.study_instance_uid,
    "patient ids": lambda header: _all(header.patient.ids),
    "patient's name": lambda header: header.patient.name,
    "birth date": lambda header: header.patient.birth_date,
    "sex": lambda header: header.patient.sex,
    "study date": lambda header: header.date,
    "study time": lambda header: header.time,
    "study description": lambda header: header.description,
    "institution": lambda header: header.institution,
    "accession number": lambda header: shown(header.accession),
    "accession numbers of requests": lambda header: _all(each.accession for each in header.requests),
    "placer orders": lambda header: _all(each.placer_order for each in header.requests),
    "procedures": lambda header: _codes(header.procedure_codes),
}
_SERIES: Final = {
    "Retrieve Location UID": "retrieve_location_uid",
    "Retrieve AE Title": "retrieve_ae_title",
    "Retrieve URL": "retrieve_url",
}


def differences(one: Manifest, other: Manifest) -> tuple[Difference, ...]:
    """All differences: header first, then series, then instances; empty where both say the same."""
    return (*_headers(one, other), *_series(one, other), *_instances(one, other))


def _different(what: str, name: str, one: str | None, other: str | None) -> Iterator[Difference]:
    if one != other:
        yield Difference(what=what, name=name, one=one, other=other)


def _headers(one: Manifest, other: Manifest) -> Iterator[Difference]:
    titles = [f"{each.title.value} {each.title.meaning}" for each in (one, other)]
    yield from _different("header", "title", *titles)
    yield from _different("header", "description of the note", one.description, other.description)
    for name, told in _HEADER.items():
        yield from _different("header", name, told(one.header), told(other.header))


def _series(one: Manifest, other: Manifest) -> Iterator[Difference]:
    mine, theirs = ({each.series_instance_uid: each for each in all_.series} for all_ in (one, other))
    for uid in dict.fromkeys((*mine, *theirs)):
        sides = [_size(found.get(uid)) for found in (mine, theirs)]
        if None in sides:
            yield Difference(what="series", name=uid, one=sides[0], other=sides[1])
            continue
        for name, attribute in _SERIES.items():
            values = [getattr(found[uid], attribute) for found in (mine, theirs)]
            yield from _different("series", f"{uid}: {name}", *values)
    yield from _descriptions(one, other)


def _size(series: ManifestSeries | None) -> str | None:
    return None if series is None else f"instances: {len(series.references)}"


def _descriptions(one: Manifest, other: Manifest) -> Iterator[Difference]:
    """Of the series that both libraries describe."""
    if one.library is None or other.library is None:
        return
    mine, theirs = (
        {group.series_instance_uid: group for group in library.groups}
        for library in (one.library, other.library)
    )
    for uid in mine.keys() & theirs.keys():
        for descriptor in GROUP:
            values = [_plain(getattr(found[uid], descriptor.attribute)) for found in (mine, theirs)]
            yield from _different("series", f"{uid}: {descriptor.concept.meaning}", *values)


def _plain(value: Any) -> str | None:
    if isinstance(value, tuple):
        return _codes(value)
    return _codes([value]) if isinstance(value, CodedEntry) else None if value is None else str(value)


def _instances(one: Manifest, other: Manifest) -> Iterator[Difference]:
    mine, theirs = _places(one), _places(other)
    for uid in dict.fromkeys((*mine, *theirs)):
        yield from _different("instance", uid, mine.get(uid), theirs.get(uid))


def _places(manifest: Manifest) -> dict[str, str]:
    """SOP class and series of each instance."""
    return {
        reference.sop_instance_uid: f"{reference.sop_class_uid} in series {series.series_instance_uid}"
        for series in manifest.series
        for reference in series.references
    }
