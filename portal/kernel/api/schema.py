"""What the description of the API says of every endpoint alike."""

from copy import deepcopy
from typing import Any

PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457). `code` is stable; `detail` speaks the caller's"
    " language; each of `errors` points into what was sent.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "source": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                    "line": {"type": "integer"},
                    "column": {"type": "string"},
                    "value": {"type": "string"},
                },
            },
        },
    },
}
ANSWER = {
    "description": "A problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "Any name for this write; a repeat with it is answered as the first time.",
}
# Told with every answer: how often the caller may ask, and how much of that is left.
RATE_HEADERS = {
    "RateLimit-Limit": "Requests that the caller may make in a minute.",
    "RateLimit-Remaining": "How many of these are left.",
    "RateLimit-Reset": "Seconds until one more is free.",
}
NUMBER = {"schema": {"type": "integer", "minimum": 0}}
REPLAYED = {
    "schema": {"type": "string", "const": "true"},
    "description": "The answer of the first write with this `Idempotency-Key`.",
}
METHODS = {"get", "post", "put", "patch", "delete"}
ALWAYS = ("400", "401", "403", "404", "405", "406", "429")
FOR_WRITES = ("409", "412", "413", "415", "422", "428")


def describe_problems(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Add problems and headers to every operation, and the idempotency key to those that write."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["headers"] = {
        **{name: {**NUMBER, "description": told} for name, told in RATE_HEADERS.items()},
        "Retry-After": {**NUMBER, "description": "Seconds to wait before asking again."},
        "Idempotent-Replayed": REPLAYED,
    }
    for path in result["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                _describe(operation, writes=method != "get")
    return result


def _describe(operation: dict[str, Any], *, writes: bool) -> None:
    responses = operation["responses"]
    for status in (*ALWAYS, *FOR_WRITES) if writes else ALWAYS:
        responses.setdefault(status, deepcopy(ANSWER))
    for status, answer in responses.items():
        headers = answer.setdefault("headers", {})
        told = [*RATE_HEADERS]
        told += ["Idempotent-Replayed"] if writes else []
        told += ["Retry-After"] if status == "429" else []
        for name in told:
            headers[name] = {"$ref": f"#/components/headers/{name}"}
    if writes:
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
