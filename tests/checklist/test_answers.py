from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.checklist.answers import MEANINGS, Answer, read_answers
from xdsi_sim.checklist.results import Result
from xdsi_sim.errors import UsageError

GOOD = """\
jurisdiction: Utopia
answered: 2026-11-01, by the ministry
architecture: A
answers:
  S-15: yes
  M-18: {answer: partial, evidence: https://utopia.example/plan, remark: from 2027 on}
  D-19: not applicable
"""


def write(folder: Path, text: str, name: str = "utopia.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_answers_are_words_or_words_with_evidence(tmp_path: Path) -> None:
    (utopia,) = read_answers((write(tmp_path, GOOD),))
    assert utopia.jurisdiction == "Utopia"
    assert utopia.answers["S-15"] == Answer(answer="yes")
    assert utopia.answers["M-18"].note == "from 2027 on; https://utopia.example/plan"
    assert [utopia.answers[id_].result for id_ in ("S-15", "M-18", "D-19")] == [
        Result.PASS,
        Result.WARN,
        Result.NOT_APPLICABLE,
    ]
    assert MEANINGS["no"] is Result.FAIL


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("S-15: yes", "S-51: yes"), "utopia.yaml:5:3: no row 'S-51'. Did you mean 'S-15'?"),
        (("S-15: yes", "S-15: maybe"), "utopia.yaml:5:9: expected 'yes', 'partial', 'no', 'planned'"),
        (("jurisdiction: Utopia", "country: Utopia"), "utopia.yaml:1:1: unknown key 'country'"),
        (("jurisdiction: Utopia", "jurisdiction: ' '"), "utopia.yaml:1:15: a country or region is expected"),
        (("architecture: A", "architecture: D"), "utopia.yaml:3:15: expected 'A', 'B', 'C' or 'mixed'"),
        (("partial,", "partial, proof: x,"), "utopia.yaml:6:27: unknown key 'proof'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_answers((write(tmp_path, GOOD.replace(*change)),))
    assert told in str(caught.value)


def test_two_files_of_one_jurisdiction_are_refused(tmp_path: Path) -> None:
    paths = (write(tmp_path, GOOD), write(tmp_path, GOOD, "again.yaml"))
    with pytest.raises(UsageError, match=r"again\.yaml:1:15: the answers of Utopia are in another file"):
        read_answers(paths)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises((UsageError, OSError)):
        read_answers((tmp_path / "nobody.yaml",))
