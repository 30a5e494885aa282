from __future__ import annotations

from pathlib import Path

from xdsi_sim.fhir.search_params import DOCUMENT_PARAMS, FOLDER_PARAMS, PATIENT, SET_PARAMS, TARGETS

MHD = {
    *("status", "category", "type", "creation", "date", "event", "facility", "format", "setting", "period"),
    *(
        "security-label",
        "author.given",
        "author.family",
        "identifier",
        "related",
        "related:identifier",
        "_id",
    ),
}
MADO = {"modality", "anatomical-region", "bodysite", "study-instance-uid", "accession-number"}


def test_all_parameters_of_the_profiles_are_there() -> None:
    assert set(DOCUMENT_PARAMS) == MHD | MADO
    lists = {"status", "date", "designationType", "identifier", "_id"}
    assert set(SET_PARAMS) == lists | {"source.given", "source.family", "sourceId"}
    assert set(FOLDER_PARAMS) == lists


def test_tables_are_by_the_names_of_their_rows() -> None:
    for table in (DOCUMENT_PARAMS, SET_PARAMS, FOLDER_PARAMS):
        assert all(name == param.name and param.text for name, param in table.items())


def test_the_manual_has_every_parameter(project_root: Path) -> None:
    manual = (project_root / "docs" / "mhd.md").read_text(encoding="utf-8")
    names = {*DOCUMENT_PARAMS, *SET_PARAMS, *FOLDER_PARAMS, *list(PATIENT)[:2], TARGETS}
    assert {name for name in names if f"`{name}`" not in manual} == set()
