"""The file of an instance store: what is stored, published and rejected, and the index of searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xdsi_sim.store.instance_index import create_index
from xdsi_sim.store.publications import create_publications, describe_publications
from xdsi_sim.store.rejections import create_rejections
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


SCHEMA: Final = Schema(
    application_id=0x5844494D,
    subject="instance store",
    migrations=(_create, create_publications, create_rejections, describe_publications, create_index),
)
