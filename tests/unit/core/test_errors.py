import inspect

from fnkit.core import errors
from fnkit.core.entities import Activation, dict_to_pairs, pairs_to_dict


def test_the_tree_at_the_top_names_every_error():
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass) if c.__module__ == errors.__name__]
    drawn = errors.__doc__ or ""
    assert [c.__name__ for c in classes if c.__name__ not in drawn] == []
    assert all(issubclass(c, errors.FnkitError) for c in classes)


def test_a_message_has_its_three_parts():
    error = errors.BadModel("Fetching x", "its sha256 is y.", "Try z.")
    assert str(error) == "Fetching x: its sha256 is y. Try z."


def test_the_nearest_name_is_offered_and_all_where_none_is_near():
    assert errors.did_you_mean("eyse", ["eyes", "hips"]) == "Did you mean eyes?"
    assert errors.did_you_mean("zzz", ["hips", "eyes"]) == "There is: eyes, hips."
    assert errors.did_you_mean("zzz", []) == "There is none yet."


def test_a_record_becomes_an_activation():
    record = {
        "activationId": "a" * 32,
        "name": "crop",
        "namespace": "guest",
        "start": 1,
        "end": 9,
        "duration": 8,
        "response": {"status": "success", "result": {"x": 1}, "size": 7},
        "logs": ["one"],
        "annotations": [{"key": "waitTime", "value": 3}, {"key": "path", "value": "guest/p/crop"}],
    }
    activation = Activation.from_json(record)
    assert activation.success
    assert (activation.wait_time, activation.init_time, activation.path) == (3, None, "guest/p/crop")


def test_pairs_come_back():
    assert pairs_to_dict(dict_to_pairs({"a": 1, "b": None})) == {"a": 1, "b": None}
    assert pairs_to_dict([{"key": "a", "value": 1}, {"key": "a", "value": 2}]) == {"a": 2}
