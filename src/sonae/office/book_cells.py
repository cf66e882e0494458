"""The cells of a book's columns as numbers, whatever kind of column a file has for them."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_TRUE = ("true", "1")
_FALSE = ("false", "0", "")


class NotABook(ValueError):
    """The file cannot be read as a book; the message says why, in Japanese and English."""


def flag(cells: Any, name: str, unreadable: Any) -> Any:
    kind = cells.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        lower = pc.utf8_lower(cells)
        true, false = (pc.is_in(lower, value_set=pa.array(words, kind)) for words in (_TRUE, _FALSE))
        cells = pc.if_else(pc.or_(true, false), true, pa.scalar(None, pa.bool_()))
    elif not pa.types.is_boolean(kind):
        raise NotABook(f"{name} は真偽の列ではありません（{kind}）/ not a column of true and false")
    return filled(cells, False, unreadable).astype(np.int64)


def filled(cells: Any, value: Any, unreadable: Any) -> Any:
    if cells.null_count:
        unreadable |= cells.is_null().to_numpy(zero_copy_only=False)
        cells = cells.fill_null(value)
    return cells.to_numpy(zero_copy_only=False)


def days(cells: Any, name: str, unreadable: Any) -> Any:
    """Days as ordinals, 0 for an empty cell; a text that is no day (YYYY-MM-DD) marks its row unreadable."""
    kind = cells.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        empty = pc.fill_null(pc.equal(cells, ""), True)
        good = pc.match_substring_regex(pc.fill_null(cells, ""), r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
        parsed = pc.strptime(pc.if_else(good, cells, None), format="%Y-%m-%d", unit="s", error_is_null=True)
        # A day that a month does not have is carried over by some parsers: the same text must come out again.
        same = pc.equal(pc.strftime(parsed, format="%Y-%m-%d"), cells)
        unreadable |= pc.invert(pc.or_(empty, pc.fill_null(same, False))).to_numpy(zero_copy_only=False)
        cells = parsed.cast(pa.date32())
    elif not pa.types.is_date(kind):
        raise NotABook(f"{name} は日付の列ではありません（{kind}）/ not a column of days")
    since_1970 = cells.cast(pa.date32()).cast(pa.int32()).to_numpy(zero_copy_only=False)
    return np.where(cells.is_valid().to_numpy(zero_copy_only=False), _ordinals(since_1970), 0)


def _ordinals(since_1970: Any) -> Any:
    return np.nan_to_num(since_1970).astype(np.int64) + 719_163
