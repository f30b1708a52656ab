def main(args, context):
    return {}
