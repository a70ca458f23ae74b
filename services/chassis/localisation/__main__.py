"""``python -m chassis.localisation extract|check PACKAGE_DIR [LANGUAGE…]``: keep a package's catalogs, or fail if they
are not kept.

The domain is the package's name. ``extract`` with languages makes the catalogs that are missing.
"""

import sys
from pathlib import Path

from chassis.localisation import upkeep

_USAGE = "usage: python -m chassis.localisation extract|check PACKAGE_DIR [LANGUAGE…]"


def main(arguments: list[str]) -> int:
    """Run the command; 0 when all is well, 1 when a check failed, 2 when it was called wrongly."""
    if len(arguments) < 2 or arguments[0] not in {"extract", "check"} or not Path(arguments[1]).is_dir():
        sys.stderr.write(_USAGE + "\n")
        return 2
    command, package_dir, languages = arguments[0], Path(arguments[1]), arguments[2:]
    domain = package_dir.resolve().name
    if domain == "localisation":  # This package's own few words are the chassis'.
        domain = "chassis"
    if command == "check":
        problems = upkeep.check(package_dir, domain)
        sys.stdout.writelines(problem + "\n" for problem in problems)
        return 1 if problems else 0
    for language in languages:
        upkeep.make(package_dir, domain, language)
    for path in upkeep.extract(package_dir, domain):
        sys.stdout.write(f"{path} updated\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
