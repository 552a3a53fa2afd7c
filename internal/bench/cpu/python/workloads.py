"""Work for a Python interpreter: what plugins spend their time on, and what interpreters are usually measured by.

Each takes some ten milliseconds in a native interpreter and returns something that depends on all of the work, so that
two interpreters can be seen to have done the same. What is prepared here, at import, is not measured.
"""

import json
import math
import random
import re


def nbody():
    """Floating-point numbers and subscripts of lists: five bodies that attract each other."""
    rng = random.Random(5)
    bodies = [[[rng.uniform(-9, 9) for _ in range(3)], [rng.uniform(-1, 1) for _ in range(3)], rng.uniform(0.1, 4)] for _ in range(5)]
    pairs = [(a, b) for i, a in enumerate(bodies) for b in bodies[i + 1 :]]
    for _ in range(1000):
        for (p, v, m), (q, w, n) in pairs:
            dx = p[0] - q[0]
            dy = p[1] - q[1]
            dz = p[2] - q[2]
            pull = 0.001 * (dx * dx + dy * dy + dz * dz + 0.01) ** -1.5
            to_first = pull * n
            to_second = pull * m
            v[0] -= dx * to_first
            v[1] -= dy * to_first
            v[2] -= dz * to_first
            w[0] += dx * to_second
            w[1] += dy * to_second
            w[2] += dz * to_second
        for p, v, _ in bodies:
            p[0] += 0.001 * v[0]
            p[1] += 0.001 * v[1]
            p[2] += 0.001 * v[2]
    # Only what rounding cannot change: C libraries need not agree in the last bit of a power.
    return round(sum(math.hypot(*p) for p, _, _ in bodies), 6)


posts = [
    {
        "id": f"post{i:022d}",
        "create_at": 1_700_000_000_000 + 1000 * i,
        "user_id": f"user{i % 17:022d}",
        "message": f'Line {i} of "the log"\nsays é and ☃, see https://example.com/{i}',
        "props": {"score": i / 7, "tags": ["a", "b", str(i)], "pinned": i % 5 == 0, "parent": None},
        "reply_count": i,
    }
    for i in range(400)
]
posts_json = json.dumps(posts)


def json_dumps():
    """json, writing."""
    return sum(len(json.dumps(posts)) for _ in range(6))


def json_loads():
    """json, reading."""
    return sum(len(json.loads(posts_json)) for _ in range(6))


prose = " ".join(
    f"On 2024-05-{i % 28 + 1:02d} @user.{i} wrote to mail{i}@example.com: see https://example.com/a/{i}?q={i * i} :smile: #topic-{i}"
    for i in range(160)
)
patterns = [
    re.compile(pattern)
    for pattern in (
        r"(?<!\w)@([a-z][\w.-]*)",
        r"https?://[^\s?]+(?:\?(\w+)=(\d+))?",
        r"\b(\d{4})-(\d\d)-(\d\d)\b",
        r"[\w.+-]+@[\w-]+\.\w+",
        r"(?i):(smile|frown|tada):|#[a-z]+-\d+",
    )
]


def regex():
    """Regular expressions of the kind that message filters use."""
    found = sum(len(pattern.findall(prose)) for pattern in patterns)
    return found, len(patterns[0].sub(lambda match: f"<{match[1].upper()}>", prose))


def dict_str():
    """Dictionaries with strings for keys, and strings made, cut and joined."""
    counts = {}
    for i in range(12000):
        word = f"key-{i % 997}"
        counts[word] = counts.get(word, 0) + len(word)
    lines = [f"{key}={value}".upper() for key, value in counts.items() if key.endswith(("1", "3", "5"))]
    words = " ".join(lines).replace("KEY-", "k").split()
    return len(counts), sum(counts.values()), len(words), ",".join(words)[:40]


def fib():
    """Calls of functions, and small integers."""

    def number(n):
        return n if n < 2 else number(n - 1) + number(n - 2)

    return number(22)


class Vector:
    """A small class with attributes, methods and operators."""

    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    @property
    def size(self):
        return abs(self.x) + abs(self.y)


class Account:
    """One whose attributes are in a dictionary."""

    def __init__(self, owner):
        self.owner = owner
        self.balance = 0

    def deposit(self, amount):
        if amount < 0:
            raise ValueError(amount)
        self.balance += amount
        return self


def objects():
    """Instances made, called and thrown away."""
    at = Vector(0, 0)
    step = Vector(1, -2)
    total = failures = 0
    for i in range(9000):
        at = at + step
        total += at.size
        try:
            total += Account("a").deposit(i).deposit(i % 50 - 1).balance
        except ValueError:
            failures += 1
    return total, failures


rng = random.Random(11)
numbers = [rng.random() for _ in range(12000)]
names = [f"{rng.randrange(10**6):06d}" for _ in range(6000)]
people = [(rng.randrange(50), rng.choice(names)) for _ in range(4000)]


def sort():
    """Sorting numbers, strings, tuples and by a key."""
    by_key = sorted(people, key=lambda person: (-person[0], person[1]))
    return sorted(numbers)[600], sorted(names)[700], sorted(people)[800], by_key[900]


ALL = (nbody, json_dumps, json_loads, regex, dict_str, fib, objects, sort)
