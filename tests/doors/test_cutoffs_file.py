"""cutoffs.toml: the cut-off calendar of a product, and what does not fit, refused by line and reason."""

import pytest

from sonae.doors.folder import read_product
from sonae.scheme import CutOffKind
from tests.doors.planting import FILES, named_after

WHOLE = """source = "leaflet"
status = "stated"
[cutoffs.application]
months = -1
day = 20
move = "previous"
hour = 16
[cutoffs.acceptance]
months = -1
day = 24
move = "previous"
hour = 16
[cutoffs.member_list]
months = -1
day = 25
move = "previous"
[cutoffs.debit]
months = -1
day = 27
move = "next"
[cutoffs.booking]
months = 0
day = 20
move = "previous"
[cutoffs.remittance]
months = 0
day = 31
move = "previous"
[closed]
days = ["12-31", "02-29"]
"""


def test_a_product_with_a_cut_off_calendar() -> None:
    found = read_product({**FILES, "cutoffs.toml": WHOLE.encode()}).cutoffs
    assert found is not None
    assert found.closed_days == {(12, 31), (2, 29)}
    assert found.rules[CutOffKind.application].hour == 16
    assert found.rules[CutOffKind.debit].hour is None
    assert found.rules[CutOffKind.debit].basis.status == "stated"


def test_a_product_without_one() -> None:
    assert read_product(FILES).cutoffs is None


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("[cutoffs.debit]", "[cutoffs.debits]", 17, "there is no cut-off debits"),
        ("[cutoffs.debit]", "[cutoffs.debits]", 1, "the cut-off debit is missing"),
        ('day = 24\nmove = "previous"\nhour = 16', 'day = 24\nmove = "previous"', 8, "acceptance closes at an hour"),
        ("months = -1", "months = -2", 4, "starts 1 months later"),
        ("day = 24", "day = 19", 8, "acceptance lies before application"),
        ('move = "next"', 'move = "nearest"', 20, "cutoffs.debit.move"),
        ("day = 31", "day = 32", 27, "less than or equal to 31"),
        ('"02-29"', '"02-30"', 30, "'02-30' is no month and day"),
        ('"02-29"', '"2-29"', 30, "'2-29' is no month and day"),
        ('status = "stated"', 'status = "assumed"', 3, "an assumed value needs a reason"),
    ],
)
def test_a_cut_off_calendar_that_does_not_fit(old: str, new: str, line: int, reason: str) -> None:
    named_after("cutoffs.toml", WHOLE, old, new, line, reason)
