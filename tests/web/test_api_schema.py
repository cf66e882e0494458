"""The API does what its own OpenAPI document says, for requests that schemathesis makes up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import checks

if TYPE_CHECKING:
    from .calling import Caller

EXAMPLES = 40
CHECKED = {"not_a_server_error", "status_code_conformance", "content_type_conformance",
           "response_headers_conformance", "response_schema_conformance"}  # fmt: skip


def test_the_document_is_openapi_3_1_and_describes_every_api_route(caller: Caller) -> None:
    from sonae.office import declarations

    document = caller.call("GET", "/openapi.json").json
    assert document["openapi"].startswith("3.1")
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    declared = {
        (row["method"], row["path"].replace("<", "{").replace(">", "}"))
        for row in declarations.routes()
        if row["path"].startswith("/api/v1/") and "?" not in row["path"]
    }
    assert described == declared
    text = json.dumps(document)
    assert '"application/problem+json"' in text
    references = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert references <= set(document["components"]["schemas"])


def test_schemathesis_finds_no_answer_that_the_document_does_not_describe(caller: Caller) -> None:
    schema = schemathesis.openapi.from_url(f"{caller.url}/api/v1/openapi.json")
    wanted = [check for check in checks.CHECKS.get_all() if check.__name__ in CHECKED]
    assert {check.__name__ for check in wanted} == CHECKED
    operations = [found.ok() for found in schema.get_all_operations()]
    described = caller.call("GET", "/openapi.json").json["paths"].values()
    assert len(operations) == sum(map(len, described)) - 1  # the document itself is left out
    tried: Counter[tuple[str, str]] = Counter()

    def promise(operation: Any, mode: schemathesis.GenerationMode) -> Callable[[], None]:
        @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
                  phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Any) -> None:
            case.call_and_validate(checks=wanted, headers={"Authorization": f"Bearer {caller.key}"})
            tried[operation.label, mode.value] += 1

        return holds

    for operation in operations:
        for mode in schemathesis.GenerationMode:
            with suppress(Unsatisfiable):  # what has no parameters has no wrong requests
                promise(operation, mode)()
    for mode in schemathesis.GenerationMode:
        assert tried["POST /api/v1/quotations", mode.value] >= EXAMPLES
        assert tried["GET /api/v1/quotations", mode.value] >= EXAMPLES
    assert {label for label, _ in tried} == {operation.label for operation in operations}
