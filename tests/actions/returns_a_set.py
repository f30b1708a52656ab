def main(args):
    return {"numbers": {1, 2}}
