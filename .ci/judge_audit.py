"""Read pip-audit's report (`--format json`) on standard input; fail where a package is vulnerable or was not judged.

pip-audit itself passes over what its service does not know, and calls the rest free of vulnerabilities.
"""

import json
import sys


def main() -> int:
    """Return the exit status: 0 judged and free of them, 1 vulnerable or judged in part only, 3 nothing was judged."""
    try:
        packages = json.loads(sys.stdin.read())["dependencies"]
    except (ValueError, KeyError, TypeError):
        packages = []
    vulnerable = {each["name"]: each["vulns"] for each in packages if each.get("vulns")}
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    for name, found in vulnerable.items():
        print(f"{name}: {', '.join(one['id'] for one in found)}")  # noqa: T201
    if vulnerable:
        return 1
    if len(skipped) == len(packages):
        print("NOT JUDGED: the service of vulnerabilities answered for no package at all.", file=sys.stderr)  # noqa: T201
        return 3
    if skipped:
        print(f"NOT JUDGED: {', '.join(skipped)}", file=sys.stderr)  # noqa: T201
        return 1
    print(f"{len(packages)} packages, no known vulnerability.")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
