"""Who waits for the end of a run hears of it, whatever another one does."""

from fnkit.local.runs import Run


def test_one_that_fails_keeps_nobody_from_hearing():
    heard, run = [], Run("guest", "id")

    def fails():
        heard.append("first")
        raise ValueError

    run.then(fails)
    run.then(lambda: heard.append("second"))
    run.end(RuntimeError())
    assert heard == ["first", "second"]
