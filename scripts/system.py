"""What the tests need from the system: bubblewrap for the sandbox, node with npm, and a browser.

Installed by apt where this is root on a Debian or Ubuntu; elsewhere it is said what is missing, and the tests that
need it are skipped and listed at their end.
"""

import os
import shutil

from steps import say, step

NEEDED = {
    "bubblewrap": (("bwrap",), "the first rung of the sandbox ladder"),
    "nodejs": (("node",), "exported pages and scripts, nor of nodejs actions"),
    "npm": (("npm",), "OpenWhisk's own clients in JavaScript"),
    "chromium": (("chromium", "chromium-browser", "google-chrome"), "JupyterLab in a real browser"),
}
"""apt package: the commands of which one will do, and what it is for."""
FONTS = "fonts-dejavu-core"
"""A browser without a font draws boxes; it comes along with chromium."""


def main() -> None:
    """Install what is missing, or say what is missing."""
    missing = [name for name, (commands, _) in NEEDED.items() if not any(map(shutil.which, commands))]
    if not missing:
        say("System: bubblewrap, node, npm and chromium are here")
    elif _may_install():
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        extra = [FONTS] if "chromium" in missing else []
        step("System: apt-get update", ["apt-get", "update"], environment)
        install = ["apt-get", "install", "-y", "--no-install-recommends", *missing, *extra]
        step(f"System: installing {', '.join(missing)}", install, environment)
    else:
        for name in missing:
            say(f"System: {name} is missing: no test of {NEEDED[name][1]} (Debian: apt-get install {name})")


def _may_install() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


if __name__ == "__main__":
    main()
