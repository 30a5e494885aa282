from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from xdsi_sim.cli.samples import samples
from xdsi_sim.content import FileContent
from xdsi_sim.dicom.part10 import read_header
from xdsi_sim.dicom.samples import SAMPLES
from xdsi_sim.errors import UsageError


def run(*arguments: str) -> str:
    app = Typer()
    app.command()(samples)
    done = CliRunner().invoke(app, arguments)
    if isinstance(done.exception, UsageError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_all_samples_are_listed_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = run().splitlines()
    assert [line.split()[0] for line in lines] == [*SAMPLES]
    assert "2.999.76.3" in lines[2]
    assert list(tmp_path.iterdir()) == []


def test_the_files_of_the_named_ones_are_written_a_folder_each(tmp_path: Path) -> None:
    told = json.loads(run("cr-chest", "us-heart", "--to", str(tmp_path / "new"), "--json"))["samples"]
    assert [each["name"] for each in told] == ["cr-chest", "us-heart"]
    for each in told:
        files = sorted((tmp_path / "new" / each["name"]).iterdir())
        assert [str(file) for file in files] == each["files"]
        assert len(files) == each["instances"]
        headers = [read_header(FileContent.of(file)) for file in files]
        assert {(str(one.StudyInstanceUID), str(one.PatientID)) for one in headers} == {
            (each["studyInstanceUID"], each["patientID"])
        }


def test_an_unknown_name_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no sample study 'ct-haed'"):
        run("cr-chest", "ct-haed", "--to", str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()
