"""Whom an incident meets: tables that draw a member by its rate with one uniform number (Walker's alias method)."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEW = 1_000
"""Up to so many members a table is filled faster than its code is compiled."""


def alias_tables(rates: Floats) -> tuple[Floats, NDArray[np.int32]]:
    """Walker's alias method: for each peril a table that draws a member by its rate with one uniform number.

    For few members the source is not compiled first; it says the same.
    """
    perils, members = rates.shape
    accept = np.ones((perils, members))
    alias = np.tile(np.arange(members, dtype=np.int32), (perils, 1))
    fill = _compiled() if members > FEW else fill_aliases
    waiting = np.empty((2, members), dtype=np.int32)
    for peril in range(perils):
        total = rates[peril].sum()
        if total > 0:
            fill(rates[peril] * members / total, accept[peril], alias[peril], waiting[0], waiting[1])
    return accept, alias


def fill_aliases(
    scaled: Floats, accept: Floats, alias: NDArray[np.int32], small: NDArray[np.int32], large: NDArray[np.int32]
) -> None:
    """One row of the tables. `scaled` are rates with mean 1, used up; `small` and `large` are room to work in."""
    smalls, larges = 0, 0
    for member in range(len(scaled)):
        if scaled[member] < 1:
            small[smalls] = member
            smalls += 1
        else:
            large[larges] = member
            larges += 1
    while smalls > 0 and larges > 0:
        smalls -= 1
        less, more = small[smalls], large[larges - 1]
        accept[less] = scaled[less]
        alias[less] = more
        scaled[more] -= 1 - scaled[less]
        if scaled[more] < 1:
            larges -= 1
            small[smalls] = more
            smalls += 1


@lru_cache(maxsize=1)
def _compiled() -> Callable[..., None]:
    made: Callable[..., None] = njit(nogil=True, cache=True)(fill_aliases)
    return made
