from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from xdsi_sim.scenario.reports.templates import environment_of, hash_source


def test_all_text_is_made_visible_and_escaped(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text('{{ text }}{{ ours }}<i title="{{ text }}">')
    shown = environment_of(tmp_path).get_template("a.j2").render(text='<b>"\u202e', ours=Markup("<p>"))
    assert shown == '&lt;b&gt;&#34;⟨U+202E⟩<p><i title="&lt;b&gt;&#34;⟨U+202E⟩">'


def test_the_first_folder_wins(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.j2").write_text(name)
    assert environment_of(tmp_path / "two", tmp_path / "one").get_template("a.j2").render() == "two"


def test_a_name_that_nobody_gave_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("{{ nobody }}")
    with pytest.raises(UndefinedError):
        environment_of(tmp_path).get_template("a.j2").render()


def test_a_hash_is_that_of_the_octets() -> None:
    # printf '' | openssl dgst -sha256 -binary | base64
    assert hash_source("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
