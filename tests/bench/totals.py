def run(plan):
    yield from ()
