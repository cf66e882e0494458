"""The discount sheet as a pre-printed form: last answers chosen, and what was answered differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from sonae.product import Product
from sonae.web.presentation import Language, say

SEES_SHEET = frozenset({"member", "underwriter", "auditor"})
"""Who sees the answers of the discount sheet: the applicant and the insurer."""

_NO_ANSWER = ("none", "unknown")


def questions(
    product: Product, held: Mapping[str, Any] | None, typed: QueryDict, language: Language
) -> list[dict[str, Any]]:
    """Every question with its choices, the last answer or what was typed chosen; empty without a sheet."""
    if product.sheet is None or not held:
        return []
    sheet, answers = product.sheet, held["answers"]
    labels = dict(zip(_NO_ANSWER, (say(sheet.none_label, language), say(sheet.unknown_label, language)), strict=True))
    return [
        {
            "id": question.id,
            "text": say(question.text, language),
            "choices": [
                {
                    "code": code,
                    "label": label,
                    "on": code == (typed.get(f"answer-{question.id}") or answers.get(question.id, "none")),
                }
                for code, label in (
                    *((one.code, say(one.label, language)) for one in question.answers),
                    *labels.items(),
                )
            ],
        }
        for question in sheet.questions
    ]


def changed(product: Product, held: Mapping[str, Any] | None, typed: QueryDict) -> dict[str, Any] | None:
    """The sheet with what was answered differently, in the request's words; None where nothing was."""
    if product.sheet is None or not held:
        return None
    answers = dict(held["answers"])
    for question in product.sheet.questions:
        given = typed.get(f"answer-{question.id}", "")
        known = {one.code for one in question.answers} | set(_NO_ANSWER)
        if given in known and given != answers.get(question.id, "none"):
            answers[question.id] = given
    return None if answers == held["answers"] else {**held, "answers": answers}
