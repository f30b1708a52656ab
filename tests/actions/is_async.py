async def main(args):
    return {}
