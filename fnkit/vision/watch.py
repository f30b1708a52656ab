"""Who is on the frames of a video: boxes of people by MoveNet MultiPose, frame by frame. Imports no runtime."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fnkit.models.images import Photo
from fnkit.vision import pose
from fnkit.vision.crop import Box
from fnkit.vision.pose import Network


@dataclass(frozen=True, slots=True)
class Seen:
    """The people on one frame: when (seconds), a box in pixels of the frame and a score (0..1) for each."""

    time: float
    boxes: tuple[Box, ...] = ()
    scores: tuple[float, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """`{"time", "people": [{"x", "y", "w", "h", "score"}]}`, as it goes from one action to the next."""
        people = zip(self.boxes, self.scores, strict=True)
        return {
            "time": self.time,
            "people": [{**box.to_json(), "score": round(score, 3)} for box, score in people],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Seen":
        """What `to_json` has written."""
        people = record["people"]
        boxes = tuple(Box(*(person[side] for side in "xywh")) for person in people)
        return cls(record["time"], boxes, tuple(person["score"] for person in people))


def people(model: Network, frames: Iterable[tuple[float, Photo]]) -> Iterator[Seen]:
    """Who is on each frame, given as its time and its picture (height, width, 3), one after the other.

    `model` is MoveNet MultiPose, which sees six people at most, and none who is much smaller than a quarter of the
    frame's height. One batch of frames is one call, however long it is: nothing is kept. Raises BadModel.
    """
    for time, photo in frames:
        found = pose.find(model, photo)
        yield Seen(time, tuple(_whole(person.box) for person in found), tuple(person.score for person in found))


def _whole(box: tuple[float, float, float, float]) -> Box:
    """In whole pixels, at least one each way."""
    x, y, w, h = (round(number) for number in box)
    return Box(x, y, max(1, w), max(1, h))
