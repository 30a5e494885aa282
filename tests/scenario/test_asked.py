from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_scenario import run
from pydantic import TypeAdapter, ValidationError

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.asked import AskedDocument, Documents, Series, one_by_one


def test_what_is_written_is_read_and_what_was_saved_stays() -> None:
    asked = {"uniqueId": "1", "repositoryUniqueId": "2.999.1"}
    read: Any = TypeAdapter(Documents).validate_python(["${found.entries}", asked])
    assert read == ("${found.entries}", AskedDocument(uniqueId="1", repositoryUniqueId="2.999.1"))
    assert TypeAdapter(Documents).validate_python("${found.entries[0]}") == "${found.entries[0]}"


def test_an_item_without_its_ids_is_refused() -> None:
    with pytest.raises(ValidationError, match="seriesInstanceUID"):
        TypeAdapter(Series).validate_python([{"studyInstanceUID": "1", "sopInstanceUIDs": "1.2"}])


def test_a_source_that_is_not_there_is_told_with_its_place(tmp_path: Path) -> None:
    step = """\
  - name: a
    fetch:
      consumer: workstation
      by: rad-69
      series: [{source: pacs-nord, studyInstanceUID: "1", seriesInstanceUID: "2", sopInstanceUIDs: "3"}]
"""
    with pytest.raises(UsageError, match=r":9:\d+: unknown actor 'pacs-nord'.*pacs-north"):
        run(tmp_path, step)


def test_lists_in_lists_are_one_list() -> None:
    assert one_by_one([("a", ("b",)), "c", []]) == ("a", "b", "c")
    assert one_by_one("a") == ("a",)
