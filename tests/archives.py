"""Archives as a PUT brings them."""

import base64
import io
import zipfile
from collections.abc import Mapping


def zipped(files: Mapping[str, str]) -> str:
    """A zip of these files, as base64."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return base64.b64encode(buffer.getvalue()).decode()
