from __future__ import annotations

from pathlib import Path

import pytest
from a_coded_domain import TABLE, written

from xdsi_sim.errors import UsageError
from xdsi_sim.rules.code_sets import CODED, PLAIN
from xdsi_sim.topology.codes.table import CodeTable, read_code_table


def test_a_table_may_hold_every_attribute() -> None:
    assert set(CodeTable.model_fields) == {"title", *CODED, *PLAIN}


def test_codes_are_read_with_scheme_and_display(tmp_path: Path) -> None:
    read = list(read_code_table(written(tmp_path, "codes.yaml", TABLE)))
    assert [(one.attribute, str(one), one.display) for one in read] == [
        ("classCode", "IMAGES^^1.3.6.1.4.1.19376.1.2.6.1", "Images"),
        ("classCode", "REPORTS^^1.3.6.1.4.1.19376.1.2.6.1", "Reports"),
        ("typeCode", "24725-4^^http://loinc.org", None),
        ("typeCode", "18748-4^^http://loinc.org", None),
        ("mimeType", "application/dicom", None),
        ("mimeType", "application/pdf", None),
        ("languageCode", "en", None),
    ]


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("classCode:", "clasCode:", "2:1: unknown key 'clasCode'. Did you mean 'classCode'?"),
        ("{IMAGES: Images, REPORTS: Reports}", "", "3:3: expected keys with values, found nothing"),
        ("{IMAGES: Images, REPORTS: Reports}", "{}", "3:30: no code is listed here"),
        ("{IMAGES: Images, REPORTS: Reports}", "[]", "3:30: no code is listed here"),
        ("{IMAGES: Images, REPORTS: Reports}", "{A: [x]}", "3:34: expected a text, found a list"),
        ("REPORTS: Reports", "IMAGES: Again", "3:47: the key 'IMAGES' is here twice, first in line 3"),
        ("[en]", "en", "7:15: expected a list, found 'en'"),
        ("[en]", "[]", "7:15: no code is listed here"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, good: str, bad: str, told: str) -> None:
    assert good in TABLE
    path = written(tmp_path, "codes.yaml", TABLE.replace(good, bad))
    with pytest.raises(UsageError) as caught:
        list(read_code_table(path))
    assert str(caught.value).startswith(f"{path}:{told}")
