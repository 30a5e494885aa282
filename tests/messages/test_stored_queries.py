from __future__ import annotations

from xdsi_sim.messages.stored_queries import STORED_QUERIES, Coding


def test_the_queries_of_the_catalogue_are_consistent() -> None:
    for id_, query in STORED_QUERIES.items():
        assert query.id == id_
        assert len(query.by_name) == len(query.params)
        assert all(param.coding is Coding.CODE for param in query.params if param.name.endswith("Code"))
        one_of = [param for param in query.params if param.one_of]
        assert len(one_of) != 1
    assert {"FindDocuments", "GetDocuments", "FindDocumentsByReferenceId", "GetAll"} <= {
        query.name for query in STORED_QUERIES.values()
    }
