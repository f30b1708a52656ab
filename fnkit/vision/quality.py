"""How good a photo is as a photo: six named scores and one total, from the pixels alone.

There is no reference to compare with and no trained model; each score is a measure from the literature, put on
a scale from 0 (bad) to 100 (no fault seen). A photo is judged at the size at which it is shown: what is larger
than 1600 pixels is reduced first; JPEG's blocks, which that would hide, are looked for in its middle.

* sharpness: the blur radius of the sharpest edges in pixels. An edge is blurred once more by a known radius; how
  much its gradient falls tells how blurred it was. S. Zhuo, T. Sim: Defocus map estimation from a single image,
  Pattern Recognition 44 (2011), section 3. The sharpest fifth of the strong edges counts, so that a soft
  background costs nothing, and the worse direction does, so that a camera that moved sideways is found out.
  A direction with next to no strong edges has nothing sharp in it.
* noise: its standard deviation in the calmest tenth of the photo. J. Immerkær: Fast noise variance estimation,
  Computer Vision and Image Understanding 64 (1996).
* compression: JPEG's blocks. Z. Wang, H. R. Sheikh, A. C. Bovik: No-reference perceptual quality assessment of
  JPEG compressed images, ICIP 2002, with its constants, wherever the grid of 8 by 8 begins.
* exposure: how far the mean brightness is from the middle, and how much is plain black or white.
* contrast: the standard deviation of the brightness. E. Peli: Contrast in complex images, JOSA A 7 (1990).
* colourfulness: D. Hasler, S. Süsstrunk: Measuring colourfulness in natural images, SPIE 5007 (2003).

The total is sharpness × noise × compression × exposure, since each of them alone can spoil a photo; flat contrast
takes up to a quarter of that, and lack of colour a tenth: black and white may be meant. The curves from measures
to scores are ours. They were chosen on real photos that were blurred, shaken, made noisy, compressed and exposed
wrongly by known amounts; on 84 blurred, 84 noisy and 84 compressed ones their rank correlation with BRISQUE
(A. Mittal and others, 2012) is 0.82, 0.84 and 0.85. BRISQUE, which is one number, has the shaken clock as
good as a plant before a soft background. A fine, even texture (grass, gravel) is taken for noise; taste is not
measured.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fnkit.core.errors import BadPhoto
from fnkit.models import images
from fnkit.models.images import Photo

LARGEST, SMALLEST = 1600, 48
"""Pixels of a photo's longer side from which it is reduced, and of its shorter one below which nothing is told."""
TILE = 8
GRID = 8
"""Of JPEG's blocks."""
PRESMOOTHED, REBLURRED = 0.8, 1.2
"""Pixels: what calms the noise before edges are looked at, and what an edge is blurred with once more."""
EDGE = 6.0
"""Levels a pixel: a gradient above it is an edge, where it is also above three times the noise."""
FEWEST = 1 / 5000
"""Of the pixels that are crests of edges: fewer are none."""
SHARPEST = 20
CALMEST = 10
"""Percent of the edges, and of the tiles, that are looked at."""
BLURRED = 5.0
"""Pixels: more blur is not told apart."""

Levels = NDArray[np.float32]
"""Brightness, shape (height, width), 0..255."""


@dataclass(frozen=True, slots=True)
class Quality:
    """The scores of a photo from 0 to 100; of noise and compression 100 is none that can be seen."""

    total: float
    sharpness: float
    noise: float
    compression: float
    exposure: float
    contrast: float
    colourfulness: float

    @property
    def fault(self) -> str:
        """The lowest of the four scores that can spoil a photo, by name."""
        names = ("sharpness", "noise", "compression", "exposure")
        return min(names, key=lambda name: float(getattr(self, name)))

    def to_json(self) -> dict[str, float]:
        """`{"total", "sharpness", …}` to a tenth."""
        return {name: round(score, 1) for name, score in asdict(self).items()}


def measure(photo: Photo) -> Quality:
    """The quality of a photo (height, width, 3). Raises BadPhoto where it has under 48 pixels a side."""
    height, width = photo.shape[:2]
    if min(height, width) < SMALLEST:
        found = f"{width}×{height} pixels tell nothing."
        raise BadPhoto("Judging a photo", found, f"Give one of at least {SMALLEST}×{SMALLEST}.")
    shown = _reduced(photo)
    levels = _brightness(shown)
    noise = noise_level(levels)
    tiles = _tiles(shown.astype(np.float32), TILE)
    faults = {
        "sharpness": math.exp(-((blur_radius(levels, noise) / 2) ** 2)),
        "noise": math.exp(-((noise / 12) ** 2)),
        "compression": min(1.0, max(0.0, (jpeg_quality(_brightness(_middle(photo))) - 1) / 8)),
        "exposure": _exposure(levels),
    }
    contrast = min(1.0, float(_brightness(tiles).std()) / 50)
    colour = min(1.0, colourfulness(tiles) / 60)
    total = math.prod(faults.values()) * (0.75 + 0.25 * contrast) * (0.9 + 0.1 * colour)
    scores = {"total": total, **faults, "contrast": contrast, "colourfulness": colour}
    return Quality(**{name: 100 * score for name, score in scores.items()})


