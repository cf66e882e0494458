"""What the API of claims takes and tells, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from sonae.web import openapi
from sonae.web.application_schemas import DAY, HASH, ID, MOMENT, TEXT, WHOLE, closed, many, null

YES: dict[str, Any] = {"type": "boolean"}
_ANYTHING: dict[str, Any] = {"type": "object"}
_STATE: dict[str, Any] = {"type": "string", "enum": ["prepared", "approved", "posted", "void"]}
_TOLD = {"notified_at": MOMENT, "occurred_at": MOMENT, "stopped_at": MOMENT, "event": TEXT, "circumstances": YES,
         "facts": _ANYTHING, "story": TEXT}  # fmt: skip
_LISTED = {"id": ID, "number": TEXT, "member": ID, "name": TEXT, "event": null(TEXT), "circumstances": YES,
           "state": {"type": "string", "enum": ["open", "closed"]}, "known_at": MOMENT, "notified_at": MOMENT,
           "received_at": MOMENT, "version": WHOLE}  # fmt: skip

ANSWERS: dict[str, Any] = {
    "ClaimListed": closed(_LISTED),
    "ClaimList": closed({"claims": many("ClaimListed")}),
    "ClaimDeadline": closed(
        {"code": TEXT, "name": TEXT, "name_en": TEXT, "rule": TEXT, "since": DAY, "due": DAY, "met": null(DAY),
         "status": TEXT, "source": TEXT}, {"days_left": WHOLE}),
    "LimitLeft": closed({"coverage": TEXT, "head": TEXT, "limit": WHOLE, "paid": WHOLE, "prepared": WHOLE,
                         "committed": WHOLE, "remaining": WHOLE}),
    "ClaimSpend": closed({"id": ID, "head": TEXT, "vendor": TEXT, "purpose": TEXT, "amount": WHOLE, "state": TEXT,
                          "approved": WHOLE, "asked_at": MOMENT, "decided_at": null(MOMENT), "reason": TEXT}),
    "SpendPreview": closed({"amount": WHOLE, "fits": YES, "after": {"type": "array", "items": WHOLE},
                            "before": many("LimitLeft")}),
    "PaymentLine": closed({"cover": ID, "coverage": TEXT, "head": TEXT, "amount": WHOLE}),
    "ClaimPayment": closed(
        {"id": ID, "number": WHOLE, "amount": WHOLE, "state": _STATE, "lien": null(TEXT), "cumulative": WHOLE,
         "approvers_needed": WHOLE, "manager_needed": YES, "fresh_payee": YES, "made_at": MOMENT,
         "approved_at": null(MOMENT), "posted_at": null(MOMENT), "voided_at": null(MOMENT),
         "lines": many("PaymentLine")}),
    "ClaimDecision": closed(
        {"id": ID, "number": WHOLE, "outcome": {"type": "string", "enum": ["covered", "part", "not_covered"]},
         "claimed": WHOLE, "payable": WHOLE, "heads": {"type": "array"}, "reason": TEXT, "made_at": MOMENT,
         "confirmed_at": null(MOMENT), "proof": HASH, "product": HASH},
        description="`heads`: cover, coverage, head, claimed, payable, grounds. `proof`: the hash of the kept proof."),
    "ClaimDecisionList": closed({"decisions": many("ClaimDecision")}),
    "ClaimLetter": closed({"number": TEXT, "place": WHOLE, "kind": {"type": "string", "enum": ["payment", "denial"]},
                           "decision": ID, "payment": null(ID), "content_sha256": HASH, "issued_at": MOMENT}),
    "ClaimLetterList": closed({"letters": many("ClaimLetter")}),
    "ClaimReserve": closed({"number": WHOLE, "head": TEXT, "amount": WHOLE, "before": WHOLE, "typical": YES,
                            "reason": TEXT, "at": MOMENT}),
    "ClaimReserveList": closed({"reserves": many("ClaimReserve")}),
    "ClaimRecovery": closed({"id": ID, "kind": TEXT, "from": TEXT, "expected": WHOLE, "received": WHOLE,
                             "received_at": null(MOMENT), "payment": null(ID), "cover": null(ID), "head": null(TEXT)},
                            description="`returned`: a payee returns yen of a payment's head; `from` is its kind."),
    "ClaimBalance": closed({"recoveries": many("ClaimRecovery"), "owed": _ANYTHING, "passed_on": _ANYTHING,
                            "shares": _ANYTHING}, description="Yen by co-insurer; `shares` in whole percent."),
    "CommonCause": closed({"id": ID, "name": TEXT, "opened_at": MOMENT, "members": WHOLE, "paid": WHOLE,
                           "under_way": WHOLE, "reserved": WHOLE, "recovered": WHOLE,
                           "claims": {"type": "array", "items": _ANYTHING}}),
    "CommonCauseList": closed({"causes": many("CommonCause")}),
    "Received": closed({"received": {"const": True}}),
}  # fmt: skip

BODIES: dict[str, Any] = {
    "NewClaim": closed({"known_at": MOMENT}, {"member": ID, "consent_basis": TEXT} | _TOLD),
    "LossNotice": closed({"certificate_number": TEXT, "name": TEXT, "phone": TEXT, "known_at": MOMENT}, _TOLD),
    "FurtherNotice": closed({"known_at": MOMENT}, _TOLD),
    "NewSpend": closed({"head": TEXT, "vendor": TEXT, "amount": WHOLE}, {"purpose": TEXT, "file": ID}),
    "SpendDecision": closed({"approved": YES}, {"amount": WHOLE, "reason": TEXT}),
    "NewReserve": closed({"head": TEXT, "amount": WHOLE, "reason": TEXT}),
    "NewPayee": closed({"kind": {"type": "string", "enum": ["insured", "claimant", "vendor"]}, "holder": TEXT,
                        "holder_kana": TEXT, "bank": TEXT, "branch": TEXT,
                        "account_kind": {"type": "string", "enum": ["ordinary", "current"]}, "number": TEXT},
                       {"replaces": ID}),
    "NewPayment": closed(
        {"payee": ID, "lines": {"type": "array", "items": closed({"cover": ID, "head": TEXT, "amount": WHOLE},
                                                                 {"spend": ID})}},
        {"lien": {"type": "string", "enum": ["paid_to_claimant", "claimant_consent"]}, "lien_file": ID}),
    "ProposedDecision": closed({"facts": _ANYTHING}, {"reason": TEXT, "departure": TEXT}),
    "Weighing": closed({"facts": _ANYTHING}),
    "NewCause": closed({"name": TEXT}),
    "OfCause": closed({"cause": ID, "reason": TEXT}),
    "NewReturn": closed({"cover": ID, "head": TEXT, "amount": WHOLE, "reason": TEXT}),
    "YenReceived": closed({"received": WHOLE}),
    "WithReason": closed({"reason": TEXT}),
}  # fmt: skip

openapi.FURTHER |= ANSWERS | BODIES
