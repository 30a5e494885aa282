from __future__ import annotations

from pathlib import Path

import pytest
import typer

from xdsi_sim.cli.conventions import (
    certificates_for,
    file_to_write,
    folder_to_fill,
    in_paragraphs,
    peer_address,
)
from xdsi_sim.errors import UsageError


def test_a_folder_may_still_be_missing(tmp_path: Path) -> None:
    assert folder_to_fill("--data", None) is None
    assert folder_to_fill("--data", str(tmp_path / "new" / "one")) == tmp_path / "new" / "one"
    assert folder_to_fill("--data", "new") == Path("new")


@pytest.mark.skipif(not Path("/proc/sys").is_dir(), reason="a folder in which not even root may write")
def test_a_folder_in_which_nothing_may_be_written_is_told_before_anything_is_done() -> None:
    with pytest.raises(UsageError, match=r"^--reports: nothing may be written in '/proc/sys'\. Name"):
        folder_to_fill("--reports", "/proc/sys/reports/central")
    assert folder_to_fill("--data", "/proc/sys", looked_into=True) == Path("/proc/sys")


def test_a_folder_without_a_name_is_none() -> None:
    with pytest.raises(UsageError, match=r"^--reports: '' is no name of a folder\.$"):
        folder_to_fill("--reports", "")


def test_a_file_needs_its_folder(tmp_path: Path) -> None:
    assert file_to_write("--to", str(tmp_path / "a.zip")) == tmp_path / "a.zip"
    assert file_to_write("--to", "a.zip") == Path("a.zip")
    with pytest.raises(UsageError, match=f"--to: there is no folder '{tmp_path}/no' for 'a.zip'"):
        file_to_write("--to", str(tmp_path / "no" / "a.zip"))


def test_an_address_has_one_of_the_schemes() -> None:
    assert peer_address("--to", "https://h:1/x", "http", "https") == "https://h:1/x"
    with pytest.raises(UsageError, match=r"^--to: 'http://h' is not https://HOST:PORT/PATH\.$"):
        peer_address("--to", "http://h", "https")


def test_http_needs_no_certificates(tmp_path: Path) -> None:
    assert certificates_for("http://h/", tmp_path) is None
    assert certificates_for(None, None) is None


def test_help_is_broken_where_the_terminal_ends_alone() -> None:
    app, group = typer.Typer(), typer.Typer(name="more")

    @app.command()
    @group.command()
    def told() -> None:
        """Say it.

        Of lines that
        belong together.

        Example: told
        """

    app.add_typer(group)
    in_paragraphs(app)
    helps = [one.help for one in (*app.registered_commands, *group.registered_commands)]
    assert helps == ["Say it.\n\nOf lines that belong together.\n\nExample: told"] * 2
