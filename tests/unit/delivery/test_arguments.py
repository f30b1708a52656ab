"""Arguments made fit to travel: names checked, files inlined, too large ones refused with their sizes."""

import base64
from pathlib import Path

import pytest

from fnkit.core.entities import PAYLOAD_LIMIT, Entry, EntryParameter
from fnkit.core.errors import BadArgument, TooLarge
from fnkit.delivery import arguments
from fnkit.whisk.client import Client
from fnkit.whisk.messages import Request, Response
from fnkit.whisk.props import Props

ENTRY = Entry("main", (EntryParameter("image", "string"), EntryParameter("upper", "string", False, "eyes")))


class NotEmbedded:
    """What an OpenWhisk that is not ours says outside its API."""

    def send(self, request: Request) -> Response:
        assert (request.method, request.path) == ("GET", "/fnkit/v1")
        return Response(200, {}, b"<html>no such page</html>")


@pytest.fixture
def remote() -> Client:
    props = Props("https://ow.example.com", None, "_", "v1", True, {"apihost": "FNKIT_APIHOST"})
    return Client(props, NotEmbedded())


def test_a_misspelt_name_is_caught_here():
    with pytest.raises(
        BadArgument, match=r"Calling crop with 'imge': main takes image, upper\. Did you mean image\?"
    ):
        arguments.check("crop", ENTRY, {"imge": "x"})


def test_a_function_without_parameters():
    with pytest.raises(BadArgument, match="main takes no arguments"):
        arguments.check("crop", Entry("main"), {"image": "x"})


@pytest.mark.parametrize(
    ("entry", "given"),
    [
        (ENTRY, {"image": "x", "upper": "nose"}),
        (ENTRY, {}),
        (ENTRY, {"__ow_path": "/"}),
        (Entry("main", rest=True), {"anything": 1}),
        (Entry("main", (EntryParameter("args"),), whole=True), {"anything": 1}),
        (None, {"anything": 1}),
    ],
)
def test_names_that_may_be_right_pass(entry, given):
    arguments.check("crop", entry, given)


def test_paths_become_data_urls_at_any_depth(tmp_path: Path):
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"\xff\xd8jpeg")
    odd = tmp_path / "noext"
    odd.write_bytes(b"x")
    url = "data:image/jpeg;base64," + base64.b64encode(b"\xff\xd8jpeg").decode()
    made = arguments.inline({"image": photo, "more": [{"x": photo}, odd], "n": 1, "t": ("a", None, True)})
    assert made == {
        "image": url,
        "more": [{"x": url}, "data:application/octet-stream;base64,eA=="],
        "n": 1,
        "t": ["a", None, True],
    }


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadArgument, match=r"Reading the argument image from .*none\.jpg: No such file"):
        arguments.inline({"image": tmp_path / "none.jpg"})


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, object(), b"bytes"])
def test_what_json_has_not(value):
    with pytest.raises(BadArgument, match="Reading the argument odd"):
        arguments.inline({"fine": 1, "odd": [value]})


def test_small_ones_go_as_they_are(remote):
    given = {"image": "data:image/jpeg;base64,eA==", "n": 1}
    assert arguments.carry(remote, given, {}) == given


def test_too_large_without_a_store_is_refused_with_the_sizes(remote, tmp_path):
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"x" * PAYLOAD_LIMIT)
    inlined = arguments.inline({"image": photo, "upper": "eyes"})
    with pytest.raises(TooLarge) as caught:
        arguments.carry(remote, inlined, {})
    size = 4 * -(-PAYLOAD_LIMIT // 3) + len("data:image/jpeg;base64,") + 2
    assert f"image {size:,} bytes" in caught.value.found
    assert f"the limit is {PAYLOAD_LIMIT:,}" in caught.value.found
    assert "no object store" in caught.value.found
    assert "URL" in caught.value.advice


def test_bound_parameters_have_a_limit_too(tmp_path):
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"x" * PAYLOAD_LIMIT)
    with pytest.raises(TooLarge, match="parameters are kept with the action"):
        arguments.bound({"image": photo})
    assert arguments.bound({"upper": "eyes"}) == {"upper": "eyes"}


def test_sizes_are_the_platforms():
    """Bytes of compact UTF-8 JSON."""
    assert arguments.size({"ü": [1, 2]}) == len('{"ü":[1,2]}'.encode())
