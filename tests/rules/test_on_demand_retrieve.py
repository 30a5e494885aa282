from __future__ import annotations

import pytest
from submissions import an_entry, an_on_demand_entry

from xdsi_sim.content import BytesContent
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.messages.retrieve import DocumentRequest, DocumentResponse
from xdsi_sim.rules.on_demand_retrieve import check_delivery

STABLE, ON_DEMAND = an_entry(), an_on_demand_entry()
REPOSITORY, DOCUMENT, ASKED = "2.999.1.4", "2.999.9", "2.999.2.1"


@pytest.mark.parametrize(
    ("entry", "repository", "document", "rules"),
    [
        (ON_DEMAND, None, DOCUMENT, []),
        (ON_DEMAND, REPOSITORY, DOCUMENT, []),
        (ON_DEMAND, None, None, ["H13"]),
        (ON_DEMAND, REPOSITORY, ASKED, ["H13"]),
        (ON_DEMAND, "", "", ["H13", "H13"]),
        (STABLE, None, None, []),
        (STABLE, REPOSITORY, DOCUMENT, ["H14", "H14"]),
        (STABLE, None, "", ["H14"]),
    ],
)
def test_new_ids_go_with_what_is_made_on_demand(
    entry: DocumentEntry, repository: str | None, document: str | None, rules: list[str]
) -> None:
    response = DocumentResponse(
        request=DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId=ASKED),
        mimeType="application/dicom",
        content=BytesContent(b"text"),
        newRepositoryUniqueId=repository,
        newDocumentUniqueId=document,
    )
    verdict = check_delivery(entry, response)
    assert [finding.rule for finding in verdict.findings] == rules
    assert verdict.accepted is ("H13" not in rules)
    assert {finding.location for finding in verdict.findings} <= {ASKED}
    assert verdict.errors == ()  # nobody is told: it is an answer
