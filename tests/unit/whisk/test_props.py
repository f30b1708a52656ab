"""Where the platform's host and key come from, which one wins, and that no key is ever shown."""

import stat
from pathlib import Path

import pytest

from fnkit.core.errors import BadArgument
from fnkit.whisk import sources
from fnkit.whisk.key import Key
from fnkit.whisk.props import BUILT_IN, Props, load

KEY = "23bc46b1-71f6-4ed5-8c54-816aa4f8c502:" + "k" * 60 + "IwP9"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def props(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`load` in an empty world: a home, a data folder and a working folder with nothing in them."""
    monkeypatch.setenv("FNKIT_DATA", str(tmp_path / "data"))
    work = tmp_path / "work"
    work.mkdir()

    def read(arguments: dict[str, str] | None = None, **variables: str) -> Props:
        return load(arguments, {"HOME": str(home), **variables}, work)

    return read


def test_nobody_said_anything(props):
    found = props()
    assert found.apihost == "http://127.0.0.1:3233"
    assert found.built_in
    assert found.key is None
    assert found.verify
    assert found.namespace == "_"


def test_the_embedded_platforms_own_file(props, tmp_path):
    sources.write(tmp_path / "data" / ".wskprops", {"apihost": "http://127.0.0.1:4000", "auth": KEY})
    found = props()
    assert (found.apihost, found.key) == ("http://127.0.0.1:4000", Key(KEY))
    assert found.built_in
    assert found.sources["auth"] == BUILT_IN


def test_the_embedded_platforms_key_is_for_its_host_alone(props, tmp_path):
    sources.write(tmp_path / "data" / ".wskprops", {"apihost": "http://127.0.0.1:4000", "auth": KEY})
    assert props(WHISK_APIHOST="http://127.0.0.1:4000/").key == Key(KEY)
    assert props(WHISK_APIHOST="http://127.0.0.1:4001").key is None
    (tmp_path / "work" / "fnkit.toml").write_text('[platform]\napihost = "http://127.0.0.1:4000"\n')
    assert props().key == Key(KEY)


def test_home_file_as_wsk_reads_it(props, home):
    (home / ".wskprops").write_text(f"APIHOST = ow.example.com/ # work\n\nAUTH={KEY}\nnonsense\nNAMESPACE=guest\n")
    found = props()
    assert (found.apihost, found.key, found.namespace) == ("https://ow.example.com", Key(KEY), "guest")
    assert found.sources["apihost"] == str(home / ".wskprops")
    assert not found.built_in


@pytest.mark.parametrize("variable", ["", "/nowhere/at/all"])
def test_a_config_variable_that_exists_hides_the_home_file(props, home, variable):
    (home / ".wskprops").write_text(f"APIHOST=ow.example.com\nAUTH={KEY}\n")
    found = props(WSK_CONFIG_FILE=variable)
    assert found.built_in
    assert found.key is None


def test_config_file_by_variable(props, home, tmp_path):
    (home / ".wskprops").write_text("APIHOST=home.example.com\n")
    (tmp_path / "mine").write_text("APIHOST=mine.example.com\n")
    assert props(WSK_CONFIG_FILE=str(tmp_path / "mine")).apihost == "https://mine.example.com"


def test_order(props, home, tmp_path):
    """Each source added wins over the ones before it."""
    (home / ".wskprops").write_text("APIHOST=home.example.com\n")
    assert props().host == "home.example.com"
    (tmp_path / "work" / "fnkit.toml").write_text('[platform]\napihost = "project.example.com"\n')
    assert props().host == "project.example.com"
    variables = {"WHISK_APIHOST": "whisk.example.com"}
    assert props(**variables).host == "whisk.example.com"
    variables["__OW_API_HOST"] = "https://ow.example.com"
    assert props(**variables).host == "ow.example.com"
    variables["FNKIT_APIHOST"] = "fnkit.example.com"
    found = props(**variables)
    assert (found.host, found.sources["apihost"]) == ("fnkit.example.com", "FNKIT_APIHOST")
    found = props({"apihost": "http://typed.example.com:80"}, **variables)
    assert (found.apihost, found.sources["apihost"]) == ("http://typed.example.com:80", "an argument")


def test_values_come_from_different_places(props, home):
    (home / ".wskprops").write_text(f"APIHOST=home.example.com\nAUTH={KEY}\n")
    found = props(WHISK_APIHOST="home.example.com")
    assert found.sources == {
        "apihost": "WHISK_APIHOST",
        "auth": str(home / ".wskprops"),
    }


@pytest.mark.parametrize("chooser", ["argument", "FNKIT_APIHOST", "__OW_API_HOST", "WHISK_APIHOST", "project"])
def test_what_a_file_says_is_for_its_host_alone(props, home, tmp_path, chooser):
    file = home / ".wskprops"
    file.write_text(f"APIHOST=home.example.com\nAUTH={KEY}\nNAMESPACE=mine\nIGNORE_CERTS=true\n")

    def chosen(host: str) -> Props:
        if chooser == "project":
            (tmp_path / "work" / "fnkit.toml").write_text(f'[platform]\napihost = "{host}"\n')
            return props()
        return props({"apihost": host}) if chooser == "argument" else props(**{chooser: host})

    found = chosen("other.example.com")
    assert (found.host, found.key, found.namespace, found.verify) == ("other.example.com", None, "_", True)
    assert found.withheld == str(file)
    found = chosen("https://home.example.com/")
    assert (found.key, found.namespace, found.verify, found.withheld) == (Key(KEY), "mine", False, "")
    file.write_text(f"AUTH={KEY}\n")
    assert chosen("home.example.com").key is None, "the file names no host"


def test_a_project_may_not_lead_a_key_away(props, home, tmp_path):
    (tmp_path / "work" / "fnkit.toml").write_text('[platform]\napihost = "evil.example.com"\n')
    found = props(FNKIT_AUTH=KEY)
    assert (found.host, found.key, found.withheld) == ("evil.example.com", None, "FNKIT_AUTH")
    assert props(FNKIT_AUTH=KEY, FNKIT_APIHOST="evil.example.com").key == Key(KEY), "the person said so"
    (home / ".wskprops").write_text(f"APIHOST=evil.example.com\nAUTH={KEY}\n")
    assert props(FNKIT_AUTH="other:key").key == Key(KEY), "the one that was given for this host"


@pytest.mark.parametrize("beside", ["argument", "WHISK_APIHOST", "file", "nothing"])
def test_a_key_of_ones_own_goes_to_a_host_of_ones_own(props, home, beside):
    (home / ".wskprops").write_text("APIHOST=home.example.com\nAUTH=other:key\n" if beside == "file" else "")
    variables = {"WHISK_APIHOST": "x.example.com"} if beside == "WHISK_APIHOST" else {}
    arguments = {"apihost": "x.example.com"} if beside == "argument" else {}
    assert props(arguments, FNKIT_AUTH=KEY, **variables).key == Key(KEY)


@pytest.mark.parametrize(
    "text",
    ['[platform]\nauth = "u:k"\n', "[platform]\napihost = 3233\n", "[platform\n", '[platform]\nhost = "x"\n'],
)
def test_a_project_file_that_is_wrong(props, tmp_path, text):
    (tmp_path / "work" / "fnkit.toml").write_text(text)
    with pytest.raises(BadArgument, match=r"fnkit\.toml"):
        props()


@pytest.mark.parametrize(
    "host",
    [
        "ftp://x",
        "http://user:pass@x",
        "http://x/path",
        "https://",
        "u:k@x",
        "http://x:y",
        "x:65536",
        "localhost:0",
    ],
)
def test_hosts_that_are_none(props, host):
    with pytest.raises(BadArgument) as caught:
        props({"apihost": host})
    assert "pass" not in str(caught.value).replace("without a path", "")


@pytest.mark.parametrize(("text", "verify"), [("true", False), ("1", False), ("false", True), ("", True)])
def test_certificates_are_checked_unless_told(props, text, verify):
    assert props(FNKIT_IGNORE_CERTS=text).verify is verify


def test_the_key_is_masked_everywhere(props):
    found = props(WHISK_AUTH=KEY, WHISK_APIHOST="x.example.com")
    assert found.key == Key(KEY)
    for shown in (repr(found), str(found), repr(found.key), f"{found.key}", repr(found.sources)):
        assert KEY not in shown
        assert "k" * 10 not in shown
    assert str(found.key) == "23bc…IwP9"
    assert str(Key("short:key")) == "•••"
    assert Key(KEY).hide(f"basic {KEY} and {KEY.split(':')[1]}") == "basic ••• and •••"


def test_writing_keeps_other_lines_and_is_private(tmp_path):
    path = tmp_path / "deep" / "props"
    sources.write(path, {"apihost": "a.example.com", "auth": KEY})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text(path.read_text() + "APIGW_ACCESS_TOKEN=t\n")
    sources.write(path, {"apihost": "b.example.com"})
    assert path.read_text().splitlines() == [f"AUTH={KEY}", "APIGW_ACCESS_TOKEN=t", "APIHOST=b.example.com"]
    assert [child.name for child in path.parent.iterdir()] == ["props"]


@pytest.mark.parametrize("text", ["23bc…IwP9", "nocolon", ":half", "half:"])
def test_keys_that_are_none(props, text):
    with pytest.raises(BadArgument, match="FNKIT_AUTH") as caught:
        props(FNKIT_AUTH=text)
    assert text not in str(caught.value)
