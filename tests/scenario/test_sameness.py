from __future__ import annotations

from dataclasses import replace

from xdsi_sim.ebrim.model import Code, DocumentEntry
from xdsi_sim.scenario.images import Image, digest_of
from xdsi_sim.scenario.sameness import cell

A = Image(sopInstanceUID="1", sha1="aa", size=3)
B = Image(sopInstanceUID="2", sha1="bb", size=3)
CT, HEAD = Code("CT", "1.2.840.10008.2.16.4", None), Code("69536005", "2.16.840.1.113883.6.96", None)
ENTRY = DocumentEntry(
    entryUUID="urn:uuid:1",
    uniqueId="2.999.1",
    eventCodeList=(CT, HEAD),
    referenceIdList=("2.999.2^^^^urn:ihe:iti:xds:2016:studyInstanceUID",),
)


def test_a_single_value_is_shown_as_it_is() -> None:
    assert (cell("CT"), cell(3), cell(None), cell([])) == ("CT", "3", "", "0")


def test_lists_are_number_and_digest_whatever_their_order_and_depth() -> None:
    assert cell((A, B)) == cell([[B], [[A]]])
    assert cell((A, B)).startswith("2, ")
    assert cell((A,)) != cell((replace(A, sha1="ab"),))
    assert cell(("1", "2")) != cell(("1", "3"))


def test_the_digest_of_images_is_that_of_a_comparison() -> None:
    assert digest_of((A, B)).startswith(cell((A, B)).partition(", ")[2])


def test_of_entries_counts_what_is_the_same_wherever_they_are_published() -> None:
    elsewhere = replace(ENTRY, entryUUID="urn:uuid:9", uniqueId="2.999.9", eventCodeList=(HEAD, CT))
    assert cell((elsewhere,)) == cell((ENTRY,))
    for other in (
        replace(ENTRY, eventCodeList=(CT,)),
        replace(ENTRY, referenceIdList=()),
        replace(ENTRY, typeCode=CT),
        replace(ENTRY, formatCode=CT),
        replace(ENTRY, mimeType="text/plain"),
        replace(ENTRY, serviceStartTime="2024"),
    ):
        assert cell((other,)) != cell((ENTRY,))
