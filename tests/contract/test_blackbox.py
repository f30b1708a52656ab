"""Actions that are container images, where an engine works: on ours it is podman or docker."""

import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterator

import pytest

from fnkit.local.container import LIMITS
from fnkit.local.engines import find_engine
from tests.conftest import Platform

IMAGE = "localhost/fnkit-contract:1"
RUNTIME = r"""
const http = require('http')
const END = 'XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX'
let told
const answers = {
  '/init': value => {
    told = value
    return value.code === 'broken' ? [502, { error: 'no such code' }] : [200, {}]
  },
  '/run': (value, body) => {
    console.log('value', JSON.stringify(value)); console.error('to stderr')
    console.log(END); console.error(END)
    if (value.exit) process.exit(1)
    if (value.fail) return [502, { error: 'it failed' }]
    if (value.text) return [200, 'just text']
    if (value.error) return [200, { error: value.error }]
    return [200, { told, value, name: body.action_name, host: process.env.__OW_API_HOST }]
  }
}
http.createServer((asked, answer) => {
  let text = ''
  asked.on('data', chunk => { text += chunk })
  asked.on('end', () => {
    const body = JSON.parse(text)
    const [status, result] = answers[asked.url](body.value, body)
    const sent = Buffer.from(typeof result === 'string' ? result : JSON.stringify(result))
    answer.writeHead(status, { 'Content-Length': sent.length })
    answer.end(sent)
  })
}).listen(8080)
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[str]:
    """The program; skipped by name where none works, or where the image of the test cannot be made or run."""
    found, node = find_engine(), shutil.which("node")
    if found is None:
        pytest.skip("no container engine works here (`podman info`, `docker info`)")
    if node is None:
        pytest.skip("the image of this test is made of Node.js, which is not here")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", dereference=True) as tar:
        for file in (node, *libraries(node)):
            tar.add(file)
        script = tarfile.TarInfo("runtime.js")
        script.size = len(RUNTIME.encode())
        tar.addfile(script, io.BytesIO(RUNTIME.encode()))
    command = f'CMD ["{node}", "/runtime.js"]'
    importing = (found.program, "import", "--change", command, "-", IMAGE)
    made = subprocess.run(importing, input=packed.getvalue(), capture_output=True, check=False)
    running = (found.program, "run", "--rm", *LIMITS, IMAGE, node, "--version")
    tried = subprocess.run(running, capture_output=True, check=False)
    if made.returncode or tried.returncode:
        pytest.skip(f"{found.program} cannot run an image here: {(tried.stderr or made.stderr).decode()[-200:]}")
    yield found.program
    subprocess.run((found.program, "rmi", "-f", IMAGE), capture_output=True, check=False)


def libraries(program: str) -> list[str]:
    said = subprocess.run(("ldd", program), capture_output=True, text=True, check=True).stdout
    return [word for word in said.split() if word.startswith("/")]


@pytest.fixture
def box(platform: Platform, engine: str, clean: list[str]):
    """Makes an action of the image and gives a way to call it."""

    def make(image: str = IMAGE, **code: str):
        clean.append("actions/ct-box")
        executable = {"kind": "blackbox", "image": image, **code}
        put = platform.call("PUT", "actions/ct-box?overwrite=true", json={"exec": executable})
        assert put.status_code == 200, put.text
        assert put.json()["exec"] == {"kind": "blackbox", "image": image, "binary": False, **code}
        return lambda **arguments: platform.call("POST", "actions/ct-box?blocking=true", json=arguments).json()

    return make


def test_an_image_is_told_its_code_once_and_answers(platform, box):
    call = box(code="some code")
    first, second = call(n=1), call(n=2)
    result = first["response"]["result"]
    assert result["told"]["code"] == "some code"
    assert (result["told"]["main"], result["told"]["binary"], result["told"]["name"]) == ("main", False, "ct-box")
    assert result["told"]["env"]["__OW_ACTIVATION_ID"] == first["activationId"]
    assert (result["name"], result["host"]) == (f"/{first['namespace']}/ct-box", platform.apihost)
    assert second["response"]["result"]["value"] == {"n": 2}
    keys = {pair["key"] for pair in second["annotations"]}
    assert "initTime" not in keys, "the second call is warm"
    logs = platform.record(second["activationId"])["logs"]
    assert sorted(line.split(" ", 1)[1].strip() for line in logs) == ["stderr: to stderr", 'stdout: value {"n":2}']


def test_an_image_without_code(box):
    assert "code" not in box()()["response"]["result"]["told"]


@pytest.mark.parametrize(
    ("arguments", "status", "error"),
    [
        ({"fail": True}, "action developer error", "it failed"),
        ({"error": "mine"}, "application error", "mine"),
        (
            *({"text": True}, "action developer error"),
            "The action did not produce a valid JSON or JSON Array response: just text",
        ),
        (
            *({"exit": True}, "action developer error"),
            "The action did not produce a valid response and exited unexpectedly.",
        ),
    ],
)
def test_what_can_go_wrong_in_a_run(box, arguments, status, error):
    response = box()(**arguments)["response"]
    assert (response["status"], response["result"]) == (status, {"error": error})


@pytest.mark.parametrize(
    ("image", "code", "error"),
    [
        (IMAGE, {"code": "broken"}, "no such code"),
        ("localhost/fnkit-none:1", {}, "Failed to pull container image 'localhost/fnkit-none:1'."),
    ],
)
def test_what_can_go_wrong_before(box, image, code, error):
    response = box(image, **code)()["response"]
    assert (response["status"], response["result"]) == ("action developer error", {"error": error})


def test_no_container_outlives_its_action(platform, engine, box):
    box()()
    assert ours(engine)
    platform.call("DELETE", "actions/ct-box")
    subprocess.run((engine, "wait", *ours(engine)), capture_output=True, timeout=60, check=False)
    assert not ours(engine)


def ours(engine: str) -> list[str]:
    listed = (engine, "ps", "-q", "--filter", f"ancestor={IMAGE}")
    return subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()


def test_the_name_of_an_image(platform, engine):
    executable = {"kind": "blackbox", "image": "No Image!"}
    answer = platform.call("PUT", "actions/ct-box-none", json={"exec": executable})
    assert answer.status_code == 400
    assert answer.json()["error"] == "The request content was malformed:\ncould not parse image name"
