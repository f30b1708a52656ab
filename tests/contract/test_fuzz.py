"""Requests that nobody thought of: made from the API's own document, in a bounded and repeatable number.

Whatever comes, the server answers, and never with an error of its own: a 5xx is one only where an action failed or
where a real server was seen to give it.
"""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.conftest import Platform, fresh_platform

EXAMPLES = 12
"""Requests for each operation."""
UPSTREAM = "There was an internal server error."
"""What a real server says where a kind has to be trimmed, and in a few more places like it."""


BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform of its own: what these requests make and delete is nobody else's."""
    started = fresh_platform(tmp_path_factory.mktemp("fuzzed") / "data")
    yield started
    started.stop()


def test_no_error_of_our_own(fuzzed: Platform) -> None:
    user, _, key = fuzzed.auth.partition(":")
    tried = []

    def ask(case: schemathesis.Case) -> None:
        answer = case.call(auth=(user, key), timeout=60)
        tried.append(answer.status_code)
        if answer.status_code >= 500:
            body = answer.json()
            assert answer.status_code == 502 or body["error"] == UPSTREAM, (case.as_curl_command(), body)
        assert fuzzed.process is not None
        assert fuzzed.process.poll() is None

    document = schemathesis.openapi.from_url(f"{fuzzed.apihost}/api/v1/api-docs")
    operations = [found.ok() for found in document.get_all_operations()]
    for operation in operations:
        BOUNDED(given(operation.as_strategy())(ask))()
    assert len(tried) > EXAMPLES * len(operations) / 2
    assert {200, 400, 404} <= set(tried)
