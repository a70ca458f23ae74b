"""Make everything that is derived from the `.proto` files, or check that it is up to date.

`python protos/tools/generate.py` writes the Python modules beside the protos and `wismo/contract.binpb`;
`--check` makes them anew in a temporary folder, compares byte by byte, and runs buf's format, lint and breaking checks.
`--release` makes today's contract the one that later changes must not break (`protos/released.binpb`).

Why it is not one call of protoc: the validation rules import `buf/validate/validate.proto`. Generated code that imports
it would collide with any other package that ships that file, so the published Python code is generated from a copy of
the descriptors without the rules, and the server validates with `contract.binpb`, which keeps them.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2, duration_pb2, field_mask_pb2, timestamp_pb2
from google.rpc import status_pb2
from google.type import money_pb2
from grpc_tools import protoc
from protovalidate._gen.buf.validate.validate_pb import FieldRules  # The wheel ships the descriptor, not the file.

PROTOS = Path(__file__).resolve().parents[1]
RULES = "buf/validate/validate.proto"
CONTRACT = Path("wismo/contract.binpb")
RELEASED = PROTOS / "released.binpb"


def sources() -> list[str]:
    """The paths of all `.proto` files below `protos/`, relative to it, sorted."""
    return sorted(str(path.relative_to(PROTOS)) for path in PROTOS.glob("wismo/**/*.proto"))


def imported() -> descriptor_pb2.FileDescriptorSet:
    """Every file that ours import, from the descriptors that the installed packages carry."""
    result = descriptor_pb2.FileDescriptorSet()
    seen: set[str] = set()

    def add(file: descriptor_pb2.FileDescriptorProto) -> None:
        if file.name not in seen:
            seen.add(file.name)
            result.file.append(file)

    for module in (descriptor_pb2, timestamp_pb2, duration_pb2, field_mask_pb2, money_pb2, status_pb2):
        for descriptor in (*module.DESCRIPTOR.dependencies, module.DESCRIPTOR):
            proto = descriptor_pb2.FileDescriptorProto()
            descriptor.CopyToProto(proto)
            add(proto)
    add(descriptor_pb2.FileDescriptorProto.FromString(FieldRules.desc().file.proto.to_binary()))
    return result


def run_protoc(*arguments: str) -> None:
    """Run protoc inside this process' package; its own message is on stderr when it fails."""
    if protoc.main(["protoc", *arguments]) != 0:
        raise SystemExit("protoc failed")


def compile_contract(work: Path) -> descriptor_pb2.FileDescriptorSet:
    """All our files and what they import, with rules and comments."""
    (work / "imports.binpb").write_bytes(imported().SerializeToString(deterministic=True))
    full = work / "full.binpb"
    run_protoc(
        f"-I{PROTOS}",
        f"--descriptor_set_in={work / 'imports.binpb'}",
        "--include_imports",
        "--include_source_info",
        f"--descriptor_set_out={full}",
        *sources(),
    )
    return descriptor_pb2.FileDescriptorSet.FromString(full.read_bytes())


def without_rules(contract: descriptor_pb2.FileDescriptorSet) -> descriptor_pb2.FileDescriptorSet:
    """A copy in which no file imports the rules and no option carries them."""
    stripped = descriptor_pb2.FileDescriptorSet()
    for file in contract.file:
        if file.name == RULES:
            continue
        copy = stripped.file.add()
        copy.CopyFrom(file)
        if not file.name.startswith("wismo/"):
            continue
        kept = [name for name in copy.dependency if name != RULES]
        del copy.dependency[:]
        copy.dependency.extend(kept)
        for message in copy.message_type:
            strip_message(message)
    return stripped


def strip_message(message: descriptor_pb2.DescriptorProto) -> None:
    """Remove options from a message, its fields, oneofs and inner messages; ours carry rules and nothing else."""
    message.ClearField("options")
    for item in (*message.field, *message.oneof_decl):
        item.ClearField("options")
    for nested in message.nested_type:
        strip_message(nested)


def write_all(target: Path, work: Path) -> None:
    """Write the contract and the Python modules below `target`."""
    contract = compile_contract(work)
    (work / "image.binpb").write_bytes(contract.SerializeToString(deterministic=True))
    stripped = work / "stripped.binpb"
    stripped.write_bytes(without_rules(contract).SerializeToString(deterministic=True))
    target.mkdir(parents=True, exist_ok=True)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # For the mypy plugins.
    outputs = [f"--{kind}_out={target}" for kind in ("python", "grpc_python")]
    outputs += [f"--{kind}_out=quiet:{target}" for kind in ("mypy", "mypy_grpc")]
    run_protoc(f"--descriptor_set_in={stripped}", *outputs, *sources())
    for path in target.glob("wismo/**/*_pb2_grpc.py*"):
        if "Stub" not in path.read_text():  # Files without a service.
            path.unlink()
    for file in contract.file:
        file.ClearField("source_code_info")
    (target / CONTRACT).write_bytes(contract.SerializeToString(deterministic=True))


def generated(root: Path) -> dict[str, bytes]:
    """Every derived file below `root`, by its relative path."""
    paths = [*root.glob("wismo/**/*_pb2*.py"), *root.glob("wismo/**/*_pb2*.pyi"), root / CONTRACT]
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(paths) if path.is_file()}


def buf(*arguments: str) -> bool:
    """Run buf; True when it is content."""
    command = [str(Path(sys.executable).parent / "buf"), *arguments]
    return subprocess.run(command, cwd=PROTOS, check=False).returncode == 0


def check() -> int:
    """0 when what is committed is what would be generated, and buf finds nothing."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        write_all(work / "out", work)
        fresh, committed = generated(work / "out"), generated(PROTOS)
        stale = sorted(name for name in fresh.keys() | committed.keys() if fresh.get(name) != committed.get(name))
        for name in stale:
            print(f"protos/{name} is not what its .proto says; run `make protos`", file=sys.stderr)
        image = str(work / "image.binpb")
        fine = [
            not stale,
            buf("format", "--diff", "--exit-code"),
            buf("lint", image),
            not RELEASED.exists() or buf("breaking", image, "--against", str(RELEASED)),
        ]
    return 0 if all(fine) else 1


def main() -> int:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare instead of writing, and run buf")
    parser.add_argument("--release", action="store_true", help="write protos/released.binpb")
    options = parser.parse_args()
    if options.check:
        return check()
    with tempfile.TemporaryDirectory() as folder:
        write_all(PROTOS, Path(folder))
        buf("format", "--write")
        if options.release:
            RELEASED.write_bytes((PROTOS / CONTRACT).read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
