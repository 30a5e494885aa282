from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rejections import a_note

from xdsi_sim.actors.ports import BackendFailed
from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.dicom.errors import DicomError, NotDicom, OtherStudy
from xdsi_sim.dicom.levels import Level
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.dicom.search import Search
from xdsi_sim.dicomweb.backend import (
    check_place,
    data_sets,
    note_in,
    outcomes,
    read_image,
    rehomed,
    result,
    search_path,
)

STUDY = {"0020000D": {"vr": "UI", "Value": ["1.2"]}}
PLACE = {
    **STUDY,
    "0020000E": {"vr": "UI", "Value": ["1.3"]},
    "00080018": {"vr": "UI", "Value": ["1.4"]},
}
BASE = "http://front/dicom-web"


def test_a_file_tells_what_it_is(tmp_path: Path) -> None:
    path = write_sample("us-heart", tmp_path)[0]
    image = read_image(FileContent.of(path))
    assert image == read_image(image.content)
    assert (image.studyInstanceUID, image.transferSyntaxUID) == ("2.999.76.5", "1.2.840.10008.1.2.4.50")
    assert image.frames is not None
    assert image.frames > 1
    with pytest.raises(NotDicom):
        read_image(BytesContent(path.read_bytes()[:-100]))
    assert note_in(image) is None
    assert note_in(read_image(a_note("1.2", "1.4"))) is not None


def test_bulk_values_get_addresses_of_ours_in_sequences_too() -> None:
    bulk = {"vr": "OW", "BulkDataURI": "http://archive/else?where=1"}
    item = {"54001010": bulk, "00080005": {"vr": "CS"}}
    told = json.loads(
        rehomed({**PLACE, "54000100": {"vr": "SQ", "Value": [{}, item]}, "7FE00010": bulk}, BASE)
    )
    place = f"{BASE}/studies/1.2/series/1.3/instances/1.4/bulkdata"
    assert told["7FE00010"] == {"vr": "OW", "BulkDataURI": f"{place}/7FE00010"}
    assert told["54000100"]["Value"][1]["54001010"]["BulkDataURI"] == f"{place}/54000100/1/54001010"
    latin = {**PLACE, "00080005": {"vr": "CS", "Value": ["ISO_IR 100"]}}
    assert json.loads(rehomed(latin, BASE))["00080005"]["Value"] == ["ISO_IR 192"]


@pytest.mark.parametrize(
    "octets", [b"<a/>", b"{}", b"[1]", b'[{"0020000D": 1}]', b'[{"0020000D": {}}]', b"\xff"]
)
def test_what_is_no_list_of_data_sets_is_a_failure(octets: bytes) -> None:
    with pytest.raises(BackendFailed, match="DICOM JSON"):
        data_sets(octets)


def test_no_body_is_an_empty_list() -> None:
    assert data_sets(b"") == []


def test_only_what_was_asked_for_is_held_against_the_answer() -> None:
    check_place(("1.2", "1.3", "1.4"), ("1.2", None, None))
    with pytest.raises(BackendFailed, match=r"asked for series 1\.9 it gave series 1\.3"):
        check_place(("1.2", "1.3", "1.4"), ("1.2", "1.9", None))


@pytest.mark.parametrize(
    ("search", "path"),
    [
        (Search(level=Level.STUDY), "/studies?"),
        (Search(level=Level.SERIES, study="1.2"), "/studies/1.2/series?"),
        (Search(level=Level.SERIES), "/series?"),
        (Search(level=Level.INSTANCE, study="1.2", series="1.3"), "/studies/1.2/series/1.3/instances?"),
    ],
)
def test_a_search_has_the_same_path_there(search: Search, path: str) -> None:
    assert search_path(search, limit=5, offset=0).startswith(f"{path}includefield=")
    assert search_path(search, limit=5, offset=0).endswith("&limit=5")


def test_a_result_has_what_a_search_must_give() -> None:
    series = {
        "0020000E": {"vr": "UI", "Value": ["1.3"]},
        "00081190": {"vr": "UR", "Value": ["http://archive/"]},
    }
    told = json.loads(result(series, Search(level=Level.SERIES, study="1.2"), BASE))
    assert told["00081190"]["Value"] == [f"{BASE}/studies/1.2/series/1.3"]
    assert told["0020000D"]["Value"] == ["1.2"]
    assert told["00400244"] == {"vr": "DA"}
    assert list(told) == sorted(told)


@pytest.mark.parametrize(
    ("found", "words"), [(STUDY, "has no SeriesInstanceUID"), ({**PLACE, **STUDY}, "asked for study 1.9")]
)
def test_a_result_of_another_kind_is_a_failure(found: dict[str, Any], words: str) -> None:
    with pytest.raises(BackendFailed, match=words):
        result(found, Search(level=Level.SERIES, study="1.9"), BASE)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [(0xA700, OSError), (0xA701, OSError), (0xA900, OtherStudy), (0xC000, NotDicom), (0x0122, DicomError)],
)
def test_a_refusal_there_is_one_of_ours(tmp_path: Path, reason: int, kind: type[Exception]) -> None:
    image = read_image(FileContent.of(write_sample("us-heart", tmp_path)[0]))
    failed = {
        "00081155": {"vr": "UI", "Value": [image.sopInstanceUID]},
        "00081197": {"vr": "US", "Value": [reason]},
    }
    (kept,) = outcomes({"00081198": {"vr": "SQ", "Value": [failed]}}, [image])
    assert isinstance(kept.error, kind)
