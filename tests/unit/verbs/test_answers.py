"""What verbs answer, in words."""

from fnkit.verbs.answers import Status


def test_the_status_says_what_is_not_forked_and_when_it_is_tried_again() -> None:
    trouble = {
        "source": "template",
        "namespace": "guest",
        "action": "/guest/hello",
        "why": "It was refused.",
        "times": 2,
    }
    status = Status("http://127.0.0.1:3233", "the test", True, pool={"troubles": [{**trouble, "rests": 60}]})
    said = "template for /guest/hello: It was refused. Tried 2 times, again in 60 s."
    assert status.words["not forked from"] == (said,)
    soon = Status("http://127.0.0.1:3233", "the test", True, pool={"troubles": [{**trouble, "rests": 0}]})
    assert soon.words["not forked from"][0].endswith("again with the next start.")
