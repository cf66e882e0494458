"""Yen. Money is a whole number of yen (`int`), a factor a whole number of ten-thousandths.

No float is ever money. Every rounding in the system has a name and stands in this file.
"""

E4 = 10_000
"""One, in ten-thousandths: a factor of 1.0000 is stored as 10000."""

LARGEST = 2**63 - 1
"""The largest whole number that the compiled form of the core can hold (signed 64 bits)."""


def half_up(numerator: int, denominator: int) -> int:
    """Round the fraction to the nearest whole number, a half upwards (四捨五入).

    7 / 2 is 4. -7 / 2 is -3, because upwards means towards plus infinity.
    Callers bound their numbers so that twice the numerator stays below 2**63.
    """
    return (2 * numerator + denominator) // (2 * denominator)


def to_unit(yen: int, unit: int) -> int:
    """Round to the nearest multiple of the unit, a half upwards.

    353,149 to the nearest 10 is 353,150. -15 to the nearest 10 is -10.
    """
    return half_up(yen, unit) * unit
