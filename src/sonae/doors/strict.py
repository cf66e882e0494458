"""The core's frozen values read strictly. The core knows no pydantic; strictness is hung on its types from here."""

from typing import Any

from pydantic import ConfigDict, GetCoreSchemaHandler


def read_strictly(*shapes: type) -> None:
    """From now on these dataclasses are read without converting a value and without a field they do not have."""
    for shape in shapes:
        setattr(shape, "__pydantic_config__", ConfigDict(extra="forbid", strict=True))  # noqa: B010
        setattr(shape, "__get_pydantic_core_schema__", classmethod(_from_object))  # noqa: B010


def _from_object(_cls: type, source: Any, handler: GetCoreSchemaHandler) -> Any:
    """Every field strict, but the whole given as a parsed JSON object: strict dataclasses take only instances."""
    return {**handler(source), "strict": False}
