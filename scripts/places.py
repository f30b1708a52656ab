"""Where the demo keeps its own: props and data under build/, so that the user's are never used."""

import os
from pathlib import Path

from steps import ROOT

DEMO = ROOT / "build" / "demo"
DATA = DEMO / "data"
PROPS = DEMO / "wskprops"
ELSEWHERE = ("FNKIT_", "WSK_", "WHISK_", "__OW_")
"""How variables begin that may lead to another platform. FNKIT_CACHE is kept: it leads to none."""


def environment() -> dict[str, str]:
    """The environment of the demo; models stay in the user's cache, so that none is fetched twice."""
    DEMO.mkdir(parents=True, exist_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == "FNKIT_CACHE" or not name.startswith(ELSEWHERE)
    }
    scripts = Path(ROOT, ".venv", "bin")
    return {
        **kept,
        "PATH": f"{scripts}{os.pathsep}{kept.get('PATH', '')}",
        "WSK_CONFIG_FILE": str(PROPS),
        "FNKIT_DATA": str(DATA),
        # The kernel of .venv, not one of the same name in the user's home; and no line in the user's history.
        "JUPYTER_PREFER_ENV_PATH": "1",
        "IPYTHONDIR": str(DEMO / "ipython"),
    }
