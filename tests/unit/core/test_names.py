import pytest

from fnkit.core.errors import BadArgument
from fnkit.core.names import ActionName, EntityName, legal


@pytest.mark.parametrize(
    "name", ["a", "_", "9lives", "smart-body-crop", "a b", "mail@host", "v1.2", "a&b", "x" * 256]
)
def test_names_that_openwhisk_takes(name):
    assert legal(name)


@pytest.mark.parametrize("name", ["", "-a", ".a", "a ", " a", "a/b", "café", "a\n", "x" * 257, "a*b"])
def test_names_that_it_refuses(name):
    assert not legal(name)


@pytest.mark.parametrize(
    ("typed", "namespace", "package", "name"),
    [
        ("crop", "_", None, "crop"),
        ("photos/crop", "_", "photos", "crop"),
        ("/guest/crop", "guest", None, "crop"),
        ("/_/photos/crop", "_", "photos", "crop"),
    ],
)
def test_a_typed_name_is_taken_apart(typed, namespace, package, name):
    assert ActionName.parse(typed) == ActionName(name, package, namespace)


def test_a_path_is_percent_encoded():
    assert ActionName.parse("my photos/a&b").path == "my%20photos/a%26b"


@pytest.mark.parametrize("typed", ["", "a/b/c", "/a/b/c/d", "/", "pkg/", "a//b"])
def test_a_wrong_name_says_which_part_is_wrong(typed):
    with pytest.raises(BadArgument, match="Reading the action name"):
        ActionName.parse(typed)


@pytest.mark.parametrize("typed", ["crop", "photos/crop", "/guest/photos/crop"])
def test_a_name_prints_as_it_was_typed(typed):
    assert str(ActionName.parse(typed)) == typed


@pytest.mark.parametrize(
    ("typed", "named"),
    [("bell", EntityName("bell")), ("/guest/bell", EntityName("bell", "guest")), ("/_/bell", EntityName("bell"))],
)
def test_triggers_rules_and_packages_are_in_no_package(typed, named):
    assert EntityName.parse(typed, "trigger") == named


@pytest.mark.parametrize("typed", ["", "a/b", "/", "/guest", "/guest/", "/a/b/c", "a/"])
def test_a_wrong_name_says_what_it_is_the_name_of(typed):
    with pytest.raises(BadArgument, match="Reading the trigger name"):
        EntityName.parse(typed, "trigger")
