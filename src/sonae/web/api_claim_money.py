"""The API of the money of claims: premium, payees, payments in two phases, recoveries. The insurer's people only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sonae.doors import decision as decision_door
from sonae.doors import problem as problem_door
from sonae.doors.problem import FieldError, Problem
from sonae.office import (
    claim_decisions,
    claim_judging,
    claim_payees,
    claim_payments,
    claim_reading,
    claim_recoveries,
    claim_returns,
)
from sonae.office.claim_payees import Account
from sonae.office.claim_payments import Line
from sonae.web.api import Refused, _dump, _json, _principal, _query
from sonae.web.api_claims import _id
from sonae.web.api_reading import Field, once, operation, read


@operation("GET", "/claims/{claim_id}/decisions", "claim.read", answers={200: "ClaimDecisionList"})
def decisions(request: HttpRequest, claim_id: str) -> HttpResponse:
    """A claim's decisions within reach: the member sees those that were confirmed."""
    _query(request)
    rows = claim_decisions.all_of(_principal(request), claim_id)
    return _json(_dump({"decisions": [claim_reading.decision(row) for row in rows]}))


def _weighed(request: HttpRequest, claim_id: str, words: dict[str, Any]) -> claim_judging.Weighed:
    """The core's decision on the facts of a body. Raises Refused with every error of them."""
    read_facts = claim_judging.understood(_principal(request), claim_id, words)
    if isinstance(read_facts, Problem):
        raise Refused(read_facts)
    return claim_judging.weigh(_principal(request), claim_id, read_facts)


@operation("GET", "/claims/{claim_id}/facts", "claim.decide", answers={200: "Told"})
def facts(request: HttpRequest, claim_id: str) -> HttpResponse:
    """The facts as far as they are recorded: where a decision begins."""
    _query(request)
    return _json(_dump({"facts": decision_door.words(claim_judging.draft(_principal(request), claim_id))}))


@operation("POST", "/claims/{claim_id}/weighing", "claim.decide", answers={200: "Told"}, body="Weighing")
def weigh(request: HttpRequest, claim_id: str) -> HttpResponse:
    """What would be decided on these facts, and how like cases were decided. Nothing is written."""
    _, words = read(request, facts=Field(dict))
    weighed = _weighed(request, claim_id, words["facts"])
    compared = claim_decisions.compare(_principal(request), claim_id, weighed.judged)
    return _json(_dump({
        "decision": decision_door.words(weighed.decision), "outcome": weighed.judged.outcome,
        "likes": decision_door.words([(one.name, one.heads) for one in compared.likes]),
        "departures": decision_door.words(list(compared.departures)),
    }))  # fmt: skip


@operation("POST", "/claims/{claim_id}/decisions", "claim.decide",
           answers={201: "ClaimDecision"}, body="ProposedDecision")  # fmt: skip
