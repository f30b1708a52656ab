"""Where the demo keeps its own: a props file and a data folder under build/, so that the user's are never used."""

import os
from pathlib import Path

from steps import ROOT

DEMO = ROOT / "build" / "demo"
DATA = DEMO / "data"
PROPS = DEMO / "wskprops"
CLOUD = (
    "APIHOST",
    "AUTH",
    "NAMESPACE",
    "WSK_APIHOST",
    "WSK_AUTH",
    "WSK_NAMESPACE",
    "FNKIT_APIHOST",
    "FNKIT_AUTH",
)
"""Variables that would lead somewhere else."""


def environment() -> dict[str, str]:
    """The environment of all that the demo runs. Models stay in the cache of the user: nothing is fetched twice."""
    DEMO.mkdir(parents=True, exist_ok=True)
    kept = {
        name: value for name, value in os.environ.items() if name not in CLOUD and not name.startswith("__OW_")
    }
    scripts = Path(ROOT, ".venv", "bin")
    return {
        **kept,
        "PATH": f"{scripts}{os.pathsep}{kept.get('PATH', '')}",
        "WSK_CONFIG_FILE": str(PROPS),
        "FNKIT_DATA": str(DATA),
    }
