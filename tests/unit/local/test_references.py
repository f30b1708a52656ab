"""Names within bodies, and which of them are refused with what words."""

import pytest

from fnkit.local.references import Reference, segments
from fnkit.local.rejected import Rejected


@pytest.mark.parametrize(
    ("value", "path", "inner"),
    [
        ("/_/t", "guest", "t"),
        ("_/t", "guest", "t"),
        ("/other/t/", "other", "t"),
        ("//other//p/a", "other/p", "p/a"),
        ({"path": "_/p", "name": "a"}, "guest/p", "p/a"),
        ({"path": "other", "name": "a b", "version": "0.0.1"}, "other", "a b"),
    ],
)
def test_a_name_is_read(value, path, inner):
    reference = Reference.read(value, "guest")
    assert (reference.path, reference.inner) == (path, inner)
    assert str(reference) == f"{path}/{reference.name}"
    assert Reference.from_json(reference.to_json()) == reference


MALFORMED = "The request content was malformed:\n"
WORDS = {
    "t": "requirement failed: The fully qualified name of the entity must contain at least the namespace",
    "": "requirement failed: path undefined",
    "///": "requirement failed: path undefined",
    "/_/a$": "requirement failed: path contains invalid parts WrappedArray(_, a$)",
}


@pytest.mark.parametrize("value", [*WORDS, 5, [], {}, {"path": "guest"}, {"path": "guest", "name": "a$"}])
def test_what_is_no_name_is_refused(value):
    with pytest.raises(Rejected) as caught:
        Reference.read(value, "guest")
    assert caught.value.status == 400
    text = WORDS.get(value) if isinstance(value, str) else "fully qualified name malformed"
    assert caught.value.text.startswith(f"{MALFORMED}{text}")


@pytest.mark.parametrize(
    ("path", "names"),
    [("a", ["a"]), ("/_/p/a/", ["_", "p", "a"]), ("a b/c", ["a b", "c"]), ("", None), ("/", None), ("a$", None)],
)
def test_a_path_has_one_legal_name_or_more(path, names):
    assert segments(path) == names