def blur_radius(levels: Levels, noise: float = 0.0) -> float:
    """The blur of the sharpest edges as the standard deviation of a Gaussian in pixels, 0 to 5."""
    once = _blurred(levels, PRESMOOTHED)
    twice = _blurred(once, REBLURRED)
    strong = max(EDGE, 3 * noise)
    return max(_radius(once, twice, strong), _radius(once.T, twice.T, strong))


def noise_level(levels: Levels) -> float:
    """The standard deviation of the noise in levels, where the photo is calm and neither black nor white."""
    rows = levels[:-2] - 2 * levels[1:-1] + levels[2:]
    both = np.abs(rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:])
    calm = _tiles(both, 2 * TILE) * math.sqrt(math.pi / 2) / 6
    bright = _tiles(levels[1:-1, 1:-1], 2 * TILE)
    told = (bright > 16) & (bright < 239)
    return float(np.percentile(calm[told] if told.any() else calm, CALMEST))


def jpeg_quality(levels: Levels) -> float:
    """What Wang, Sheikh and Bovik predict that people say: about 10 without compression, 1 where it is bad."""
    blocks, activity, crossings = (sum(pair) / 2 for pair in zip(_blocks(levels), _blocks(levels.T), strict=True))
    if min(blocks, activity, crossings) <= 0:
        return 10.0
    return float(-245.8909 + 261.9373 * blocks**-0.0239886 * activity**0.0159952 * crossings**0.0063885)


def colourfulness(pixels: NDArray[np.float32]) -> float:
    """Hasler and Süsstrunk's M3: 0 is grey, 33 moderately, 59 quite, 109 extremely colourful."""
    red, green, blue = (pixels[..., index] for index in range(3))
    across, along = red - green, (red + green) / 2 - blue
    return float(np.hypot(across.std(), along.std()) + 0.3 * np.hypot(across.mean(), along.mean()))


def _exposure(levels: Levels) -> float:
    middle = abs(float(levels.mean()) / 255 - 0.5)
    lost = float(((levels <= 3) | (levels >= 252)).mean())
    return math.exp(-((middle / 0.38) ** 4)) * (1 - lost**2)


def _reduced(photo: Photo) -> Photo:
    height, width = photo.shape[:2]
    scale = LARGEST / max(height, width)
    if scale >= 1:
        return photo
    return images.resize(photo, max(SMALLEST, round(width * scale)), max(SMALLEST, round(height * scale)))


def _middle(photo: Photo) -> Photo:
    """The middle of a photo as it is, at most as large as what is shown."""
    top, left = (max(0, side - LARGEST) // 2 for side in photo.shape[:2])
    return photo[top : top + LARGEST, left : left + LARGEST]


def _brightness(pixels: NDArray[Any]) -> Levels:
    """Rec. 601's luma, as JPEG has it."""
    return np.asarray(pixels @ np.array([0.299, 0.587, 0.114], np.float32))


def _tiles(pixels: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """The means of squares; what is left over at the right and below is not looked at."""
    rows, columns = pixels.shape[0] // side, pixels.shape[1] // side
    cut = pixels[: rows * side, : columns * side]
    return np.asarray(cut.reshape(rows, side, columns, side, *pixels.shape[2:]).mean(axis=(1, 3)))


def _blurred(levels: Levels, radius: float) -> Levels:
    """By a Gaussian, whose tails are cut at three times its radius; the border is continued."""
    reach = math.ceil(3 * radius)
    weights = [math.exp(-(step**2) / (2 * radius**2)) for step in range(-reach, reach + 1)]
    for _ in range(2):
        wide = np.pad(levels, ((reach, reach), (0, 0)), mode="edge")
        total = np.zeros_like(levels)
        for start, weight in enumerate(weights):
            total += wide[start : start + len(levels)] * np.float32(weight / sum(weights))
        levels = total.T
    return levels


def _radius(once: Levels, twice: Levels, strong: float) -> float:
    """Along the rows: the gradients' ratio at the crests of edges, and the radius that explains it."""
    gradient, softer = (np.abs(each[:, 2:] - each[:, :-2]) / 2 for each in (once, twice))
    here = gradient[:, 1:-1]
    crest = (here > strong) & (here >= gradient[:, :-2]) & (here > gradient[:, 2:])
    if crest.mean() < FEWEST:
        return BLURRED
    ratio = np.maximum(here[crest] / np.maximum(softer[:, 1:-1][crest], 1e-6), 1.0001)
    squares = REBLURRED**2 / (ratio**2 - 1) - PRESMOOTHED**2
    return min(BLURRED, math.sqrt(max(0.0, float(np.percentile(squares, SHARPEST)))))


def _blocks(levels: Levels) -> tuple[float, float, float]:
    """Along the rows: the step at block borders, the step elsewhere, and how often steps change their sign."""
    steps = np.diff(levels, axis=1)
    size = np.abs(steps)
    columns = size.shape[1] // GRID * GRID
    border = float(size[:, :columns].mean(axis=0).reshape(-1, GRID).mean(axis=0).max())
    inside = (GRID * float(size.mean()) - border) / (GRID - 1)
    return border, inside, float((steps[:, :-1] * steps[:, 1:] < 0).mean())
