"""The words of a magic's line: quotes, comments, URLs, the notebook's own objects."""

import pytest
from IPython.core.error import UsageError

from fnkit.notebook.words import Held, Word, read, split


def texts(line):
    return [word.text for word in split(line)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("hello --memory 256", ["hello", "--memory", "256"]),
        ("""--param k '{"a": 1}'""", ["--param", "k", '{"a": 1}']),
        ('--out="a b"', ["--out=a b"]),
        ("hello # the rest is a comment", ["hello"]),
        ("hello '#tag' next", ["hello", "#tag", "next"]),
        ("model_url=http://host/#frag", ["model_url=http://host/#frag"]),
        (r"image=C:\photos\me.jpg", [r"image=C:\photos\me.jpg"]),
        ("", []),
        ("name='Ada Lovelace'", ["name=Ada Lovelace"]),
    ],
)
def test_a_line_is_split_as_a_shell_would_on_every_system(line, words):
    assert texts(line) == words


def test_an_open_quote_is_said_so():
    with pytest.raises(UsageError, match="quote is not closed: name='Ada"):
        split("hello name='Ada")


def test_whole_variables_and_expressions_are_the_objects_themselves():
    photo = object()
    line = read("crop $photo {size*2} image=$photo --memory=$size", {"photo": photo, "size": 128})
    assert line == [
        "crop",
        Held("photo", photo),
        Held("size*2", 256),
        {"image": Held("photo", photo)},
        "--memory",
        Held("size", 128),
    ]


@pytest.mark.parametrize("word", ["'$photo'", "'{photo}'", "a$photo", "$photo.jpg", "{}", "'{\"a\": 1}'"])
def test_what_is_quoted_part_of_a_word_or_json_stays_text(word):
    assert read(word, {"photo": 1}) == [split(word)[0].text]


def test_double_quotes_keep_spaces_and_read_variables():
    assert read('"{1 + 1}"', {}) == [Held("1 + 1", 2)]
    assert split('"{1 + 1}"') == [Word("{1 + 1}")]


def test_an_unknown_variable_is_a_usage_error_with_the_near_one():
    with pytest.raises(UsageError, match=r"\$phtoo: this notebook has no variable phtoo. Did you mean photo\?"):
        read("$phtoo", {"photo": 1})


def test_json_that_lost_its_quotes_says_how_they_are_kept():
    with pytest.raises(UsageError, match=r"SyntaxError.* JSON stands in single quotes, 'key=\{\"a\": 1\}'"):
        read('o={"a":1}', {})
    assert read("""'o={"a": 1}'""", {}) == ['o={"a": 1}']


def test_an_expression_that_fails_says_how():
    with pytest.raises(UsageError, match=r"\{1/0\}: ZeroDivisionError: division by zero"):
        read("{1/0}", {})


def test_a_semicolon_at_the_end_is_no_part_of_a_word():
    assert read("hello --value mail=$mail;", {"mail": "x:25"})[-1] == {"mail": Held("mail", "x:25")}
    assert texts("hello ; ") == ["hello"]
    assert texts("hello 'a;'") == ["hello", "a;"]
