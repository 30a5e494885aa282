from __future__ import annotations

from pathlib import Path

import pytest
from a_coded_domain import IHE, written

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.codes.ihe import read_ihe_codes

SHARED = Path(__file__).parents[4] / "shared" / "data" / "nist" / "codes.xml"


def test_code_types_are_read_by_their_class_scheme(tmp_path: Path) -> None:
    read = list(read_ihe_codes(written(tmp_path, "codes.xml", IHE)))
    assert [(one.attribute, str(one), one.display) for one in read] == [
        ("classCode", "IMAGES^^1.3.6.1.4.1.19376.1.2.6.1", "Images"),
        ("codeList", "F^^urn:oid:2.999.1.8", "Folder"),
        ("documentation", "1^^http://loinc.org", "One"),
        ("mimeType", "application/dicom", None),
    ]


CLASS, FOLDER = "41a5887f-8865-4c09-adf7-e362475b143a", "1ba97051-7806-41a8-a48b-8fce7af683c5"


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("Codes>", "Codse>", "2: the root is Codse, Codes is expected"),
        (CLASS, CLASS.replace("41", "40"), "3: unknown classScheme 'urn:uuid:40a5887f-"),
        (CLASS, FOLDER, "3: the CodeType classCode has the classScheme of codeList"),
        ('"mimeType"', '"mimetype"', "12: unknown CodeType 'mimetype'. Did you mean 'mimeType'?"),
        ('code="IMAGES" ', "", "4: a Code of classCode without code"),
        (' codingScheme="urn:oid:2.999.1.8"', "", "7: the Code 'F' of codeList has no codingScheme"),
        ('<Code code="application/dicom" ext="dcm"/>', "", "12: the CodeType mimeType holds no Code"),
        ('ext="dcm"/>', 'ext="dcm">', "14:16: not well-formed XML: "),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, good: str, bad: str, told: str) -> None:
    assert good in IHE
    path = written(tmp_path, "codes.xml", IHE.replace(good, bad))
    with pytest.raises(UsageError) as caught:
        list(read_ihe_codes(path))
    assert str(caught.value).startswith(f"{path}:{told}")


@pytest.mark.skipif(not SHARED.is_file(), reason="the codes of IHE are not beside this checkout")
def test_the_file_of_ihe_is_read_whole() -> None:
    attributes = [one.attribute for one in read_ihe_codes(SHARED)]
    assert len(attributes) > 600
    assert len(set(attributes)) == 11  # ten coded attributes, and the media types
    assert attributes.count("mimeType") == 14
