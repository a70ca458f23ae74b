"""JSON and YAML as a tree of plain texts with their line numbers. Nothing is guessed: `19.90` stays `19.90`, `no`
stays `no`.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from wismo.cli.exits import UsageProblem


@dataclass(frozen=True, slots=True)
class Value:
    """A text, a list, or a mapping; None where nothing was given. ``line`` is counted from 1; 0: from the command
    line.
    """

    content: str | list["Value"] | dict[str, "Value"] | None
    line: int = 0


def read(text: str, name: str) -> Value:
    """The tree of one document. Raises UsageProblem with file, line and column."""
    if name.endswith(".json") or text.lstrip().startswith("{"):
        try:
            json.loads(text)
        except ValueError as bad:
            raise UsageProblem(f"{name}: this is no JSON: {bad}") from None
        # YAML reads all of JSON but tabs between its parts; inside strings JSON has no bare tabs.
        text = text.replace("\t", " ")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as bad:
        mark = getattr(bad, "problem_mark", None)
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark is not None else name
        raise UsageProblem(f"{place}: {getattr(bad, 'problem', None) or bad}") from None
    if node is None:
        raise UsageProblem(f"{name} is empty")
    return _value(node, name)


def read_file(path: str, stdin: str | None = None) -> tuple[Value, str]:
    """The tree of a file, or of ``stdin`` for `-`, and how to call it in messages."""
    if path == "-":
        return read(stdin or "", "standard input"), "standard input"
    try:
        text = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as bad:
        raise UsageProblem(f"{path} is not UTF-8 text: {bad}") from None
    return read(text, path), path


def _value(node: yaml.Node, name: str) -> Value:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        content: dict[str, Value] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise UsageProblem(f"{name}:{line}: a key must be a plain word")
            if key.value in content:
                raise UsageProblem(f"{name}:{key.start_mark.line + 1}: {key.value} is there twice")
            content[key.value] = _value(value, name)
        return Value(content, line)
    if isinstance(node, yaml.SequenceNode):
        return Value([_value(item, name) for item in node.value], line)
    if node.tag == "tag:yaml.org,2002:null":
        return Value(None, line)
    # JSON writes signs beyond the first 65,536 as two halves; YAML hands them over unjoined.
    return Value(str(node.value).encode("utf-16", "surrogatepass").decode("utf-16"), line)
