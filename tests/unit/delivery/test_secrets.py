"""Secrets: where they are looked for, and that they are never shown."""

import pytest

from fnkit.core.errors import BadArgument
from fnkit.delivery.secrets import Secret, concealed, find, shown


def test_from_the_environment():
    found = find("API_TOKEN", {"API_TOKEN": "hush"})
    assert (found.name, found.value) == ("API_TOKEN", "hush")


def test_never_shown():
    secret = Secret("API_TOKEN", "hush")
    assert "hush" not in f"{secret} {secret!r} {[secret]}"
    assert str(secret) == "API_TOKEN=•••"


def test_nowhere():
    with pytest.raises(
        BadArgument, match=r"neither in the environment nor in a keyring .*export API_TOKEN="
    ) as caught:
        find("API_TOKEN", {"API_TOKEN": ""})
    assert "API_TOKEN" in caught.value.tried


@pytest.mark.parametrize(
    "name", ["api_key", "apiKey", "key", "KEY_2", "TOKEN", "password", "client_secret", "Authorization", "x-auth"]
)
def test_telling_names_are_masked_in_tables(name):
    assert shown(name, "hush") == "•••"


@pytest.mark.parametrize("name", ["upper", "keypoints", "author", "monkey"])
def test_other_names_are_not(name):
    assert shown(name, "eyes") == "'eyes'"


def test_what_opens_an_address_is_concealed():
    ours, bucket = (
        "http://127.0.0.1:1/fnkit/v1/objects/a?token=hush",
        "https://b/a?X-Amz-Date=1&X-Amz-Signature=hush",
    )
    found = concealed({"url": ours, "seen": [f"{bucket}&x=1", f"at {ours}, later"]})
    assert found["url"].endswith("/objects/a?token=•••")
    assert found["seen"][0] == "https://b/a?X-Amz-Date=1&X-Amz-Signature=•••&x=1"
    assert "hush" not in str(found)
