"""The HTTP API, /api/v1: bytes in, the desk, bytes out. Its words and shapes are the contract's."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI
from ninja.security import HttpBearer

from sonae.doors import answer as answer_door
from sonae.doors import problem as problem_door
from sonae.doors.problem import Problem
from sonae.office import access, catalogue, desk, idempotency
from sonae.office.access import PUBLIC, Principal
from sonae.office.logs import log
from sonae.office.models import Quotation
from sonae.period import JST
from sonae.web import openapi, problems, product_words
from sonae.web.budget import budgets
from sonae.web.hot import BODY_LIMIT, is_json

View = Callable[..., HttpResponse]


class Refused(Exception):
    """The request ends here with a problem."""

    def __init__(self, problem: Problem, retry_after: int = 1) -> None:
        self.problem, self.retry_after = problem, retry_after
        super().__init__(problem.kind)


def admitted(request: HttpRequest, principal: Principal, permission: str) -> Principal:
    """Whoever may do this and has some budget left; from now on the request is theirs. Raises Refused."""
    request.principal = principal  # type: ignore[attr-defined]
    if not principal.may(permission):
        raise Refused(problems.FORBIDDEN)
    wait = budgets.spend(principal.name, principal.budget_per_minute)
    if wait:
        raise Refused(problems.TOO_MANY, wait)
    return principal


class Key(HttpBearer):
    """A live key with the operation's permission and some budget left; asked before the body is read."""

    openapi_scheme = "bearer"

    def __init__(self, permission: str) -> None:
        super().__init__()
        self.permission = permission

    def __call__(self, request: HttpRequest) -> Principal:
        principal = access.principal_of_key(request.headers.get("Authorization", ""))
        if principal is None:
            raise Refused(problems.UNAUTHENTICATED)
        return admitted(request, principal, self.permission)

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        raise NotImplementedError  # the base class asks for it; __call__ does its work


class Api(NinjaAPI):
    """Without the framework's own pages; each view carries its methods' permissions for the table of routes."""

    def _get_urls(self) -> list[Any]:
        urls = []
        for router in self._get_bound_routers():
            for route, path_view in router.path_operations.items():
                view: Any = path_view.get_view()
                view.sonae_permissions = {
                    method: getattr(operation.view_func, "sonae_permission", "")
                    for operation in path_view.operations
                    for method in operation.methods
                }
                urls.append(path(route.lstrip("/").replace("{", "<").replace("}", ">"), view))
        return urls


api = Api(title="sonae", version="1", openapi_url=None, docs_url=None, urls_namespace="api-v1")


def operation(method: str, route: str, permission: str, **documented: Any) -> Callable[[View], View]:
    """Declares one operation with its one permission and its part of the OpenAPI document."""

    def declare(view: View) -> View:
        view.sonae_permission = permission  # type: ignore[attr-defined]
        auth = None if permission == PUBLIC else Key(permission)
        extra = openapi.operation(permission, **documented)
        api.api_operation([method], route, auth=auth, openapi_extra=extra)(view)
        return view

    return declare


@operation(
    "POST", "/quotations", "quotation.store",
    answers={201: "StoredAnswer", 200: "Answer"}, body="QuotationRequest", problems=(400, 409, 413, 415, 422),
    query={"dry_run": {"type": "string", "enum": ["true", "false"]}},
    headers={"Idempotency-Key": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"}},
)  # fmt: skip
def store_quotation(request: HttpRequest) -> HttpResponse:
    """Price a request and store it; a refusal is stored too. With dry_run=true nothing is stored."""
    dry_run = _query(request, "dry_run").get("dry_run", "false")
    if dry_run not in ("true", "false"):
        raise Refused(problems.bad_query("dry_run", "trueかfalseです。", "Write true or false."))
    raw = _body(request)
    if dry_run == "true":
        estimated = desk.estimate(raw)
        if isinstance(estimated, Problem):
            raise Refused(estimated)
        return _json(answer_door.encode(estimated))
    key = request.headers.get("Idempotency-Key")
    if key is not None and not idempotency.well_formed(key):
        raise Refused(problems.BAD_KEY)
    stored = desk.store_quotation(_principal(request), raw, key)
    if isinstance(stored, Problem):
        raise Refused(stored)
    answer = _json(stored.answer_bytes, 201)
    answer["Location"] = f"/api/v1/quotations/{stored.id}"
    if stored.replayed:
        answer["Idempotency-Replayed"] = "true"
    return answer


@operation(
    "GET", "/quotations", "quotation.read", answers={200: "QuotationList"}, problems=(422,),
    query={
        "limit": {"type": "integer", "minimum": 1, "maximum": desk.PAGE_LIMIT},
        "before": {"type": "string", "description": "`next` of the page before"},
    },
)  # fmt: skip
def list_quotations(request: HttpRequest) -> HttpResponse:
    """The agency's own stored quotations, newest first."""
    asked = _query(request, "limit", "before")
    limit = asked.get("limit", "50")
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 3 and 1 <= int(limit) <= desk.PAGE_LIMIT):
        raise Refused(problems.bad_query("limit", f"1〜{desk.PAGE_LIMIT}の整数です。", f"1 to {desk.PAGE_LIMIT}."))
    before = _read_cursor(asked["before"]) if "before" in asked else None
    rows = desk.list_quotations(_principal(request), before=before, limit=int(limit))
    following = f"{int(rows[-1].created_at.timestamp())}.{rows[-1].id}" if len(rows) == int(limit) else None
    return _json(_dump({"quotations": [_listed(row) for row in rows], "next": following}))


