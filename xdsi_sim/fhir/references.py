"""Whom a Reference leads to: contained resources, others of the bundle, and Patients by their address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from xdsi_sim.fhir.identifiers import identifier, patient_from_id, referred
from xdsi_sim.fhir.people import Resolve
from xdsi_sim.fhir.values import Resource, as_list

__all__ = ["index_of", "resolving"]


def index_of(entries: Sequence[Mapping[str, Any]]) -> dict[str, Resource]:
    """The resources of a bundle by all that others may call them."""
    found: dict[str, Resource] = {}
    for entry in entries:
        resource = entry.get("resource")
        if not resource:
            continue
        if entry.get("fullUrl"):
            found[entry["fullUrl"]] = resource
        if resource.get("id"):
            found.setdefault(f"{resource['resourceType']}/{resource['id']}", resource)
    return found


def resolving(
    holder: Mapping[str, Any], index: Mapping[str, Resource], authority: str | None = None
) -> Resolve:
    """How the references of a resource are followed.

    A Patient that stands nowhere is known by its address; one that names no authority is of `authority`.
    """
    contained = {f"#{each.get('id')}": each for each in as_list(holder.get("contained"))}

    def resolve(reference: Mapping[str, Any]) -> Resource | None:
        """The resource: one contained, one of the index, or a Patient made of its address."""
        address = reference.get("reference") or ""
        found = contained.get(address) or index.get(address)
        patient = referred(address, "Patient") if found is None and address else None
        if patient is not None:
            with suppress(ValueError):
                known = identifier(patient_from_id(patient, authority))
                return {"resourceType": "Patient", "identifier": [known]}
        return found

    return resolve
