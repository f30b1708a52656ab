"""The URL and the annotations of a web action, against the platform itself."""

import pytest
import requests

from fnkit.core.names import ActionName
from fnkit.whisk.web import Export, annotations, url

CODE = "def main(args):\n    return {'body': sorted(args)}\n"


@pytest.mark.parametrize(
    ("export", "status", "seen"),
    [(Export.YES, 200, ["p"]), (Export.RAW, 200, ["__ow_body", "__ow_query", "p"]), (Export.NO, 404, None)],
)
def test_an_exported_action_is_opened_by_its_url(platform, namespace, action, export, status, seen):
    notes = [{"key": key, "value": value} for key, value in annotations(export).items()]
    action("ct web", CODE, annotations=notes, parameters=[{"key": "p", "value": 1}])
    address = url(platform.apihost, namespace, ActionName("ct web"), ".json")
    answer = requests.get(address, timeout=60)
    assert answer.status_code == status
    if seen:
        metadata = {"__ow_headers", "__ow_method", "__ow_path"}
        assert [name for name in answer.json()["body"] if name not in metadata] == seen


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("act", "https://h/api/v1/web/me/default/act"),
        ("pkg/a b", "https://h/api/v1/web/me/pkg/a%20b"),
        ("/other/pkg/act", "https://h/api/v1/web/other/pkg/act"),
    ],
)
def test_a_url_names_namespace_package_and_action(name, expected):
    assert url("https://h/", "me", ActionName.parse(name)) == expected
