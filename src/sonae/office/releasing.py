"""The release of a product year: asked for with every proof, agreed to by a person of the insurer, then kept for ever.

A successor of a released year needs more than its first one did: an impact run on record for exactly the two contents,
and a second person of the insurer who has read it. The first year of a scheme has nothing to be compared with.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from sonae.product import Product
from sonae.proof import prove

from . import access, book_impacts, journal, released
from .access import Principal
from .models import JournalEntry, ReleasedProduct
from .refusals import Refused

ASKED, DONE = "release_asked", "product_released"


@dataclass(frozen=True)
class Reason:
    """Why a product year cannot be released yet."""

    code: str
    message: str
    message_en: str


@dataclass(frozen=True)
class Standing:
    """Where a release stands: what it follows, what is still missing, who asked, and whether it is done."""

    product: Product
    predecessor: Product | None
    missing: tuple[Reason, ...]
    asked_by: str
    done: bool


def standing(principal: Principal, product: Product) -> Standing:
    """Where the release of this product stands. Raises PermissionDenied."""
    with transaction.atomic():
        access.enter(principal, "product.release")
        return _standing(product)


def ask(principal: Principal, product: Product, files: dict[str, bytes]) -> Standing:
    """Ask for a release. A first year is released at once; a successor then waits for the insurer's second person.

    Asked again it answers with where it stands. Raises PermissionDenied, Refused with every reason.
    """
    with transaction.atomic():
        access.enter(principal, "product.release")
        journal.lock(_stream(product))
        found = _standing(product)
        if found.done:
            return found
        _refuse(found.missing)
        if found.predecessor is None:
            _release(principal, product, files, {})
        elif not found.asked_by:
            journal.append(_stream(product), ASKED, actor=principal.name, organisation_id=None,
                           body={"product": product.id, "from": found.predecessor.hash})  # fmt: skip
        return _standing(product)


def agree(principal: Principal, product: Product, files: dict[str, bytes]) -> Standing:
    """The insurer's second person agrees, and the product year is released. A second time it is the same.

    Everything is looked at again: what was on record when it was asked for must be so now. Raises PermissionDenied,
    Refused: nobody has asked; the same person; something is missing.
    """
    with transaction.atomic():
        access.enter(principal, "product.agree")
        journal.lock(_stream(product))
        found = _standing(product)
        if found.done:
            return found
        if not found.asked_by:
            raise Refused("release_not_asked", "発売の申出がまだありません。", "Nobody has asked for this release.")
        if found.asked_by == principal.name:
            raise Refused("same_person", "申し出た人は承認できません。", "Whoever asked cannot agree.")
        _refuse(found.missing)
        assert found.predecessor is not None, "only a successor waits for a second person"
        run = book_impacts.on_record(found.predecessor.hash, product.hash)
        assert run is not None, "nothing is missing"
        _release(principal, product, files, {
            "from": found.predecessor.hash, "asked_by": found.asked_by, "impact": json.loads(bytes(run.body))["run"],
            "impact_sha256": json.loads(bytes(run.body))["sha256"],
        })  # fmt: skip
        return _standing(product)


def _standing(product: Product) -> Standing:
    predecessor = _predecessor(product)
    asked = _entry(product, ASKED)
    return Standing(product, predecessor, tuple(_missing(product, predecessor)), asked.actor if asked else "",
                    _entry(product, DONE) is not None)  # fmt: skip


def _predecessor(product: Product) -> Product | None:
    """The released year of the scheme that was valid last before this one."""
    kept = [released.product(one) for one in ReleasedProduct.objects.values_list("hash", flat=True)]
    before = [one for one in kept if one.scheme == product.scheme and one.id != product.id]
    return max(before, key=lambda one: (one.valid_from <= product.valid_from, one.valid_from), default=None)


def _missing(product: Product, predecessor: Product | None) -> Any:
    before = ReleasedProduct.objects.filter(product_id=product.id).exclude(hash=product.hash).first()
    if before is not None and settings.PRODUCTION:
        yield Reason(
            "released_product_edited",
            f"{product.id} は別の内容（{before.hash[:12]}）で発売済みです。変えた内容には別の名前が要ります。",
            f"{product.id} is released with another content ({before.hash[:12]}). A change needs an id of its own.",
        )  # fmt: skip
    proof = prove(product)
    if not proof.sound:
        first = str(proof.flaws[0])
        yield Reason(
            "proofs_fail", f"sonae product check で{len(proof.flaws)}件の不備があります。初めの1件：{first}",
            f"sonae product check finds {len(proof.flaws)} flaws; the first: {first}",
        )  # fmt: skip
    if not product.examples:
        yield Reason("no_examples", "公表された保険料例がありません。", "It carries no published premium.")
    if predecessor is None:
        return
    if predecessor.valid_until is None and product.valid_from <= predecessor.valid_from:
        yield Reason(
            "not_later", "始まりが前の年度より後ではありません。", "It does not begin after the year before it."
        )
    if book_impacts.on_record(predecessor.hash, product.hash) is None:
        yield Reason(
            "no_impact_run",
            f"前の年度（{predecessor.hash[:12]}）とこの内容（{product.hash[:12]}）を比べた記録がありません。",
            f"No impact run is on record from {predecessor.id} {predecessor.hash[:12]} to {product.hash[:12]}.",
        )  # fmt: skip


def _refuse(missing: tuple[Reason, ...]) -> None:
    if missing:
        raise Refused(
            missing[0].code, "発売できません。" + "".join(one.message for one in missing),
            "It cannot be released. " + " ".join(one.message_en for one in missing),
        )  # fmt: skip


def _release(principal: Principal, product: Product, files: dict[str, bytes], body: dict[str, Any]) -> None:
    journal.append(_stream(product), DONE, actor=principal.name, organisation_id=None,
                   body={"product": product.id, **body})  # fmt: skip
    released.keep(product, files)


def _entry(product: Product, kind: str) -> JournalEntry | None:
    return JournalEntry.objects.filter(stream=_stream(product), kind=kind).order_by("-number").first()


def _stream(product: Product) -> str:
    return f"product/{product.hash}"
