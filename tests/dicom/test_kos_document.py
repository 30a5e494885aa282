from __future__ import annotations

import warnings

import pytest
from manifest_examples import base

from xdsi_sim.content import BytesContent
from xdsi_sim.dicom.kos_document import Item, KosDocument, read_document, tag_text


@pytest.fixture(scope="module")
def document() -> KosDocument:
    return read_document(BytesContent(base("mado")))


def test_a_tag_is_shown_as_the_standard_prints_it() -> None:
    assert tag_text("RetrieveLocationUID") == "(0040,E011)"


def test_each_item_knows_the_way_to_it(document: KosDocument) -> None:
    series = document.series()[1]
    assert series.path == "(0040,A375)[1].(0008,1115)[2]"
    assert series.at("RetrieveLocationUID") == "(0040,A375)[1].(0008,1115)[2].(0040,E011)"
    assert document.listed()[0].item.path == "(0040,A375)[1].(0008,1115)[1].(0008,1199)[1]"


def test_an_empty_item_has_its_number() -> None:
    item = Item({"00081115": {"vr": "SQ", "Value": [{}, {"0020000E": {"vr": "UI", "Value": ["1"]}}]}})
    assert [each.path for each in item.members("ReferencedSeriesSequence")] == [
        "(0008,1115)[1]",
        "(0008,1115)[2]",
    ]


def test_what_is_there_may_be_empty() -> None:
    item = Item({"00080050": {"vr": "SH"}})
    assert (item.has("AccessionNumber"), item.filled("AccessionNumber")) == (True, False)
    assert not item.has("StudyID")


def test_values_are_found_at_any_depth(document: KosDocument) -> None:
    assert document.root is not None
    paths = {path for path, _, value in document.root.values("UI") if value == "2.999.76.1.1.1"}
    assert paths == {
        "(0040,A375)[1].(0008,1115)[1].(0008,1199)[1].(0008,1155)",
        "(0040,A730)[2].(0040,A730)[4].(0040,A730)[9].(0008,1199)[1].(0008,1155)",
        "(0040,A730)[3].(0008,1199)[1].(0008,1155)",
    }


def test_parts_of_a_document_are_at_hand(document: KosDocument) -> None:
    assert document.title is not None
    assert document.title.value == "131560"
    assert (len(document.listed()), len(document.references()), len(document.libraries)) == (12, 12, 1)
    assert len(document.requests()) == 1


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", bytes(128) + b"DICM", b"<xml/>" * 100])
def test_other_octets_are_read_without_a_word(data: bytes) -> None:
    with warnings.catch_warnings(record=True) as said:
        document = read_document(BytesContent(data))
    assert document.root is None
    assert document.problems
    assert said == []
    assert (document.series(), document.content(), document.requests(), document.title) == ((), (), (), None)


def test_what_lacks_the_meta_header_is_read_as_far_as_it_goes() -> None:
    data = base("mado")
    document = read_document(BytesContent(data[132:]))
    assert len(document.listed()) == 12
    assert len(document.problems) == 1
