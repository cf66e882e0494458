"""Papers of a product version that are the same for everyone: 契約概要・注意喚起情報, and the brochure.

What was given to an applicant is kept by the hash of its bytes, so what they read can be shown again, and proved.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Literal

from sonae.period import JST, japanese_day
from sonae.product import Product

from . import clock, released
from .desk import NotFound
from .documents.brochure import brochure_paper
from .documents.frame import is_approved
from .documents.important_matters import NoText, important_matters_paper
from .documents.words import Language
from .models import GivenFile
from .refusals import refuse

ProductPaper = Literal["important_matters", "brochure"]

#: Made once a process: a product year has few.
_made: dict[tuple[str, ProductPaper, Language, bool], bytes] = {}


def important_matters(product: Product, language: Language = "ja", on: date | None = None) -> bytes:
    """契約概要・注意喚起情報 of exactly this product, as it is given on a day (today). Raises Refused without texts."""
    try:
        return product_paper(product, "important_matters", language, on)
    except NotFound:
        raise refuse("no_papers_to_give") from None


def product_paper(product: Product, kind: ProductPaper, language: Language = "ja", on: date | None = None) -> bytes:
    """A paper of a product that names nobody. Raises NotFound where the product has no texts for it.

    The same bytes every day, until the approval of the product begins or ends to stand.
    """
    approved = is_approved(product, on or japanese_day(clock.now()))
    place = (product.hash, kind, language, approved)
    if place not in _made:
        try:
            _made[place] = _make(product, kind, language, approved)
        except NoText:
            raise NotFound from None
    return _made[place]


def keep(product: Product, language: Language = "ja") -> str:
    """Keeps the papers as they are given now, in the caller's transaction; their hash."""
    content = important_matters(product, language)
    digest = hashlib.sha256(content).hexdigest()
    if not GivenFile.objects.filter(sha256=digest).exists():
        released.keep(product)
        row = GivenFile(
            sha256=digest, product_id=product.hash, language=language, content=content, kept_at=clock.now()
        )
        # Two may give the same papers at once for the first time: the same bytes by their hash.
        GivenFile.objects.bulk_create([row], ignore_conflicts=True)
    return digest


def kept(sha256: str) -> bytes:
    """The papers that were given, by their hash. Raises NotFound."""
    row = GivenFile.objects.filter(sha256=sha256).first()
    if row is None:
        raise NotFound
    content = bytes(row.content)
    assert hashlib.sha256(content).hexdigest() == sha256, "a paper that was given was altered"
    return content


def _make(product: Product, kind: ProductPaper, language: Language, approved: bool) -> bytes:
    day = product.valid_from
    if is_approved(product, day) != approved and product.approval_valid_until is not None:
        day = product.approval_valid_until + timedelta(days=1)
    moment = datetime.combine(day, time(), JST)
    make = important_matters_paper if kind == "important_matters" else brochure_paper
    return make(product, moment, language=language)
