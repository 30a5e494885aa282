from __future__ import annotations

from dataclasses import replace

from manifest_examples import composed

from xdsi_sim.inspector.manifest_view import facts_of, lines_of, value_of


def test_only_what_is_told_is_shown() -> None:
    manifest = composed("mado")
    labels = [label for label, _ in facts_of(manifest)]
    assert "Note" not in labels
    assert "Viewer" in labels
    bare = replace(manifest, display_uri=None, header=replace(manifest.header, institution=None))
    assert not {"Viewer", "Institution"} & {label for label, _ in facts_of(bare)}


def test_a_note_tells_why() -> None:
    facts = dict(facts_of(composed("note")))
    assert (facts["Title"], facts["Because"]) == ("113001 Rejected for Quality Reasons", "Motion blur")


def test_each_instance_has_a_line() -> None:
    manifest = composed("mado")
    lines = [line for line in lines_of(manifest) if line.startswith("  ")]
    assert len(lines) == len(manifest.references)
    assert lines[-1].endswith("title Of Interest, note Look here")


def test_without_a_library_series_are_shown_as_well() -> None:
    value = value_of(composed("xds-i"))
    assert {series["modality"] for series in value["series"]} == {None}
    assert value["series"][0]["instances"][0]["number"] is None
    assert value_of(composed("mado"))["series"][0]["instances"][0]["number"] == "1"
