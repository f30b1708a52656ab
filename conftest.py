"""What holds for every run of the tests, whatever part of them is run."""

pytest_plugins = ["tests.plugins.own_places", "tests.plugins.skips"]
