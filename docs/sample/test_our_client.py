"""The fixtures come with xdsi-sim: nothing has to be imported or configured for them."""

import our_client
import pytest

pytestmark = pytest.mark.xdsi_topology("central")


def test_our_client_finds_a_manifest(xdsi_play, xdsi_registry, received):
    xdsi_play("load", source="pacs-north", samples=["ct-head"])
    (manifest,) = xdsi_play("publish", source="pacs-north")["manifests"]

    assert our_client.find_documents(xdsi_registry.url, manifest.patientId) == [manifest.uniqueId]

    query = received.one("ITI-18", by=xdsi_registry.id)
    assert query.status == "Success"
    assert query.findings == ()


def test_a_patient_without_documents_is_no_error(xdsi_registry, received):
    patient = xdsi_registry.patient_id("nobody")
    assert our_client.find_documents(xdsi_registry.url, patient) == []
    assert received.one("ITI-18").request.parameters[0].values == (f"'{patient}'",)
