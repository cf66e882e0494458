"""A product year as the API tells it: what it is, and the words a request may use."""

from __future__ import annotations

from typing import Any

from sonae.product import Product


def summary(product: Product) -> dict[str, Any]:
    return {
        "id": product.id,
        "hash": product.hash,
        "name": product.name.ja,
        "name_en": product.name.en,
        "year": product.year.ja,
        "year_en": product.year.en,
        "valid_from": product.valid_from.isoformat(),
        "valid_until": product.valid_until.isoformat() if product.valid_until else None,
        "indicative": True,
    }


def vocabulary(product: Product) -> dict[str, Any]:
    """Every name and number that a request for this product may use."""
    sheet = product.sheet
    return summary(product) | {
        "industries": [_named(code, row.name) for code, row in product.industries.items()],
        "plans": [_named(code, plan.name) for code, plan in product.plans.items()],
        "sets": [{"set": number, "name": row.name.ja, "name_en": row.name.en} for number, row in product.sets.items()],
        "riders": [_named(code, rider.name) for code, rider in product.riders.items()],
        "limits": {coverage: [row.at for row in menu] for coverage, menu in product.menus.items()},
        "sheet": None
        if sheet is None
        else {
            "version": sheet.version,
            "questions": [
                {
                    "id": question.id,
                    "text": question.text.ja,
                    "text_en": question.text.en,
                    "answers": [
                        {"code": choice.code, "label": choice.label.ja, "label_en": choice.label.en}
                        for choice in question.answers
                    ],
                }
                for question in sheet.questions
            ],
            "facts": [{"code": fact.code, "text": fact.text.ja, "text_en": fact.text.en} for fact in sheet.facts],
            "certificates": [
                {"kind": kind.kind, "name": kind.name.ja, "name_en": kind.name.en, "needs": list(kind.needs)}
                for kind in sheet.certificates
            ],
        },
    }


def _named(code: str, name: Any) -> dict[str, str]:
    return {"code": code, "name": name.ja, "name_en": name.en}
