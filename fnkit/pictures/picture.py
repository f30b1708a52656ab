"""A picture that can be shown and kept: SVG, PNG, and Mermaid where it is a flow."""

from dataclasses import dataclass, field
from pathlib import Path

from fnkit.core.errors import BadArgument
from fnkit.pictures import svg
from fnkit.pictures.scene import Scene


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn, once; in a notebook it shows itself."""

    scene: Scene = field(repr=False)
    mermaid: str = field(default="", repr=False)
    """The same as text for documents, empty where there is none."""

    @property
    def svg(self) -> str:
        """An SVG document that says more under the mouse where it is opened by itself; light and dark."""
        return svg.alive(self.scene)

    @property
    def still(self) -> str:
        """An SVG document that stands still."""
        return svg.document(self.scene)

    def png(self, scale: float = 2.0, dark: bool = False) -> bytes:
        """The picture in pixels, `scale` of them for each of the SVG's. Raises MissingPackage."""
        from fnkit.pictures import png

        return png.document(self.scene, scale, dark)

    def save(self, path: Path | str) -> Path:
        """Write it as the file's ending says: .svg, .png or .mmd. Raises BadArgument."""
        target = Path(path).expanduser()
        match target.suffix.lower():
            case ".svg":
                content = self.svg.encode()
            case ".png":
                content = self.png()
            case ".mmd" if self.mermaid:
                content = self.mermaid.encode()
            case _:
                kinds = ".svg, .png or .mmd" if self.mermaid else ".svg or .png"
                raise BadArgument(f"Writing a picture to {target}", f"its name does not end in {kinds}.")
        try:
            target.write_bytes(content)
        except OSError as error:
            raise BadArgument(f"Writing a picture to {target}", f"{error.strerror}.") from None
        return target

    def __str__(self) -> str:
        return self.scene.about
