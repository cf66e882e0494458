"""Who asks for what: the request for a quotation, as plain values.

A value of these types has been read at a door and uses only words of the product's vocabulary.
Whether the product's rules allow the combination is for `eligibility` to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

SALES_BELOW = 10**15
"""Yen. Sales and amounts asked about stay below it, so that the compiled form's whole numbers never wrap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of liability (支払限度額) chosen in the free set, in yen. No business income: None."""

    liability: int
    expense: int
    business_income: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A paper of part B of the discount sheet: its kind, and the number and days that the kind asks for."""

    kind: str
    number: str | None = None
    expires: date | None = None
    issued: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The discount sheet (割引確認シート) as answered: part A as answers and facts, part B as certificates.

    An answer that is absent counts as `none`.
    """

    version: str
    answers: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, bool]
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationRequest:
    """What a member asks to be priced. Sales are yen, tax included, of the latest fiscal year.

    `sheet_discount` (whole percent) is the assumed result of a sheet, for estimates; `sheet` the real one.
    Neither means no security discount. `inception` and `product` are filled in by the door that read it.
    """

    industry: str
    annual_sales: int
    plan: str
    set: int
    it_sales: int | None = None
    limits: Limits | None = None
    riders: tuple[str, ...] = ()
    sheet_discount: int | None = None
    sheet: Sheet | None = None
    inception: date | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """For whom a stored quotation is. Rating never sees it. The contact is personal data."""

    name: str
    corporate_number: str | None = None
    contact: str | None = None


def understood(request: QuotationRequest) -> dict[str, Any]:
    """The request as it was understood, in the words of the contract; asking it again gives the same answer."""
    words: dict[str, Any] = {
        "industry": request.industry,
        "annual_sales": request.annual_sales,
        "plan": request.plan,
        "set": request.set,
    }
    if request.it_sales is not None:
        words["it_sales"] = request.it_sales
    if request.limits is not None:
        words["limits"] = {"liability": request.limits.liability, "expense": request.limits.expense}
        if request.limits.business_income is not None:
            words["limits"]["business_income"] = request.limits.business_income
    words["riders"] = list(request.riders)
    if request.sheet_discount is not None:
        words["sheet_discount"] = request.sheet_discount
    if request.sheet is not None:
        words["sheet"] = _understood_sheet(request.sheet)
    if request.inception is not None:
        words["inception"] = request.inception.isoformat()
    if request.product is not None:
        words["product"] = request.product
    return words


def _understood_sheet(sheet: Sheet) -> dict[str, Any]:
    certificates = []
    for certificate in sheet.certificates:
        words: dict[str, Any] = {"kind": certificate.kind}
        if certificate.number is not None:
            words["number"] = certificate.number
        if certificate.expires is not None:
            words["expires"] = certificate.expires.isoformat()
        if certificate.issued is not None:
            words["issued"] = certificate.issued.isoformat()
        certificates.append(words)
    return {
        "version": sheet.version,
        "answers": dict(sheet.answers),
        "facts": dict(sheet.facts),
        "certificates": certificates,
    }
