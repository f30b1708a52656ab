"""The verbs in a shell: `fnkit VERB …`."""

import sys
from collections.abc import Sequence


def main(line: Sequence[str] | None = None) -> None:
    """Run one command line and leave with its exit code: 0 done, 1 failed, 2 typed wrong."""
    words = list(sys.argv[1:] if line is None else line)
    if words == ["--version"]:
        import fnkit

        sys.stdout.write(f"fnkit {fnkit.__version__}\n")
        raise SystemExit(0)
    from fnkit.cli.commands import run

    raise SystemExit(run(words))
