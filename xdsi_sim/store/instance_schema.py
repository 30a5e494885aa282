"""The file of an instance store: what is stored, what was published, and the index that searches use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xdsi_sim.store.instance_index import create_index
from xdsi_sim.store.sqlite import Schema

if TYPE_CHECKING:
    import sqlite_utils

__all__ = ["SCHEMA"]


def _create(database: sqlite_utils.Database) -> None:
    database.table("instance").create(
        {
            "sop_instance_uid": str,
            "study_instance_uid": str,
            "series_instance_uid": str,
            "series_number": int,
            "instance_number": int,
            "sop_class_uid": str,
            "transfer_syntax_uid": str,
            "frames": int,
            "size": int,
            "sha256": str,
            "header": str,
        },
        pk="sop_instance_uid",
        not_null={"study_instance_uid", "series_instance_uid", "size", "sha256", "header"},
    ).create_index(["study_instance_uid"])
    # a table of its own: documents are long, and looking for instances would read past them
    database.table("metadata").create({"sop_instance_uid": str, "document": bytes}, pk="sop_instance_uid")


def _create_publications(database: sqlite_utils.Database) -> None:
    database.table("publication").create(
        {"study_instance_uid": str, "what": str, "entryUUID": str}, pk=("study_instance_uid", "what")
    )


SCHEMA: Final = Schema(
    application_id=0x5844494D,
    subject="instance store",
    migrations=(_create, _create_publications, create_index),
)
