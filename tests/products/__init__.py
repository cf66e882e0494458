"""Products that are carried for the tests only. They run through the same code as the shipped one."""

from functools import lru_cache
from pathlib import Path

from sonae.office import catalogue
from sonae.product import Product

MINATOMACHI = Path(__file__).parent / "minatomachi_cyber_2025"
"""The second plan: another federation, plans, sets, industries, heads, sheet, unit and start day; no IT work."""


@lru_cache(maxsize=1)
def minatomachi() -> Product:
    return catalogue.product_in(MINATOMACHI)


@lru_cache(maxsize=1)
def both() -> catalogue.Catalogue:
    """The shipped plan, and the second one when a request names it."""
    shipped = catalogue.shipped()
    return catalogue.Catalogue({**shipped.products, minatomachi().id: minatomachi()})