@operation("GET", "/quotations/{quotation_id}", "quotation.read", answers={200: "StoredAnswer"}, problems=(404,))
def get_quotation(request: HttpRequest, quotation_id: str) -> HttpResponse:
    """The answer as it was sent, byte for byte."""
    _query(request)
    return _json(bytes(desk.quotation(_principal(request), quotation_id).answer_bytes))


@operation(
    "POST", "/quotations/{quotation_id}/share", "quotation.share", answers={201: "Share"}, problems=(404,),
)  # fmt: skip
def share_quotation(request: HttpRequest, quotation_id: str) -> HttpResponse:
    """A link that shows this quotation without a log-in until it expires. The link is told this once."""
    _query(request)
    shared = desk.share(_principal(request), quotation_id)
    link = f"/q/{shared.token}"
    answer = _json(_dump({"path": link, "expires_at": shared.expires_at.isoformat()}), 201)
    answer["Location"] = link
    return answer


@operation(
    "POST", "/quotations/{quotation_id}/end-links", "quotation.share", answers={200: "SharesEnded"}, problems=(404,),
)  # fmt: skip
def end_shares(request: HttpRequest, quotation_id: str) -> HttpResponse:
    """The links to this quotation open nothing from now on; how many did. Safe to repeat."""
    _query(request)
    return _json(_dump({"ended": desk.revoke_shares(_principal(request), quotation_id)}))


@operation("GET", "/products", PUBLIC, answers={200: "ProductList"})
def list_products(request: HttpRequest) -> HttpResponse:
    """The product years that can be asked for."""
    _query(request)
    return _json(_dump({"products": [product_words.summary(product) for product in catalogue.shipped()]}))


@operation("GET", "/products/{product_id}", PUBLIC, answers={200: "Product"}, problems=(404,))
def get_product(request: HttpRequest, product_id: str) -> HttpResponse:
    """A product year's vocabulary: industries, plans, sets, riders, menus, the sheet's questions."""
    _query(request)
    product = catalogue.shipped().get(product_id)
    if product is None:
        raise Refused(problems.NOT_FOUND)
    return _json(_dump(product_words.vocabulary(product)))


@operation("GET", "/openapi.json", PUBLIC, answers={200: "OpenApi"})
def openapi_document(request: HttpRequest) -> HttpResponse:
    """This document."""
    _query(request)
    return _json(openapi.document(api))


# --- reading and answering ----------------------------------------------------------------------------------------


def _principal(request: HttpRequest) -> Principal:
    principal = request.principal  # type: ignore[attr-defined]
    assert isinstance(principal, Principal), "the operation's key was checked"
    return principal


def _body(request: HttpRequest) -> bytes:
    if not is_json(request.headers.get("Content-Type", "")):
        raise Refused(problems.NOT_JSON_TYPE)
    length = request.headers.get("Content-Length", "")
    if not (length.isascii() and length.isdigit()):
        raise Refused(problems.LENGTH_REQUIRED)
    if len(length) > 15 or int(length) > BODY_LIMIT:
        raise Refused(problem_door.too_large(BODY_LIMIT))
    return request.body


def _query(request: HttpRequest, *known: str) -> dict[str, str]:
    """The query's parameters, each known and given once."""
    found = {}
    for name, values in request.GET.lists():
        if name not in known:
            listed = "、".join(known) or "なし"
            raise Refused(problems.bad_query(name, f"使える項目: {listed}", f"Allowed: {', '.join(known) or 'none'}"))
        if len(values) != 1:
            raise Refused(problems.bad_query(name, "1回だけ書いてください。", "Give it once."))
        found[name] = values[0]
    return found


def _read_cursor(text: str) -> tuple[datetime, UUID]:
    moment, _, row = text.partition(".")
    try:
        if not (moment.isascii() and moment.isdigit() and len(moment) <= 11):
            raise ValueError
        return datetime.fromtimestamp(int(moment), UTC), UUID(row)
    except (ValueError, OverflowError, OSError):
        raise Refused(
            problems.bad_query("before", "前のページのnextを書いてください。", "Give the `next` of a page.")
        ) from None


def _listed(row: Quotation) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "created_at": row.created_at.astimezone(JST).isoformat(),
        "valid_until": row.valid_until.isoformat(),
        "product": row.product_id,
        "industry": row.industry,
        "annual_sales": row.annual_sales,
        "plan": row.plan,
        "set": row.set,
        "premium": row.premium,
        "name": row.for_name,
        "corporate_number": row.for_corporate_number,
    }


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _json(body: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, content_type=answer_door.MEDIA_TYPE)


def problem_response(problem: Problem, retry_after: int = 1) -> HttpResponse:
    return HttpResponse(
        problem_door.encode(problem),
        status=problem.status,
        content_type=problem_door.MEDIA_TYPE,
        headers=problems.headers(problem, retry_after),
    )


@api.exception_handler(Refused)
def _refused(_request: HttpRequest, refused: Refused) -> HttpResponse:
    return problem_response(refused.problem, refused.retry_after)


@api.exception_handler(PermissionDenied)
def _forbidden(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem_response(problems.FORBIDDEN)


@api.exception_handler(desk.NotFound)
def _not_found(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem_response(problems.NOT_FOUND)


@api.exception_handler(desk.StillRunning)
def _still_running(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem_response(problems.STILL_RUNNING)


@api.exception_handler(desk.OtherBody)
def _other_body(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem_response(problems.OTHER_BODY)


@api.exception_handler(OperationalError)
def _unavailable(_request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("no database", route="api", exception=type(error).__name__)
    return problem_response(problems.UNAVAILABLE)


@api.exception_handler(Exception)
def _broken(_request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("failed", route="api", exception=type(error).__name__)
    return problem_response(problems.BROKEN)
