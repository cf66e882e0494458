"""The product folders that this installation carries, read once and kept. No Django here: quoting needs no office."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from sonae.doors.folder import read_product
from sonae.product import Product

from . import environment

PRODUCTS = Path(__file__).resolve().parent.parent / "products"
"""Where the shipped products lie."""


class UnknownProduct(LookupError):
    """No product of that name is carried here."""


@dataclass(frozen=True)
class Catalogue:
    """Products by id, and the scheme that is meant when none is named."""

    products: Mapping[str, Product]
    default_scheme: str = field(default_factory=environment.scheme)
    by_hash: Mapping[str, Product] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Product]:
        return iter(self.products.values())

    def get(self, product_id: str) -> Product | None:
        """The product of that id, if it is carried."""
        return self.products.get(product_id)

    def for_day(self, day: date) -> Product | None:
        """The default scheme's product year for covers that start on this day; the newest, if several."""
        years = [product for product in self if product.scheme == self.default_scheme and product.is_valid_on(day)]
        return max(years, key=lambda product: product.valid_from, default=None)

    @property
    def newest(self) -> Product:
        """The default scheme's newest product year."""
        years = [product for product in self if product.scheme == self.default_scheme]
        return max(years, key=lambda product: product.valid_from)


def read_files(folder: Path) -> dict[str, bytes]:
    """The .toml and .csv files of a folder by relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".toml", ".csv") and path.is_file()
    }


@lru_cache(maxsize=32)
def product_in(folder: Path) -> Product:
    """The product of a folder. Raises BrokenProduct with every fault, UnknownProduct when there is no folder."""
    if not folder.is_dir():
        raise UnknownProduct(str(folder))
    return read_product(read_files(folder))


def product(product_id: str) -> Product:
    """A shipped product by id."""
    if "/" in product_id or product_id.startswith("."):
        raise UnknownProduct(product_id)
    return product_in(PRODUCTS / product_id)


@lru_cache(maxsize=1)
def shipped() -> Catalogue:
    """All shipped products. Raises Misconfigured when SONAE_SCHEME names a plan that none of them belongs to."""
    folders = sorted(path for path in PRODUCTS.iterdir() if (path / "product.toml").is_file())
    products = [product_in(path) for path in folders]
    found = Catalogue({product.id: product for product in products})
    schemes = sorted({product.scheme for product in products})
    if found.default_scheme not in schemes:
        carried = ", ".join(schemes)
        raise environment.Misconfigured(
            f"SONAE_SCHEME must name a plan carried here ({carried}), not {found.default_scheme!r}"
        )
    return found


def default() -> Product:
    """The product that is meant when none is named and no day is given."""
    return shipped().newest
