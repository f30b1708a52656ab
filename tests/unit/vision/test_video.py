"""The frames of a real video, and every way in which a file can fail to be one."""

import base64
import io
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import av
import numpy as np
import pytest

from fnkit.core.errors import BadArgument, BadVideo
from fnkit.models import images
from fnkit.vision import video
from tests.unit.vision.conftest import PHOTOS

WALK = PHOTOS / "walk.mkv"


def made(frames=10, rate=10, size=(64, 48), sound=0, form="matroska"):
    """A small film: frame n has the brightness 20 n; `sound` is its seconds of silence. No frames: sound alone."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as container:
        # Every stream is there before the first packet: FFmpeg aborts the process otherwise.
        film = container.add_stream("mpeg4", rate=rate) if frames else None
        voice = container.add_stream("pcm_s16le", rate=8000) if sound else None
        if film:
            film.width, film.height, film.pix_fmt = *size, "yuv420p"
            for number in range(frames):
                grey = np.full((size[1], size[0], 3), 20 * number % 256, np.uint8)
                container.mux(film.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
            container.mux(film.encode())
        if voice:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 8000 * sound), np.int16), "s16", "mono")
            silence.sample_rate = 8000
            container.mux([*voice.encode(silence), *voice.encode()])
    return file.getvalue()


def test_every_frame_is_a_jpeg_of_its_picture():
    taken = list(video.frames(WALK, rate=1000))
    assert [frame.number for frame in taken] == list(range(115))
    assert taken[-1].time == pytest.approx(7.6)
    with av.open(str(WALK)) as container:
        pictures = list(container.decode(video=0))
    for number in (0, 40, 114):
        photo = images.open(taken[number].jpeg)
        assert photo.shape == (360, 640, 3)
        original = pictures[number].to_ndarray(format="rgb24").astype(int)
        assert np.abs(photo.astype(int) - original).mean() < 4
        assert taken[number].time == pytest.approx(pictures[number].time, abs=0.001)


@pytest.mark.parametrize(
    ("rate", "count", "first"), [(15, 115, (0, 1, 2)), (5, 39, (0, 3, 6)), (0.5, 4, (0, 30, 60))]
)
def test_the_rate(rate, count, first):
    taken = list(video.frames(WALK, rate))
    assert len(taken) == count
    assert tuple(frame.number for frame in taken[:3]) == first
    times = [frame.time for frame in taken]
    assert times == pytest.approx([index / rate for index in range(count)], abs=0.07)


def test_the_width():
    [small, *_] = video.frames(WALK, width=200)
    assert images.open(small.jpeg).shape[:2] == (112, 200)
    [large, *_] = video.frames(WALK, width=5000)
    assert images.open(large.jpeg).shape[:2] == (360, 640), "never larger than it is"


def test_one_after_the_other():
    """Who needs the first frame only does not wait for the rest."""
    frames = video.frames(WALK, rate=1)
    assert next(frames).number == 0
    frames.close()


def test_a_path_bytes_a_url_and_a_data_url_are_the_same(tmp_path):
    content = made()
    (tmp_path / "mein Film ü.mkv").write_bytes(content)
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/mein%20Film%20%C3%BC.mkv"
        data = f"data:video/x-matroska;base64,{base64.b64encode(content).decode()}"
        sources = (content, tmp_path / "mein Film ü.mkv", str(tmp_path / "mein Film ü.mkv"), url, data)
        taken = [list(video.frames(source, rate=5)) for source in sources]
        with pytest.raises(BadVideo, match=r"not\.mkv: the server answered 404"):
            list(video.frames(f"http://127.0.0.1:{server.server_port}/not.mkv?token=secret"))
        server.shutdown()
    assert all(each == taken[0] for each in taken)
    assert [frame.number for frame in taken[0]] == [0, 2, 4, 6, 8]


@pytest.mark.parametrize("form", ["matroska", "mp4", "avi", "mpegts"])
def test_containers(form):
    assert len(list(video.frames(made(form=form), rate=100))) == 10


def test_sound_that_goes_on_is_no_fault():
    assert len(list(video.frames(made(sound=3), rate=100))) == 10


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"hello " * 1000, "not a video that can be read"),
        (WALK.read_bytes()[:100], "not a video that can be read"),
        (WALK.read_bytes()[:1000], r"ends after 0\.0 of 7\.7 seconds"),
        ((PHOTOS / "nobody-park.jpg").read_bytes(), "not a video that can be read"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n", "not a video"),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", "not a video"),
    ],
    ids=["empty", "text", "100 bytes", "head only", "photo", "playlist", "list of files"],
)
def test_what_is_no_video(content, said):
    with pytest.raises(BadVideo, match=said):
        list(video.frames(content))


@pytest.mark.parametrize(("share", "number"), [(0.5, 60), (0.97, 106)])
def test_a_video_that_was_cut_off_gives_what_it_has_and_then_says_so(tmp_path, share, number):
    content = WALK.read_bytes()
    (tmp_path / "cut.mkv").write_bytes(content[: int(len(content) * share)])
    taken = []
    with pytest.raises(BadVideo, match=r"cut\.mkv: it ends after .* of 7\.7 seconds\. It is cut off"):
        for frame in video.frames(tmp_path / "cut.mkv", rate=1000):
            taken.append(frame)
    assert len(taken) == pytest.approx(number, abs=3)


def test_an_empty_file(tmp_path):
    (tmp_path / "empty.mkv").touch()
    with pytest.raises(BadVideo, match=r"empty\.mkv: it is empty\. Was it still being written\?"):
        list(video.frames(tmp_path / "empty.mkv"))


def test_what_is_not_there(tmp_path):
    with pytest.raises(BadVideo, match=r"no\.mkv: it cannot be read \(No such file"):
        list(video.frames(tmp_path / "no.mkv"))
    with pytest.raises(BadVideo, match="Is a directory"):
        list(video.frames(tmp_path))
    with pytest.raises(BadVideo, match=r"x\.mkv: it cannot be read \(.*refused"):
        list(video.frames("http://127.0.0.1:9/x.mkv"))


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/x.mkv", "concat:/etc/hostname|/etc/hostname", "udp://127.0.0.1:9"]
)
def test_ways_that_are_not_taken(url):
    with pytest.raises(BadVideo):
        list(video.frames(url))


def test_a_video_that_is_too_large_by_its_url(tmp_path):
    """Refused by what its server says of it, before a byte is taken."""
    with (tmp_path / "large.mkv").open("wb") as file:
        file.truncate(video.MOST_BYTES + 1)
    with pytest.raises(BadVideo, match="it is larger than 1 GiB"):
        list(video.frames((tmp_path / "large.mkv").as_uri()))


def test_sound_alone():
    with pytest.raises(BadVideo, match="there is no picture in it, only sound"):
        list(video.frames(made(frames=0, sound=1)))


@pytest.mark.parametrize(("rate", "width"), [(0, 640), (-1, 640), (float("nan"), 640), (2, 0)])
def test_nothing_is_asked_for(rate, width):
    with pytest.raises(BadArgument, match="give none"):
        list(video.frames(WALK, rate, width))
