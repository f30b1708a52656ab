"""Fires a trigger: what happens to the trigger is told to the platform, which watches."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from typing import Any

OWN = ("lifecycleEvent", "triggerName", "authKey", "permit")
METHODS = {
    "CREATE": "PUT",
    "READ": "GET",
    "UPDATE": "POST",
    "DELETE": "DELETE",
    "PAUSE": "POST",
    "UNPAUSE": "POST",
}


def main(args: dict[str, Any]) -> dict[str, Any]:
    """`{"status": "success"}`, the feed's settings and state for READ, or an error."""
    event = args.get("lifecycleEvent")
    if event not in METHODS:
        return {"error": f"lifecycleEvent must be one of {', '.join(METHODS)}"}
    if not args.get("triggerName") or not args.get("authKey"):
        return {"error": "triggerName and authKey are missing: make the trigger with --feed"}
    trigger = str(args["triggerName"]).rpartition("/")[2]
    kind = os.environ["__OW_ACTION_NAME"].rpartition("/")[2]
    given = {name: value for name, value in args.items() if name not in OWN and not name.startswith("__ow_")}
    body: dict[str, Any] = {"parameters": given, "permit": args.get("permit")}
    if event == "CREATE":
        body["kind"] = "storage" if kind == "changes" else kind
    elif event in ("PAUSE", "UNPAUSE"):
        body = {"active": event == "UNPAUSE"}
    request = urllib.request.Request(
        f"{os.environ['__OW_API_HOST']}/fnkit/v1/feeds/{urllib.parse.quote(trigger, safe='')}",
        None if event in ("READ", "DELETE") else json.dumps(body).encode(),
        {
            "Authorization": f"Basic {b64encode(args['authKey'].encode()).decode()}",
            "Content-Type": "application/json",
        },
        method=METHODS[event],
    )
    try:
        # The platform is on this machine: no proxy stands between.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=50) as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        return {"error": json.load(error)["error"]}
    except OSError as error:
        return {"error": f"the platform does not answer: {error}"}
    return found if event == "READ" else {"status": "success"}
