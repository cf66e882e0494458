"""Released products: their files in the database by hash, so that old answers can be proved for ever."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from sonae.doors.folder import content_hash, read_product
from sonae.product import Product

from . import catalogue, clock
from .models import ReleasedFile, ReleasedProduct
from .refusals import Refused


class NotReleased(Exception):
    """The database holds no whole product under this hash; the message says what is wrong."""


def keep(product: Product, files: dict[str, bytes] | None = None) -> bool:
    """Stores a product's files under its hash; False if they lie there already. In the caller's transaction.

    `files` come from a release alone (releasing.py). Without them only the first year of a scheme may be kept in
    passing: raises Refused for a successor that nobody has released, and in production for a folder that was edited
    since its release.
    """
    if ReleasedProduct.objects.filter(hash=product.hash).exists():
        return False
    if settings.PRODUCTION and ReleasedProduct.objects.filter(product_id=product.id).exists():
        raise Refused(
            "released_product_edited",
            f"{product.year.ja}は、発売された内容から変わっています。変えた内容は、別の名前の新しい年度として発売してください。",
            f"{product.year.en} is not the content that was released. A change is a new product year with its own id.",
        )
    if files is None:
        if follows_another(product):
            raise Refused(
                "product_not_released",
                f"{product.year.ja}はまだ発売されていません。商品の変更の影響を確かめ、承認を受けてから使えます。",
                f"{product.year.en} is not released yet. It needs an impact run on record and a second person.",
            )
        files = catalogue.read_files(catalogue.PRODUCTS / product.id)
    if content_hash(files) != product.hash:
        raise NotReleased(f"the files of {product.id} changed since they were loaded: restart")
    # Two requests may come here at once: the second finds the first one's rows, which are the same by their hash.
    ReleasedProduct.objects.bulk_create(
        [ReleasedProduct(hash=product.hash, product_id=product.id, released_at=clock.now())], ignore_conflicts=True
    )
    ReleasedFile.objects.bulk_create(
        [ReleasedFile(product_id=product.hash, path=path, content=content) for path, content in files.items()],
        ignore_conflicts=True,
    )
    return True


def follows_another(product: Product) -> bool:
    """Whether another year of the product's scheme is kept already."""
    others = ReleasedProduct.objects.exclude(product_id=product.id).values_list("hash", flat=True)
    return any(_kept(one).scheme == product.scheme for one in others)


@lru_cache(maxsize=32)
def product(product_hash: str) -> Product:
    """The product of a hash, read from the database's files. Raises NotReleased."""
    files = {
        row.path: bytes(row.content) for row in ReleasedFile.objects.filter(product_id=product_hash).order_by("path")
    }
    if not files:
        raise NotReleased(f"no files are kept under {product_hash}")
    if content_hash(files) != product_hash:
        raise NotReleased(f"the files kept under {product_hash} have another hash")
    return read_product(files)


_kept = product
