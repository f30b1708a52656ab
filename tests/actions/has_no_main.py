def other(args):
    return {"from": "other"}
