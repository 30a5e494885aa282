"""What the face can do, as a CapabilityStatement made from the tables that do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xdsi_sim import __version__
from xdsi_sim.fhir.models import FORMS
from xdsi_sim.fhir.search_params import DOCUMENT_PARAMS, FOLDER_PARAMS, PATIENT, SET_PARAMS, TARGETS
from xdsi_sim.fhir.search_terms import SearchParam
from xdsi_sim.fhir.values import MHD, Resource
from xdsi_sim.mhd.face import Face

__all__ = ["capability_statement"]

_ACTORS: Final = f"{MHD}/CapabilityStatement/IHE.MHD."
_PATIENT: Final = tuple(PATIENT.items())[:2]


def capability_statement(face: Face) -> Resource:
    """The CapabilityStatement of a face."""
    provides = [{"code": "transaction"}] if face.recipient is not None else []
    actors = ["DocumentResponder", *(["DocumentRecipient"] if face.recipient is not None else [])]
    create = ["create"] if face.recipient is not None else []
    lists = {**FOLDER_PARAMS, **SET_PARAMS}
    rest: Resource = {
        "mode": "server",
        "documentation": "Document Responder and Recipient of MHD, grouped with actors of XDS or XCA",
        "resource": [
            _resource("DocumentReference", ["read", "search-type", *create], DOCUMENT_PARAMS)
            | {"searchInclude": ["DocumentReference:relatesto"], "searchRevInclude": ["List:item"]},
            _resource("List", ["read", "search-type"], lists, ("code", "token", "submissionset or folder"))
            | {"searchInclude": ["List:item"]},
            {"type": "Binary", "interaction": [{"code": "read"}]},
            {"type": "Patient", "interaction": [{"code": "read"}]},
        ],
    }
    if provides:
        rest["interaction"] = provides
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": face.domain.now().date().isoformat(),
        "kind": "instance",
        "software": {"name": "xdsi-sim", "version": __version__},
        "implementation": {"description": face.title, "url": face.base},
        "fhirVersion": "4.0.1",
        "format": list(FORMS.values()),
        "instantiates": [f"{_ACTORS}{actor}" for actor in actors],
        "rest": [rest],
    }


def _resource(
    type: str,
    interactions: list[str],
    params: Mapping[str, SearchParam],
    *more: tuple[str, str, str],
) -> Resource:
    told = [
        *({"name": name, "type": kind, "documentation": "the patient"} for name, kind in _PATIENT),
        *({"name": name, "type": kind, "documentation": text} for name, kind, text in more),
        *(
            {"name": param.name, "type": param.type, "documentation": param.text}
            for param in params.values()
            if not param.alias
        ),
        {"name": TARGETS, "type": "string", "documentation": "homeCommunityIds of those who are asked"},
    ]
    return {
        "type": type,
        "interaction": [{"code": code} for code in interactions],
        "searchParam": told,
    }
