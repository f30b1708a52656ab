"""Which platform is meant: decided from the props alone, before anybody is contacted."""

import pytest

from fnkit.context import Context, embedded_data
from fnkit.core.errors import BadArgument
from fnkit.whisk import props


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """A machine on which nothing is chosen."""
    for name in ("FNKIT_APIHOST", "WHISK_APIHOST", "__OW_API_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FNKIT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WSK_CONFIG_FILE", str(tmp_path / "none"))


def written(path, host="http://127.0.0.1:4000"):
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"APIHOST={host}\nAUTH=uuid:key\n")
    return path


def test_where_nobody_chose_it_is_the_embedded_platform(tmp_path):
    assert embedded_data(props.load()) == tmp_path / "data"


def test_its_own_props_file_means_it_before_and_after_the_first_start(tmp_path, monkeypatch):
    monkeypatch.setenv("WSK_CONFIG_FILE", str(tmp_path / "data" / ".wskprops"))
    assert embedded_data(props.load()) == tmp_path / "data"
    written(tmp_path / "data" / ".wskprops")
    found = props.load()
    assert found.apihost == "http://127.0.0.1:4000"
    assert embedded_data(found) == tmp_path / "data"


def test_the_props_of_another_data_folder_mean_the_platform_in_it(tmp_path, monkeypatch):
    monkeypatch.setenv("WSK_CONFIG_FILE", str(written(tmp_path / "demo" / ".wskprops")))
    assert embedded_data(props.load()) is None, "a file in a folder without data is anybody's"
    (tmp_path / "demo" / "whisk.db").touch()
    assert embedded_data(props.load()) == tmp_path / "demo"


@pytest.mark.parametrize("host", ["http://127.0.0.1:4000", "https://openwhisk.example.org"])
def test_a_host_that_somebody_chose_is_never_started(host, tmp_path, monkeypatch):
    monkeypatch.setenv("FNKIT_APIHOST", host)
    assert embedded_data(props.load()) is None
    monkeypatch.delenv("FNKIT_APIHOST")
    monkeypatch.setenv("WSK_CONFIG_FILE", str(written(tmp_path / "mine" / "wskprops", host)))
    assert embedded_data(props.load()) is None


def test_arguments_come_first(monkeypatch):
    monkeypatch.setenv("FNKIT_APIHOST", "https://other.example.org")
    assert Context(arguments={"apihost": "https://first.example.org"}).props.apihost == "https://first.example.org"


def test_props_are_looked_up_anew(monkeypatch):
    context = Context()
    assert context.props.built_in
    monkeypatch.setenv("FNKIT_APIHOST", "https://later.example.org")
    assert context.props.apihost == "https://later.example.org"


@pytest.mark.parametrize("chooser", ["FNKIT_APIHOST", "project"])
def test_a_key_that_was_not_given_for_the_host_is_not_sent(tmp_path, monkeypatch, chooser):
    """The request is not made without it either: it might hold code and secrets."""
    monkeypatch.setenv("WSK_CONFIG_FILE", str(written(tmp_path / "mine" / "wskprops")))
    if chooser == "project":
        (tmp_path / "fnkit.toml").write_text('[platform]\napihost = "https://evil.example.org"\n')
    else:
        monkeypatch.setenv(chooser, "https://evil.example.org")
    with pytest.raises(
        BadArgument, match=r"fnkit login https://evil\.example\.org .*FNKIT_AUTH beside FNKIT_APIHOST"
    ) as caught:
        _ = Context().client
    assert "wskprops" in caught.value.found
    assert "uuid:key" not in str(caught.value)
