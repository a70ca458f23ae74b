"""JSON schemas for kubeconform, made from what an API server says of itself."""

import json
from pathlib import Path
from typing import Any


def write_schemas(openapi: dict[str, Any], folder: Path) -> int:
    """One file for each kind, named as kubeconform looks for it; how many. Unknown fields are refused."""
    folder.mkdir(parents=True, exist_ok=True)
    definitions = {name: _strict(body) for name, body in openapi["definitions"].items()}
    (folder / "_definitions.json").write_text(json.dumps({"definitions": definitions}), encoding="utf-8")
    written = 0
    for name, body in openapi["definitions"].items():
        for one in body.get("x-kubernetes-group-version-kind", ()):
            # As kubeconform does: the first part of the group alone.
            group = one["group"].partition(".")[0]
            parts = [one["kind"].lower(), *([group] if group else []), one["version"]]
            schema = {"$ref": f"_definitions.json#/definitions/{name}"}
            (folder / f"{'-'.join(parts)}.json").write_text(json.dumps(schema), encoding="utf-8")
            written += 1
    return written


def _strict(body: Any) -> Any:
    if isinstance(body, list):
        return [_strict(one) for one in body]
    if not isinstance(body, dict):
        return body
    found = {key: _strict(value) for key, value in body.items()}
    if "properties" in found and "additionalProperties" not in found:
        found["additionalProperties"] = False
    if isinstance(found.get("$ref"), str):
        found["$ref"] = found["$ref"].replace("#/definitions/", "_definitions.json#/definitions/")
    # A quantity or a port may be a number or a text.
    if found.get("format") == "int-or-string" or found.get("x-kubernetes-int-or-string"):
        found = {"oneOf": [{"type": "string"}, {"type": "integer"}]}
    return found
