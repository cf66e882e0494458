"""What the API of members and applications takes and tells, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, get_args

from sonae.application import Step
from sonae.scheme import Effect
from sonae.web import openapi

TEXT: dict[str, Any] = {"type": "string"}
ID: dict[str, Any] = {"type": "string", "format": "uuid"}
DAY: dict[str, Any] = {"type": "string", "format": "date"}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
WHOLE: dict[str, Any] = {"type": "integer"}
HASH: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
STEP: dict[str, Any] = {"type": "string", "enum": [str(step) for step in Step]}
TEXTS: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}


def closed(fields: dict[str, Any], optional: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """An object with these fields and no others; `optional` ones may be left out."""
    properties = fields | (optional or {})
    return {"type": "object", "properties": properties, "required": list(fields), "additionalProperties": False} | more


def null(schema: dict[str, Any]) -> dict[str, Any]:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def many(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


_LISTED = {"id": ID, "member": ID, "name": TEXT, "inception": DAY, "created_at": MOMENT, "renews": null(ID)}

ANSWERS: dict[str, Any] = {
    "Member": closed({"id": ID, "name": TEXT, "reading": TEXT, "corporate_number": TEXT, "postal_code": TEXT,
                      "address": TEXT, "cooperative": ID}),
    "MemberList": closed({"members": many("Member")}),
    "MemberSuspicions": closed({"suspicions": {"type": "array", "items": many("Member")}}),
    "MemberChanged": closed({"member": TEXT}),
    "MembershipList": closed({"id": ID, "members": WHOLE}),
    "ApplicationListed": closed(_LISTED),
    "ApplicationList": closed({"applications": many("ApplicationListed"), "next": null(TEXT)}),
    "StepTaken": closed({"number": WHOLE, "step": STEP, "at": MOMENT, "party": TEXT, "channel": TEXT, "factor": TEXT,
                         "outcome": TEXT}),
    "Application": closed(
        _LISTED | {"product": HASH, "disclosure": TEXT, "next": null(STEP), "document": null(TEXT),
                   "held": {"type": "array", "items": STEP}, "steps": many("StepTaken")},
        {"request": {"type": "object"}, "premium": WHOLE, "content": null(HASH), "valid_until": DAY,
         "answers": null(TEXTS), "grounds": null(many("Ground"))},
        description="Where an application stands. `document`: the hash of the papers given last; `content`: what is to "
                    "be confirmed and signed. Terms, answers and grounds only for those who may see them.",
    ),
    "ApplicantLink": closed({"token": TEXT, "expires_at": MOMENT}),
    "Ground": closed({"code": TEXT, "effect": {"type": "string", "enum": list(get_args(Effect))}, "message": TEXT,
                      "message_en": TEXT, "source": TEXT}),
    "Referral": closed({"id": ID, "application": ID, "name": TEXT, "inception": DAY, "content": HASH,
                        "grounds": many("Ground"), "opened_at": MOMENT}),
    "ReferralList": closed({"referrals": many("Referral")}),
    "OpenCondition": closed({"id": ID, "application": ID, "name": TEXT, "text": TEXT, "due": DAY}),
    "OpenConditionList": closed({"conditions": many("OpenCondition")}),
    "ConditionClosed": closed({"id": ID}),
}  # fmt: skip

BODIES: dict[str, Any] = {
    "NewMember": closed({"name": TEXT, "cooperative": ID},
                        {"reading": TEXT, "corporate_number": TEXT, "postal_code": TEXT, "address": TEXT,
                         "contact": TEXTS}),
    "NewHandling": closed({}, {"agency": ID, "suspended": {"type": "boolean"}}),
    "NewMembershipList": closed({"as_of": DAY,
                                 "members": {"type": "object", "additionalProperties": {"type": "boolean"}}}),
    "NewApplication": closed({"member": ID, "quotation": ID}),
    "NewContent": closed({"quotation": ID}),
    "Preparation": closed({"step": {"type": "string", "enum": ["intent", "proposal", "papers"]}}, {"words": TEXTS}),
    "Acknowledgement": closed({"document": HASH}),
    "DisclosureAnswers": closed({"version": TEXT, "answers": TEXTS},
                                {"details": TEXTS, "sheet": {"type": "object"}}),
    "Confirmation": closed({"content": HASH}),
    "Signature": closed({"content": HASH, "signer": TEXT}),
    "UnderwritingDecision": closed(
        {"content": HASH, "outcome": {"type": "string", "enum": ["accept", "decline"]}, "reason": TEXT},
        {"conditions": {"type": "array", "items": closed({"text": TEXT, "due": DAY})}},
        description="`content`: the hash of what was shown; a changed application is not decided unseen.",
    ),
    "ConditionClosing": closed({"note": TEXT}),
    "Nothing": closed({}),
}  # fmt: skip

openapi.FURTHER |= ANSWERS | BODIES
