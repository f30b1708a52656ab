"""Users of the embedded platform from the shell."""

import re


def test_a_user_from_its_creation_to_its_end(shell):
    made = shell(
        "user", "create", "ann", "--limit", "invocationsPerMinute", "60", "--limit", "firesPerMinute=5"
    ).stdout
    props = re.search(r"^props +(\S+)$", made, re.M)[1]
    assert "invocationsPerMinute 60" in made
    assert "firesPerMinute 5" in made
    assert made == shell("user", "get", "ann").stdout
    assert shell("list", WSK_CONFIG_FILE=props).stdout == ""
    assert [line.split("\t")[:2] for line in shell("user", "list").stdout.splitlines()] == [
        ["ann", "no"],
        ["guest", "no"],
    ]
    assert re.search("^blocked +yes$", shell("user", "block", "ann").stdout, re.M)
    assert "401" in shell("list", WSK_CONFIG_FILE=props, code=1).stderr
    assert re.search("^blocked +no$", shell("user", "unblock", "ann").stdout, re.M)
    assert shell("list", WSK_CONFIG_FILE=props).stdout == ""
    assert "firesPerMinute 9" in shell("user", "limit", "ann", "--limit", "firesPerMinute", "9").stdout
    assert "--yes" in shell("user", "delete", "ann", code=2).stderr
    assert "deleted the user ann" in shell("user", "delete", "ann", "--yes").stdout
    assert "fnkit user list" in shell("user", "get", "ann", code=1).stderr


def test_what_is_typed_wrong_is_said(shell):
    assert (
        "Did you mean firesPerMinute"
        in shell("user", "create", "bob", "--limit", "firesPerMinut", "1", code=1).stderr
    )
    assert "Did you mean openwhisk" in shell("serve", "--limits", "openwisk", "--data", "elsewhere", code=2).stderr
    assert "--keep-days" in shell("serve", "--keep-days", "0", "--data", "elsewhere", code=2).stderr
    assert "--memory" in shell("serve", "--memory", "-1", "--data", "elsewhere", code=2).stderr
    said = shell("user", "list", FNKIT_APIHOST="https://openwhisk.example.com", FNKIT_AUTH="a:b", code=2).stderr
    assert "wskadmin" in said
