def main(args):
    return {"text": "\ud800"}
