"""What the description of the API says of every endpoint alike."""

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
METHODS = {"get", "post", "put", "patch", "delete"}
ALWAYS = ("400", "401", "403", "404", "405", "406", "429")
FOR_WRITES = ("409", "412", "413", "415", "422", "428")


def describe_problems(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Add the problems to every operation, and the idempotency key to those that write."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path in result["paths"].values():
        for method, operation in path.items():
            if method not in METHODS:
                continue
            statuses = ALWAYS if method == "get" else (*ALWAYS, *FOR_WRITES)
            for status in statuses:
                operation["responses"].setdefault(status, ANSWER)
            if method != "get":
                operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    return result
