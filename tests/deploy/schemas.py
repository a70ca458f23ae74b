"""JSON schemas for kubeconform, made from what an API server says of itself."""

import json
import re
from pathlib import Path
from typing import Any

_REFERENCE = re.compile(r'"\$ref": "#/definitions/([^"]+)"')


def write_schemas(openapi: dict[str, Any], folder: Path) -> int:
    """One file for each kind, named as kubeconform looks for it; how many. Unknown fields are refused."""
    folder.mkdir(parents=True, exist_ok=True)
    definitions = {name: _strict(body) for name, body in openapi["definitions"].items()}
    needs = {name: set(_REFERENCE.findall(json.dumps(body))) for name, body in definitions.items()}
    written = 0
    for name, body in openapi["definitions"].items():
        for one in body.get("x-kubernetes-group-version-kind", ()):
            # As kubeconform does: the first part of the group alone.
            group = one["group"].partition(".")[0]
            parts = [one["kind"].lower(), *([group] if group else []), one["version"]]
            schema = definitions[name] | {"definitions": {each: definitions[each] for each in _reached(name, needs)}}
            (folder / f"{'-'.join(parts)}.json").write_text(json.dumps(schema), encoding="utf-8")
            written += 1
    return written


def _reached(name: str, needs: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = set(needs[name])
    while ahead:
        one = ahead.pop()
        found.add(one)
        ahead |= needs[one] - found
    return found


def _strict(body: Any) -> Any:
    if isinstance(body, list):
        return [_strict(one) for one in body]
    if not isinstance(body, dict):
        return body
    # A quantity or a port may be a number or a text.
    if body.get("format") == "int-or-string" or body.get("x-kubernetes-int-or-string"):
        return {"oneOf": [{"type": "string"}, {"type": "integer"}]}
    found = {key: _strict(value) for key, value in body.items()}
    if "properties" in found and "additionalProperties" not in found:
        found["additionalProperties"] = False
    return found
