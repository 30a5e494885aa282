"""A Key Object Selection as it is, for those who judge it: any octets become items with their paths.

`kos` reads what is sound into values; here nothing is refused, and each value knows where it stands.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xdsi_sim.content import Content, sha1_of
from xdsi_sim.dicom.attributes import TAGS, DicomJson, integer, one_line, person, text
from xdsi_sim.dicom.coded import CodedEntry, Identifier, coded_entry, designator
from xdsi_sim.dicom.library_items import IMAGE_LIBRARY, REFERENCES, concept_of, means

__all__ = ["Item", "KosDocument", "Listed", "read_document", "tag_text"]


def tag_text(keyword: str) -> str:
    """`(0040,E011)` of `RetrieveLocationUID`."""
    return _shown(TAGS[keyword])


def _shown(tag: str) -> str:
    return f"({tag[:4]},{tag[4:]})"


@dataclass(frozen=True, slots=True)
class Item:
    """A data set or an item of a sequence, and the way to it: `(0040,A375)[1].(0008,1115)[2]`."""

    attributes: DicomJson
    path: str = ""

    def at(self, keyword: str) -> str:
        """Path of an attribute in it."""
        return self.at_tag(TAGS[keyword])

    def at_tag(self, tag: str) -> str:
        """The same by its tag."""
        return f"{self.path}.{_shown(tag)}".lstrip(".")

    def has(self, keyword: str) -> bool:
        """Whether the attribute is there, if only empty."""
        return TAGS[keyword] in self.attributes

    def text(self, keyword: str) -> str | None:
        """The first value as text; a name in its one-line form."""
        attribute = self.attributes.get(TAGS[keyword], {})
        if attribute.get("vr") == "PN":
            return person(self.attributes, keyword)
        return text(self.attributes, keyword)

    def filled(self, keyword: str) -> bool:
        """Whether the attribute has a value, or items."""
        return bool(self.members(keyword) or self.text(keyword))

    def number(self, keyword: str) -> int | None:
        """The first value as a whole number."""
        return integer(self.attributes, keyword)

    def members(self, keyword: str) -> tuple[Item, ...]:
        """The items of a sequence, empty ones too."""
        return self._members(TAGS[keyword])

    def _members(self, tag: str) -> tuple[Item, ...]:
        attribute = self.attributes.get(tag, {})
        if attribute.get("vr") != "SQ":
            return ()
        path = self.at_tag(tag)
        return tuple(
            Item(member or {}, f"{path}[{number}]")
            for number, member in enumerate(attribute.get("Value", ()), start=1)
        )

    def only(self, keyword: str) -> Item | None:
        """The first item of a sequence."""
        return next(iter(self.members(keyword)), None)

    def code(self, keyword: str) -> CodedEntry | None:
        """The first coded entry of a sequence."""
        first = self.only(keyword)
        return None if first is None else coded_entry(first.attributes)

    def concept(self) -> CodedEntry | None:
        """What a content item is about."""
        return concept_of(self.attributes)

    def means(self, concept: CodedEntry) -> bool:
        """Whether a content item is about this."""
        return means(self.attributes, concept)

    def identifier(self, number: str, issuer: str) -> Identifier | None:
        """The identifier in one attribute with its issuer in a sequence."""
        value = self.text(number)
        issuers = tuple(member.attributes for member in self.members(issuer))
        return None if value is None else Identifier(value, designator(issuers))

    def below(self) -> Iterator[tuple[str, Item]]:
        """Every item at any depth, with the tag of its sequence."""
        for tag in self.attributes:
            for member in self._members(tag):
                yield tag, member
                yield from member.below()

    def values(self, *vrs: str) -> Iterator[tuple[str, str, Any]]:
        """Path, VR and value of each value with one of these VRs, at any depth; names in one line."""
        for holder in (self, *(item for _, item in self.below())):
            for tag, attribute in holder.attributes.items():
                if attribute.get("vr") in vrs:
                    for value in attribute.get("Value", ()):
                        told = one_line(value) if isinstance(value, Mapping) else value
                        yield holder.at_tag(tag), attribute["vr"], told


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An instance that the evidence names, and where it stands."""

    series: Item
    item: Item
    series_instance_uid: str
    sop_instance_uid: str
    sop_class_uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KosDocument:
    """What a file holds."""

    size: int
    sha1: str
    meta: Item
    root: Item | None
    """None where nothing can be read."""
    problems: tuple[str, ...] = ()
    """What is wrong with the file."""
    libraries: tuple[Item, ...] = ()
    """The image libraries, of which there should be one at most."""

    @property
    def title(self) -> CodedEntry | None:
        """The document title."""
        return None if self.root is None else self.root.code("ConceptNameCodeSequence")

    def studies(self) -> tuple[Item, ...]:
        """The items of the evidence."""
        return () if self.root is None else self.root.members("CurrentRequestedProcedureEvidenceSequence")

    def series(self) -> tuple[Item, ...]:
        """Those of all its series."""
        return tuple(
            series for study in self.studies() for series in study.members("ReferencedSeriesSequence")
        )

    def listed(self) -> tuple[Listed, ...]:
        """Every instance of the evidence."""
        return tuple(
            Listed(
                series=series,
                item=item,
                series_instance_uid=series.text("SeriesInstanceUID") or "",
                sop_instance_uid=item.text("ReferencedSOPInstanceUID") or "",
                sop_class_uid=item.text("ReferencedSOPClassUID") or "",
            )
            for series in self.series()
            for item in series.members("ReferencedSOPSequence")
        )

    def content(self) -> tuple[Item, ...]:
        """The content items directly below the root."""
        return () if self.root is None else self.root.members("ContentSequence")

    def references(self) -> tuple[Item, ...]:
        """Those that refer to instances; an image library repeats them deeper down."""
        return tuple(item for item in self.content() if item.text("ValueType") in REFERENCES)

    def requests(self) -> tuple[Item, ...]:
        """The requests that the study answers."""
        return () if self.root is None else self.root.members("ReferencedRequestSequence")


def read_document(content: Content) -> KosDocument:
    """Whatever is in the octets; never refuses any."""
    from xdsi_sim.dicom.json_model import to_json  # noqa: PLC0415  brings pydicom
    from xdsi_sim.dicom.part10 import read_leniently  # noqa: PLC0415

    root, meta = None, Item({})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the library would say is found and told by rules
        dataset, problems = read_leniently(content)
        try:
            if dataset is not None:
                root, meta = Item(to_json(dataset)), Item(to_json(dataset.file_meta))
        except Exception as error:  # noqa: BLE001  broken values are answered with whatever went wrong
            problems = (*problems, f"a value cannot be read: {error}")
    return KosDocument(
        size=content.size,
        sha1=sha1_of(content),
        meta=meta,
        root=root,
        problems=problems,
        libraries=() if root is None else tuple(_libraries(root)),
    )


def _libraries(root: Item) -> Iterator[Item]:
    return (item for item in root.members("ContentSequence") if item.means(IMAGE_LIBRARY))
