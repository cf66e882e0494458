"""An answer as the bytes that every door sends."""

from functools import lru_cache

from pydantic import TypeAdapter

from sonae.quotation import Answer, StoredAnswer

MEDIA_TYPE = "application/json"

_answers = TypeAdapter(Answer)
_stored_answers = TypeAdapter(StoredAnswer)


def encode(answer: Answer) -> bytes:
    """The answer as compact UTF-8 JSON; a stored one with its id and validity."""
    if isinstance(answer, StoredAnswer):
        return _stored_answers.dump_json(answer)
    return _answers.dump_json(answer)


@lru_cache(maxsize=1)
def answer_schema() -> dict[str, object]:
    """The JSON Schema of a stored answer, for OpenAPI."""
    return _stored_answers.json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
