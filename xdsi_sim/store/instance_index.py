"""The search index of an instance store: studies, series and images, and the terms that find them.

What a search gives is written when an instance comes, so that a search only selects and joins text. Counts
are kept by triggers: whatever enters or leaves, they are those of the rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.dicom.attributes import DicomJson, integer, text
from xdsi_sim.dicom.json_document import to_bytes
from xdsi_sim.dicom.levels import Level, attributes_of, default_answer, is_searchable, level_of
from xdsi_sim.dicom.terms import Term, terms_of

if TYPE_CHECKING:
    import sqlite_utils

__all__ = ["Levels", "create_index", "enter", "levels_of"]

_TABLES: Final = """
CREATE TABLE study (
    id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, date TEXT, time TEXT,
    series INTEGER NOT NULL DEFAULT 0, instances INTEGER NOT NULL DEFAULT 0,
    modalities TEXT NOT NULL DEFAULT '[]', answer TEXT NOT NULL, document TEXT NOT NULL);
CREATE INDEX study_in_order ON study (date DESC, time DESC, uid);
CREATE TABLE series (
    id INTEGER PRIMARY KEY, study INTEGER NOT NULL, uid TEXT NOT NULL, number INTEGER, modality TEXT,
    instances INTEGER NOT NULL DEFAULT 0, answer TEXT NOT NULL, document TEXT NOT NULL,
    UNIQUE (study, uid));
CREATE TABLE image (
    id INTEGER PRIMARY KEY, series INTEGER NOT NULL, uid TEXT NOT NULL UNIQUE, number INTEGER,
    answer TEXT NOT NULL);
CREATE INDEX image_in_series ON image (series, number, uid);
CREATE TABLE term (
    level INTEGER, path TEXT, value TEXT, owner INTEGER, item INTEGER,
    PRIMARY KEY (level, path, value, owner, item)) WITHOUT ROWID;
CREATE INDEX term_of_owner ON term (level, owner);

CREATE TRIGGER image_comes AFTER INSERT ON image BEGIN
    UPDATE series SET instances = instances + 1 WHERE id = NEW.series;
    UPDATE study SET instances = instances + 1 WHERE id = (SELECT study FROM series WHERE id = NEW.series);
END;
CREATE TRIGGER image_goes AFTER DELETE ON image BEGIN
    DELETE FROM term WHERE level = 3 AND owner = OLD.id;
    UPDATE study SET instances = instances - 1 WHERE id = (SELECT study FROM series WHERE id = OLD.series);
    UPDATE series SET instances = instances - 1 WHERE id = OLD.series;
    DELETE FROM series WHERE id = OLD.series AND instances = 0;
END;
CREATE TRIGGER series_comes AFTER INSERT ON series BEGIN
    UPDATE study SET series = series + 1, modalities = (
        SELECT json_group_array(modality) FROM (
            SELECT DISTINCT modality FROM series
            WHERE study = NEW.study AND modality IS NOT NULL ORDER BY modality))
    WHERE id = NEW.study;
    INSERT OR IGNORE INTO term
        SELECT 1, '00080061', NEW.modality, NEW.study, 0 WHERE NEW.modality IS NOT NULL;
END;
CREATE TRIGGER series_goes AFTER DELETE ON series BEGIN
    DELETE FROM term WHERE level = 2 AND owner = OLD.id;
    DELETE FROM term WHERE level = 1 AND owner = OLD.study AND path = '00080061' AND value = OLD.modality
        AND NOT EXISTS (SELECT 1 FROM series WHERE study = OLD.study AND modality = OLD.modality);
    UPDATE study SET series = series - 1, modalities = (
        SELECT json_group_array(modality) FROM (
            SELECT DISTINCT modality FROM series
            WHERE study = OLD.study AND modality IS NOT NULL ORDER BY modality))
    WHERE id = OLD.study;
    DELETE FROM study WHERE id = OLD.study AND series = 0;
END;
CREATE TRIGGER study_goes AFTER DELETE ON study BEGIN
    DELETE FROM term WHERE level = 1 AND owner = OLD.id;
END;
CREATE TRIGGER instance_goes AFTER DELETE ON instance BEGIN
    DELETE FROM image WHERE uid = OLD.sop_instance_uid;
    DELETE FROM metadata WHERE sop_instance_uid = OLD.sop_instance_uid;