def propose(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Decide on these facts; the decision waits for its second reader."""
    raw, words = read(request, facts=Field(dict), reason=Field(str, False), departure=Field(str, False))
    weighed = _weighed(request, claim_id, words["facts"])

    def work() -> tuple[int, str, Any]:
        made = claim_decisions.propose(
            _principal(request), claim_id, weighed.judged, reason=words.get("reason", ""),
            departure=words.get("departure", ""),
        )  # fmt: skip
        return 201, f"/api/v1/claims/{claim_id}/decisions", claim_reading.decision(made)

    return once(request, "claim.decide", raw, work)


@operation("POST", "/claim-decisions/{decision_id}/confirmation", "claim.decide",
           answers={200: "ClaimDecision"}, body="Nothing")  # fmt: skip
def confirm(request: HttpRequest, decision_id: str) -> HttpResponse:
    """The second reader confirms a decision: it stands, and the member sees it."""
    raw, _ = read(request)

    def work() -> tuple[int, str, Any]:
        return 200, "", claim_reading.decision(claim_decisions.confirm(_principal(request), _id(decision_id)))

    return once(request, "claim.decide", raw, work)


@operation("POST", "/claims/{claim_id}/premium", "claim.handle", answers={201: "Told"}, body="Words")
def premium(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Whether the premium of a cover was received, and how we know."""
    raw, words = read(request, cover=Field(UUID), received=Field(bool), note=Field(str))

    def work() -> tuple[int, str, Any]:
        made = claim_payees.answer_premium(
            _principal(request), claim_id, words["cover"], received=words["received"], note=words["note"]
        )
        return 201, f"/api/v1/claims/{claim_id}", {"id": str(made.id), "received": made.received}

    return once(request, "claim.handle", raw, work)


@operation("POST", "/claims/{claim_id}/payees", "claim.pay", answers={201: "Told"}, body="NewPayee")
def add_payee(request: HttpRequest, claim_id: str) -> HttpResponse:
    """A payee with its account, or another account for one."""
    raw, words = read(
        request, kind=Field(str), holder=Field(str), holder_kana=Field(str), bank=Field(str), branch=Field(str),
        account_kind=Field(str), number=Field(str), replaces=Field(UUID, False),
    )  # fmt: skip

    def work() -> tuple[int, str, Any]:
        account = Account(words["holder"], words["holder_kana"], words["bank"], words["branch"],
                          words["account_kind"], words["number"])  # fmt: skip
        made = claim_payees.add_payee(
            _principal(request), claim_id, words["kind"], account, replaces=words.get("replaces")
        )
        return 201, f"/api/v1/claims/{claim_id}", {"id": str(made.id), "ending": made.ending}

    return once(request, "claim.pay", raw, work)


@operation("POST", "/claim-payees/{payee_id}/call-back", "claim.approve", answers={200: "Told"}, body="Words")
def call_back(request: HttpRequest, payee_id: str) -> HttpResponse:
    """A second person called a number known before."""
    raw, words = read(request, note=Field(str))

    def work() -> tuple[int, str, Any]:
        made = claim_payees.call_back(_principal(request), _id(payee_id), words["note"])
        return 200, "", {"id": str(made.id)}

    return once(request, "claim.approve", raw, work)


def _lines(words: list[Any]) -> list[Line]:
    """The lines of a payment. Raises Refused."""
    wrong = FieldError("/lines", "wrong_type", "cover, head, amount（整数）、spend", "cover, head, amount, spend")
    found = []
    for one in words:
        unknown = not isinstance(one, dict) or set(one) - {"cover", "head", "amount", "spend"}
        if unknown or type(one.get("amount")) is not int:
            raise Refused(problem_door.not_understood((wrong,)))
        try:
            found.append(Line(UUID(str(one["cover"])), str(one["head"]), one["amount"],
                              UUID(str(one["spend"])) if "spend" in one else None))  # fmt: skip
        except (KeyError, ValueError):
            raise Refused(problem_door.not_understood((wrong,))) from None
    return found


@operation("POST", "/claims/{claim_id}/payments", "claim.pay", answers={201: "ClaimPayment"}, body="NewPayment")
def prepare(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Prepare a payment on the confirmed decision; its yen are held in every limit from now on."""
    raw, words = read(
        request, payee=Field(UUID), lines=Field(list), lien=Field(str, False), lien_file=Field(UUID, False)
    )
    lines = _lines(words["lines"])

    def work() -> tuple[int, str, Any]:
        made = claim_payments.prepare(
            _principal(request), claim_id, words["payee"], lines, lien=words.get("lien", ""),
            lien_file=words.get("lien_file"),
        )  # fmt: skip
        return 201, f"/api/v1/claims/{claim_id}", claim_reading.payment(made)

    return once(request, "claim.pay", raw, work)


@operation("POST", "/claim-payments/{payment_id}/approval", "claim.approve",
           answers={200: "ClaimPayment"}, body="Nothing")  # fmt: skip
def approve(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Approve a payment that another prepared."""
    raw, _ = read(request)

    def work() -> tuple[int, str, Any]:
        return 200, "", claim_reading.payment(claim_payments.approve(_principal(request), _id(payment_id)))

    return once(request, "claim.approve", raw, work)


@operation("POST", "/claim-payments/{payment_id}/posting", "claim.pay", answers={200: "ClaimPayment"}, body="Nothing")
def post(request: HttpRequest, payment_id: str) -> HttpResponse:
    """The payment has gone out."""
    raw, _ = read(request)

    def work() -> tuple[int, str, Any]:
        return 200, "", claim_reading.payment(claim_payments.post(_principal(request), _id(payment_id)))

    return once(request, "claim.pay", raw, work)


@operation("POST", "/claim-payments/{payment_id}/void", "claim.pay", answers={200: "ClaimPayment"}, body="WithReason")
def void(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Take back a payment that has not gone out."""
    raw, words = read(request, reason=Field(str))

    def work() -> tuple[int, str, Any]:
        made = claim_payments.void(_principal(request), _id(payment_id), words["reason"])
        return 200, "", claim_reading.payment(made)

    return once(request, "claim.pay", raw, work)


@operation("POST", "/claims/{claim_id}/recoveries", "claim.handle", answers={201: "ClaimRecovery"}, body="Words")
def expect_recovery(request: HttpRequest, claim_id: str) -> HttpResponse:
    """So many yen are to come back from whoever is liable."""
    raw, words = read(request, from_whom=Field(str), amount=Field(int), note=Field(str, False))

    def work() -> tuple[int, str, Any]:
        made = claim_recoveries.expect(
            _principal(request), claim_id, words["from_whom"], words["amount"], words.get("note", "")
        )
        return 201, f"/api/v1/claims/{claim_id}", claim_reading.recovery(made)

    return once(request, "claim.handle", raw, work)


@operation("POST", "/claim-payments/{payment_id}/returns", "claim.handle", answers={201: "ClaimRecovery"},
           body="NewReturn")  # fmt: skip
def expect_return(request: HttpRequest, payment_id: str) -> HttpResponse:
    """A payee is to return so many yen of a head of a payment that has gone out; the receipt of a recovery follows."""
    raw, words = read(request, cover=Field(UUID), head=Field(str), amount=Field(int), reason=Field(str))

    def work() -> tuple[int, str, Any]:
        made = claim_returns.expect(
            _principal(request), _id(payment_id), words["cover"], words["head"], words["amount"], words["reason"]
        )
        return 201, f"/api/v1/claims/{made.claim_id}", claim_reading.recovery(made)

    return once(request, "claim.handle", raw, work)


@operation("GET", "/claims/{claim_id}/recoveries", "claim.handle", answers={200: "ClaimBalance"})
def recoveries(request: HttpRequest, claim_id: str) -> HttpResponse:
    """What is to come back on a claim, and what co-insurers owe of their shares."""
    _query(request)
    return _json(_dump(claim_reading.balance(claim_recoveries.balance(_principal(request), claim_id))))


@operation("POST", "/claim-recoveries/{recovery_id}/receipt", "claim.pay", answers={200: "ClaimRecovery"},
           body="YenReceived")  # fmt: skip
def receive_recovery(request: HttpRequest, recovery_id: str) -> HttpResponse:
    """So many yen of a recovery have come in altogether; never less than before, never more than expected."""
    raw, words = read(request, received=Field(int))

    def work() -> tuple[int, str, Any]:
        made = claim_recoveries.receive(_principal(request), _id(recovery_id), words["received"])
        return 200, "", claim_reading.recovery(made)

    return once(request, "claim.pay", raw, work)
