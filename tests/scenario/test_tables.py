from __future__ import annotations

from xdsi_sim.scenario.tables import ShownTable, Table, joined


def table(*rows: tuple[str, ...], title: str = "ways") -> Table:
    return Table(
        title=title, columns=("What", "Id", "Images"), same=("Images",), same_here=("Id",), rows=rows
    )


GOOD = table(("put in", "1", "21"), ("soap", "1", "21"))
BAD = table(("put in", "2", "21"), ("soap", "2", "21"), ("fhir", "3", "20"))


def test_each_row_is_held_against_the_first() -> None:
    assert (GOOD.ok, BAD.ok) == (True, False)
    assert [row[-1] for row in BAD.shown_rows] == ["yes", "yes", "no: Id, Images"]
    assert [(check.text, check.ok) for check in BAD.checks] == [
        ("Id is the same in every row", False),
        ("Images is the same in every row", False),
    ]
    assert BAD.checks[1].observed == "fhir: 20"


def test_tables_of_several_scenarios_are_joined_without_what_differs_in_each_run() -> None:
    (both,) = joined([("a", GOOD), ("b", table(("put in", "9", "21")))])
    assert both.shown_columns == ("Scenario", "What", "Images", "Same")
    assert both.shown_rows == (
        ("a", "put in", "21", "yes"),
        ("a", "soap", "21", "yes"),
        ("b", "put in", "21", "yes"),
    )
    (other,) = joined([("a", GOOD), ("b", table(("put in", "9", "20")))])
    assert (other.ok, other.shown_rows[-1][-1]) == (False, "no: Images")


def test_a_table_that_one_scenario_alone_has_is_not_joined() -> None:
    assert joined([("a", GOOD), ("a", GOOD), ("b", table(("put in", "1", "2"), title="else"))]) == ()


def test_programs_see_what_people_see() -> None:
    shown = ShownTable.of(BAD)
    assert (shown.columns, shown.rows, shown.same) == (BAD.shown_columns, BAD.shown_rows, False)
