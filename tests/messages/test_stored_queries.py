from __future__ import annotations

from pathlib import Path

from queries_page import catalogue

from xdsi_sim.messages.stored_queries import GET_ALL, STORED_QUERIES, Coding, stored_query


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


def test_each_transaction_has_its_queries() -> None:
    names = [query.name for query in STORED_QUERIES.values() if query.transaction == "ITI-51"]
    assert all(name.endswith("ForMultiplePatients") for name in names)
    assert (len(names), len(STORED_QUERIES)) == (3, 17)


def test_a_query_is_found_by_its_id_in_any_case() -> None:
    assert stored_query(GET_ALL.id.upper()) is GET_ALL
    assert stored_query("urn:uuid:none") is None


def test_the_manual_has_the_catalogue_as_it_is_declared() -> None:
    page = (Path(__file__).parents[2] / "docs" / "queries.md").read_text(encoding="utf-8")
    _, _, after = page.partition("<!-- catalogue -->\n")
    assert after.partition("<!-- end of catalogue -->")[0].strip() == catalogue().strip()
