"""What the API of covers and renewals takes and tells, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from sonae.cover import Reason
from sonae.web import openapi
from sonae.web.application_schemas import DAY, ID, MOMENT, TEXT, TEXTS, WHOLE, closed, many, null

_TRUTH: dict[str, Any] = {"type": "boolean"}
_OBJECT: dict[str, Any] = {"type": "object", "description": "In the words of a quotation's request."}
_REASON: dict[str, Any] = {"type": "string", "enum": [str(reason) for reason in Reason]}
_COVER: dict[str, Any] = {
    "id": ID, "number": TEXT, "member": ID, "name": TEXT, "inception": MOMENT, "expiry": MOMENT, "ends_at": MOMENT,
    "premium": WHOLE, "version": WHOLE, "applied_on": DAY, "accepted_on": DAY, "concluded_on": DAY,
    "booking_month": DAY, "application": ID, "renews": null(ID),
}  # fmt: skip


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


_MONTHS = _list({"type": "array", "prefixItems": [DAY, WHOLE, WHOLE], "minItems": 3, "maxItems": 3})
_ASKED = closed(
    {"reason": _REASON, "day": DAY, "changes": _OBJECT, "particulars": null(_list(TEXT)), "undoes": null(WHOLE),
     "by_fraud": _TRUTH, "note": TEXT},
    description="A change as asked. `particulars`: name, reading, postal code, address; null where none changes.",
)

ANSWERS: dict[str, Any] = {
    "Cover": closed(_COVER),
    "CoverList": closed({"covers": many("Cover")}),
    "Written": closed({"premium": WHOLE, "months": _MONTHS},
                      description="What is written in yen, and the runs of months it is made of: the first day, how "
                                  "many, at which annual premium."),
    "CoverTransaction": closed({"number": WHOLE, "reason": _REASON, "effective": MOMENT, "recorded": MOMENT,
                                "changes": {"type": "object"}, "undoes": null(WHOLE), "two_persons": _TRUTH,
                                "charge": WHOLE, "written": WHOLE, "months": _MONTHS, "note": TEXT}),
    "FirstInception": closed({"coverage": TEXT, "above": WHOLE, "up_to": WHOLE, "since": MOMENT}),
    "CoverAsOf": closed(
        _COVER | {"as_of": MOMENT, "known": MOMENT, "address": TEXT, "terms": null(_OBJECT),
                  "written": {"$ref": "#/components/schemas/Written"}, "transactions": many("CoverTransaction"),
                  "first_inceptions": many("FirstInception")},
        description="A cover as of one moment, as known on another. `terms` is null where there is no cover then.",
    ),
    "CoverPreview": closed({"charge": WHOLE, "written": {"$ref": "#/components/schemas/Written"},
                            "written_before": WHOLE, "terms": null(_OBJECT), "ends_at": MOMENT,
                            "needs_second_person": _TRUTH, "referred": _TRUTH, "documents": _list(TEXT)}),
    "CoverChanged": {"oneOf": [
        closed({"cover": ID, "transaction": {"$ref": "#/components/schemas/CoverTransaction"}}),
        closed({"cover": ID, "proposal": ID}, description="It waits for a second person."),
    ]},
    "ProposalDecided": {"oneOf": [
        closed({"cover": ID, "transaction": {"$ref": "#/components/schemas/CoverTransaction"}}),
        closed({"agreed": {"const": False}}, description="It was turned down."),
    ]},
    "Proposal": closed({"id": ID, "cover": ID, "number": TEXT, "name": TEXT, "role": TEXT, "proposed_at": MOMENT,
                        "change": _ASKED}),
    "ProposalList": closed({"proposals": many("Proposal")}),
    "LossMarked": closed({"id": ID}),
    "RenewalQueued": closed({"group_year": WHOLE}),
    "RenewalProgress": closed({"group_year": WHOLE, "due": WHOLE, "offered": WHOLE, "signed": WHOLE,
                               "renewed": WHOLE}),
    "Chased": closed({"agency": null(ID), "cooperative": ID, "member": ID, "name": TEXT, "offer": ID,
                      "premium": null(WHOLE), "begun": _TRUTH}),
    "ChasedList": closed({"chasing": many("Chased")}),
    "RenewalOffer": closed(
        {"id": ID, "cover": ID, "member": ID, "name": TEXT, "group_year": WHOLE, "request": _OBJECT,
         "premium": null(WHOLE), "premium_before": WHOLE,
         "parts": _list({"type": "array", "prefixItems": [TEXT, WHOLE]}), "membership_confirmed": _TRUTH},
        description="The pre-printed form: last year's data, the price on it, and why it moved in parts that sum.",
    ),
}  # fmt: skip

BODIES: dict[str, Any] = {
    "NewChange": closed({"reason": _REASON, "day": DAY},
                        {"changes": _OBJECT, "particulars": TEXTS, "undoes": WHOLE, "by_fraud": _TRUTH, "note": TEXT}),
    "ProposalDecision": closed({"agreed": _TRUTH}),
    "NewLossMark": closed({"occurred_at": MOMENT}),
    "NewRenewal": closed({}, {"changes": _OBJECT}),
}  # fmt: skip

openapi.FURTHER |= ANSWERS | BODIES
