"""Where the servers of the tests are."""

import json

with open("/plugin/ports.json") as file:
    PORTS = json.load(file)

WEB = f"http://web.test:{PORTS['web']}"
SECURE = f"https://secure.test:{PORTS['secure']}"
WRONG = f"https://wrong.test:{PORTS['secure']}"  # its certificate is for secure.test
CLOSED = f"http://web.test:{PORTS['closed']}"  # nobody listens
INSIDE = f"http://inside.test:{PORTS['web']}"  # granted, but its address is not of the public
NOWHERE = f"http://nowhere.test:{PORTS['web']}"  # granted, but nobody has that name
DENIED = "https://denied.test"

PATTERN = b"0123456789abcdef" * 4096


class Zeros:
    """A file of zeros; it counts how they are asked for."""

    def __init__(self, size):
        self.left, self.reads = size, 0

    def read(self, size=-1):
        self.reads += 1
        count = self.left if size is None or size < 0 else min(self.left, size)
        self.left -= count
        return bytes(count)
