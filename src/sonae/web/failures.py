"""What is answered where no view answers: a problem document below /api/, a page elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from sonae.doors.problem import Problem
from sonae.office import access
from sonae.web import problems

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _answer(problem: Problem) -> HttpResponse:
    from sonae.web.api import problem_response

    return problem_response(problem)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    wrong = Problem("bad-request", 400, "リクエストが正しくありません", "The request is malformed")
    return _answer(wrong) if _is_api(request) else defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(problems.FORBIDDEN) if _is_api(request) else defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(problems.NOT_FOUND) if _is_api(request) else defaults.page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    return _answer(problems.BROKEN) if _is_api(request) else defaults.server_error(request)


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database is away or too slow; whether a last commit was done, a retry under the same key will tell."""
    if _is_api(request):
        return _answer(problems.UNAVAILABLE)
    words = "ただいまご利用いただけません。少し待ってからお試しください。\nNot available at the moment.\n"
    return HttpResponse(words, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "5"})


@csrf_exempt
@access.requires(**dict.fromkeys(_METHODS, access.PUBLIC))
def no_such_route(_request: HttpRequest, rest: str = "") -> HttpResponse:
    """Everything below /api/ that is no route."""
    return _answer(problems.NOT_FOUND)


def api_methods(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A method that a route of the API does not have is answered as a problem too."""

    def answering(request: HttpRequest) -> HttpResponse:
        answer = get_response(request)
        if answer.status_code == 405 and _is_api(request):
            wrong: Any = _answer(problems.METHOD_NOT_ALLOWED)
            wrong["Allow"] = answer.get("Allow", "")
            return wrong  # type: ignore[no-any-return]
        return answer

    return answering
