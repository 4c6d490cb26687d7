"""The routes as the API's own document has them, with a request that each would take."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

API = "/api/v1"
METHODS = ("get", "post", "put", "patch", "delete")

_PLAIN = {"integer": 0, "number": 0, "boolean": False}
_BY_FORMAT = {
    "uuid": "0193a5b0-0000-7000-8000-000000000000",
    "email": "somebody@example.org",
    "date-time": "2030-01-01T00:00:00Z",
    "uri": "https://example.org/",
}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    """Below /api/v1, with its parameters in braces."""
    body: dict[str, Any] | None
    """The least that the route takes, if it takes a body."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    def at(self, ids: Mapping[str, str]) -> str:
        return self.path.format(**ids)


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        assert path.startswith(API), path
        for method in METHODS:
            if operation := item.get(method):
                yield Operation(method.upper(), path.removeprefix(API), _body(document, operation))


def _body(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:  # or a calendar file
        return None
    body: dict[str, Any] = least(document, content["application/json"]["schema"])
    if "type" in body and body["type"] == "user":  # the one rule that a schema cannot say
        body["user_id"] = _BY_FORMAT["uuid"]
    return body


def least(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """The smallest value of this schema: what is required and nothing else."""
    if reference := schema.get("$ref"):
        return least(document, document["components"]["schemas"][reference.rpartition("/")[2]])
    if choices := schema.get("anyOf"):
        return least(document, choices[0])
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "array":
        return [least(document, schema["items"]) for _ in range(schema.get("minItems", 0))]
    if kind == "string":
        return _BY_FORMAT.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
    if kind in _PLAIN:
        return schema.get("minimum", _PLAIN[kind])
    fields = schema.get("properties", {})
    return {name: least(document, fields[name]) for name in schema.get("required", [])}