END;
"""

_STUDY: Final = "SELECT id, document FROM study WHERE uid = ?"
_NEW_STUDY: Final = "INSERT INTO study (uid, date, time, answer, document) VALUES (?, ?, ?, ?, ?)"
_FILL_STUDY: Final = "UPDATE study SET date = ?, time = ?, answer = ?, document = ? WHERE id = ?"
_SERIES: Final = "SELECT id FROM series WHERE study = ? AND uid = ?"
_NEW_SERIES: Final = (
    "INSERT INTO series (study, uid, number, modality, answer, document) VALUES (?, ?, ?, ?, ?, ?)"
)
_NEW_IMAGE: Final = "INSERT INTO image (series, uid, number, answer) VALUES (?, ?, ?, ?)"
_NEW_TERM: Final = "INSERT OR IGNORE INTO term (level, owner, path, item, value) VALUES (?, ?, ?, ?, ?)"
_DOCUMENTS: Final = "SELECT document FROM metadata"
_PATIENT_ID: Final = "00100020"
_STUDY_UID: Final = "0020000D"


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """An instance, taken apart for the index as far as every instance needs it."""

    instance: DicomJson
    study: dict[str, Any]
    study_document: str
    answer: str
    terms: tuple[Term, ...]


def levels_of(instance: DicomJson) -> Levels:
    """What an instance is found by, and what is told of it and of its study."""
    own = {tag: value for tag, value in instance.items() if level_of(tag) is Level.INSTANCE}
    study = attributes_of(Level.STUDY, instance)
    return Levels(
        instance=instance,
        study=study,
        study_document=_written(study),
        answer=_written(default_answer(Level.INSTANCE, instance)),
        terms=tuple(terms_of({tag: value for tag, value in own.items() if is_searchable(tag)})),
    )


def _written(attributes: Mapping[str, Any]) -> str:
    return to_bytes(attributes).decode()


def create_index(database: sqlite_utils.Database) -> None:
    """Make the tables, and fill them from the metadata of what is stored already."""
    connection: Connection = database.conn
    for statement in _statements(_TABLES):
        connection.execute(statement)
    for (document,) in connection.execute(_DOCUMENTS).fetchall():
        enter(levels_of(json.loads(document)), connection)


def _statements(script: str) -> Iterable[str]:
    """One after the other: executing a script would commit the migration half-way."""
    begun = ""
    for line in script.strip().splitlines():
        begun += line + "\n"
        if line.endswith(";") and ("CREATE TRIGGER" not in begun or line == "END;"):
            yield begun
            begun = ""


def enter(levels: Levels, db: Connection) -> bool:
    """Enter a new instance; whether its patient is the one that its study has already."""
    instance = levels.instance
    study, same = _enter_study(levels, db)
    found = db.execute(_SERIES, (study, text(instance, "SeriesInstanceUID"))).fetchone()
    series = found[0] if found else _enter_series(instance, study, db)
    row = (series, text(instance, "SOPInstanceUID"), integer(instance, "InstanceNumber"), levels.answer)
    _enter_terms(Level.INSTANCE, db.execute(_NEW_IMAGE, row).lastrowid, levels.terms, db)
    return same


def _enter_series(instance: DicomJson, study: int, db: Connection) -> int:
    attributes = attributes_of(Level.SERIES, instance)
    answer = default_answer(Level.SERIES, {**attributes, _STUDY_UID: instance[_STUDY_UID]})
    row = (
        study,
        text(instance, "SeriesInstanceUID"),
        integer(instance, "SeriesNumber"),
        text(instance, "Modality"),
        _written(answer),
        _written(attributes),
    )
    series = db.execute(_NEW_SERIES, row).lastrowid or 0
    _enter_terms(Level.SERIES, series, terms_of(attributes), db)
    return series


def _enter_study(levels: Levels, db: Connection) -> tuple[int, bool]:
    """Row of the study, and whether its patient is that of the instance."""
    uid = text(levels.study, "StudyInstanceUID")
    found = db.execute(_STUDY, (uid,)).fetchone()
    if found is None:
        row = (uid, *_told_of_study(levels.study))
        study = db.execute(_NEW_STUDY, row).lastrowid or 0
        _enter_terms(Level.STUDY, study, terms_of(levels.study), db)
        return study, True
    study, document = found
    return study, document == levels.study_document or _fill(study, json.loads(document), levels.study, db)


def _told_of_study(attributes: DicomJson) -> tuple[str | None, ...]:
    """Date, time, answer and document."""
    answer = default_answer(Level.STUDY, attributes)
    date, time = text(attributes, "StudyDate"), text(attributes, "StudyTime")
    return date, time, _written(answer), _written(attributes)


def _fill(study: int, known: dict[str, Any], told: DicomJson, db: Connection) -> bool:
    """Take what the study does not say yet from another of its instances: the first that says it is right."""
    new = {tag: value for tag, value in told.items() if not _says(known, tag) and _says(told, tag)}
    if new:
        united = dict(sorted({**known, **new}.items()))
        db.execute(_FILL_STUDY, (*_told_of_study(united), study))
        _enter_terms(Level.STUDY, study, terms_of(united), db)
    return not _says(told, _PATIENT_ID) or new.get(_PATIENT_ID, known.get(_PATIENT_ID)) == told[_PATIENT_ID]


def _says(attributes: DicomJson, tag: str) -> bool:
    return bool(attributes.get(tag, {}).keys() - {"vr"})


def _enter_terms(level: Level, owner: int | None, terms: Iterable[Term], db: Connection) -> None:
    db.executemany(_NEW_TERM, [(level, owner, term.path, term.item, term.value) for term in terms])
