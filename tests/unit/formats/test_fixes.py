"""The user's table of points, ATS routes and procedures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedsky.formats.fixes import Fix, FixTable, UnknownPointError, read_fixes
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, Reading, Refusal


def table_of(*texts: str) -> tuple[FixTable, list[Refusal]]:
    documents = [Document(f"{k}.csv", text.encode()) for k, text in enumerate(texts, start=1)]
    reading = Reading()
    return read_fixes(documents, reading), reading.refusals


def good(*texts: str) -> FixTable:
    table, refusals = table_of(*texts)
    assert refusals == []
    return table


def bad(text: str) -> Refusal:
    _, refusals = table_of(text)
    assert len(refusals) == 1, refusals
    return refusals[0]


def test_points_airways_and_procedures_may_share_a_file() -> None:
    table = good(
        "ident,lat,lng\nALPHA,47.5,8.5\nBRAVO,-12,+179.25\n\n# a comment\n"
        "airway,seq,ident\nUL607,20,BRAVO\nUL607,10,ALPHA\nprocedure,seq,ident\nALPHA1A,1,ALPHA\n"
    )
    assert table.points["ALPHA"] == (Fix("ALPHA", 47.5, 8.5),)
    assert table.points["BRAVO"] == (Fix("BRAVO", -12.0, 179.25),)
    assert table.ways["UL607"].idents == ("ALPHA", "BRAVO")
    assert table.ways["UL607"].kind == "airway"
    assert table.ways["ALPHA1A"].kind == "procedure"


def test_one_header_may_hold_all_columns() -> None:
    table = good("ident,lat,lng,airway,seq,elevation_ft\nALPHA,47.5,8.5,,,1400\nALPHA,,,UL607,1,\n")
    assert table.points["ALPHA"] == (Fix("ALPHA", 47.5, 8.5, 1400.0),)
    assert table.ways["UL607"].idents == ("ALPHA",)


def test_a_row_may_place_its_point_and_its_step_at_once() -> None:
    table = good("airway,seq,ident,lat,lng\nUL607,1,ALPHA,47.5,8.5\n")
    assert table.points["ALPHA"] == (Fix("ALPHA", 47.5, 8.5),)
    assert table.ways["UL607"].idents == ("ALPHA",)


def test_several_files_make_one_table() -> None:
    table = good("ident,lat,lng\nALPHA,1,2\n", "airway,seq,ident\nUL607,1,ALPHA\n")
    assert set(table.points) == {"ALPHA"}
    assert set(table.ways) == {"UL607"}


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffident,lat,lng\r\nalpha,1,2\r\n",
        "Name,Latitude,Longitude\nALPHA,1,2\n",
        'ident,"lat",lon,remark\nALPHA,"1",2,"a, b"\n',
        "ident , lat , lng\n ALPHA , 1 , 2 \n",
        "ident,lat,lng\rALPHA,1,2\r",
    ],
)
def test_what_spreadsheets_write_is_read(text: str) -> None:
    assert good(text).points["ALPHA"] == (Fix("ALPHA", 1.0, 2.0),)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("ALPHA,91,2", "lat '91' is not a number from -90 to 90"),
        ("ALPHA,1,181", "lng '181' is not a number"),
        ("ALPHA,nan,2", "lat 'nan' is not a number"),
        ("ALPHA,1,inf", "lng 'inf' is not a number"),
        ("ALPHA,1e1,2", "is not a number"),
        ("ALPHA,1_0,2", "is not a number"),
        ("ALPHA,,2", "lat '' is not a number"),
        ("ALPHA,1", "lng '' is not a number"),
        ("A,1,2", "the ident 'A' is not a name"),
        ("TOOLONGX,1,2", "is not a name"),
        ("12345,1,2", "is not a name"),
        ("ALPHA,1,2,3", "4 cells under 3 columns"),
        ('"ALPHA,1,2', "the line is not CSV"),
    ],
)
def test_a_wrong_row_is_refused_by_file_and_line_and_the_rest_goes_on(row: str, says: str) -> None:
    table, refusals = table_of(f"ident,lat,lng\n{row}\nBRAVO,3,4\n")
    assert len(refusals) == 1
    assert str(refusals[0].source) == "1.csv:2"
    assert says in refusals[0].reason
    assert refusals[0].kind == "format"
    assert set(table.points) == {"BRAVO"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("airway,seq,ident\nUL607,x,ALPHA\n", "seq of UL607 must be a whole number"),
        ("airway,seq,ident\nUL607,-1,ALPHA\n", "whole number"),
        ("airway,seq,ident\nUL607,,ALPHA\n", "whole number"),
        ("airway,seq,ident\nUL607,1,ALPHA\nUL607,1,BRAVO\n", "point 1 of UL607 is ALPHA already"),
        ("airway,procedure,seq,ident\nUL607,ALPHA1A,1,ALPHA\n", "names an airway and a procedure"),
        ("airway,seq,ident\nXX1,1,ALPHA\nprocedure,seq,ident\nXX1,2,BRAVO\n", "an airway here and a procedure"),
        ("ident,lat,lng,lat\nALPHA,1,2,3\n", "names a column twice"),
        ("ident,elevation_ft\nALPHA,1\n", "not one of this table"),
        ("ALPHA,1,2\nBRAVO,1,2\n", "begins without a header"),
        ("ident,lat,lng,target\nALPHA,1,2,x\n", "outside the scope"),
    ],
)
def test_what_makes_no_table_is_refused(text: str, says: str) -> None:
    assert says in bad(text).reason


def test_a_column_out_of_scope_is_a_scope_refusal() -> None:
    assert bad("ident,lat,lng,weapon type\nALPHA,1,2,x\n").kind == "scope"


def test_bytes_that_are_no_text_are_refused() -> None:
    reading = Reading()
    read_fixes([Document("f.csv", b"ident,lat,lng\nALPH\xff,1,2\n")], reading)
    assert "not UTF-8" in reading.refusals[0].reason


def test_a_file_beyond_the_limit_is_refused_and_names_it() -> None:
    reading = Reading(limits=Limits(max_bytes=10))
    read_fixes([Document("f.csv", b"ident,lat,lng\nALPHA,1,2\n")], reading)
    assert reading.refusals[0].kind == "limit"
    assert "max-bytes" in reading.refusals[0].reason


def test_an_airway_with_a_wrong_row_is_left_out_rather_than_cut_short() -> None:
    table, refusals = table_of("airway,seq,ident\nUL607,1,ALPHA\nUL607,x,BRAVO\nUL607,3,CHARL\nUL9,1,ALPHA\n")
    assert len(refusals) == 1
    assert set(table.ways) == {"UL9"}


def test_a_point_with_a_wrong_row_is_left_out_rather_than_taken_from_elsewhere() -> None:
    table, _ = table_of("ident,lat,lng\nALPHA,47.5,x\nALPHA,-30,100\n")
    assert table.points == {}


def test_of_several_points_of_one_ident_the_clearly_nearest_is_taken() -> None:
    table = good("ident,lat,lng\nALPHA,47,8\nALPHA,-30,100\n")
    near = table.pick("ALPHA", (46.0, 7.0))
    assert near is not None
    assert near.lat_deg == 47.0
    far = table.pick("ALPHA", (-30.0, 90.0))
    assert far is not None
    assert far.lat_deg == -30.0
    assert table.pick("BRAVO", (46.0, 7.0)) is None


def test_points_of_one_ident_that_are_about_as_far_are_refused() -> None:
    table = good("ident,lat,lng\nALPHA,47,8\nALPHA,49,8\n")
    with pytest.raises(UnknownPointError, match="none is clearly the one"):
        table.pick("ALPHA", (48.1, 8.0))
    with pytest.raises(UnknownPointError, match="2 points"):
        table.pick("ALPHA", None)


def test_the_same_point_written_twice_is_one_point() -> None:
    table = good("ident,lat,lng\nALPHA,47,8\nALPHA,47.0001,8\n")
    assert table.pick("ALPHA", (48.0, 8.0)) is not None
    assert table.pick("ALPHA", None) is not None


@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_and_refusals(data: bytes) -> None:
    read_fixes([Document("f.csv", data)], Reading())


@given(st.text(alphabet='ident,lngairwysqpocu\n\r"#0123456789.-ABC ', max_size=200))
def test_any_text_like_a_table_gives_a_table_and_refusals(text: str) -> None:
    read_fixes([Document("f.csv", f"ident,lat,lng,airway,seq\n{text}".encode())], Reading())
