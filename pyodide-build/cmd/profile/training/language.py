"""The language itself: calls, classes, exceptions, generators, closures, patterns, numbers."""

import contextlib
import dataclasses
import enum
import functools
import itertools
import operator


class Shape:
    """A class as people write them: inheritance, properties, class and static methods, comparison."""

    count = 0

    def __init__(self, name, *sides, unit="cm"):
        self.name = name
        self.sides = list(sides)
        self.unit = unit
        Shape.count += 1

    @property
    def circumference(self):
        return sum(self.sides)

    @classmethod
    def square(cls, side):
        return cls("square", side, side, side, side)

    @staticmethod
    def double(side):
        return side * 2

    def scaled(self, factor=1):
        return type(self)(self.name, *(side * factor for side in self.sides), unit=self.unit)

    def __eq__(self, other):
        return isinstance(other, Shape) and self.sides == other.sides

    def __hash__(self):
        return hash(tuple(self.sides))

    def __len__(self):
        return len(self.sides)

    def __getitem__(self, index):
        return self.sides[index]

    def __iter__(self):
        return iter(self.sides)

    def __bool__(self):
        return bool(self.sides)


class Triangle(Shape):
    __slots__ = ("note",)

    def __init__(self, a, b, c):
        super().__init__("triangle", a, b, c)
        self.note = None

    def scaled(self, factor=1):
        result = Triangle(*(side * factor for side in self))
        result.note = f"{factor} times"
        return result

    def __getattr__(self, name):
        if name.startswith("side"):
            return self.sides[int(name[4:])]
        raise AttributeError(name)


def classes():
    total = 0
    known = set()
    for i in range(2500):
        shape = Shape.square(i % 13) if i % 3 else Triangle(3, 4, i % 7)
        other = shape.scaled(factor=Shape.double(i % 5))
        known.add(other)
        total += other.circumference + len(other) + other[0]
        if shape == other and isinstance(shape, Triangle):
            total += shape.side1
        if getattr(shape, "missing", None) is None and hasattr(shape, "sides"):
            setattr(shape, "label", i)
            del shape.label
    return total, len(known)


@dataclasses.dataclass(order=True)
class Item:
    weight: int
    name: str = dataclasses.field(compare=False)
    tags: list = dataclasses.field(default_factory=list, compare=False)


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


class Right(enum.IntFlag):
    READ = 1
    WRITE = 2


def records():
    items = sorted(Item((i * 37) % 101, f"item {i}", [i]) for i in range(1200))
    heaviest = max(items, key=operator.attrgetter("weight"))
    rights = functools.reduce(operator.or_, (Right(i % 4) for i in range(300)), Right(0))
    copies = [dataclasses.asdict(dataclasses.replace(item, name="copy")) for item in items[:150]]
    colours = [Colour((i & 1) + 1).name for i in range(500)] + [Colour["RED"].value]
    return heaviest.weight, Right.WRITE in rights, len(copies), len(colours)


def keywords(first, second=2, *rest, key=None, **others):
    return first + second + len(rest) + len(others) + (key or 0)


def calls():
    total = 0
    triple = functools.partial(operator.mul, 3)
    arguments, named = (4, 5, 6), {"key": 7, "more": 8}
    for i in range(6000):
        total += keywords(i) + keywords(i, 3, key=1) + keywords(1, *arguments) + keywords(i, **named) + triple(i)
        total += (lambda x, y=1: x - y)(i) + abs(-i) + min(i, 7) + max(3, i, 2) + len(arguments)
    return total


def depth(n, a=0, b=1):
    return depth(n - 1, b, a + b) if n else a


@functools.lru_cache(maxsize=None)
def ways(steps):
    return 1 if steps < 2 else ways(steps - 1) + ways(steps - 2) + ways(steps - 3)


def ackermann(m, n):
    if m == 0:
        return n + 1
    return ackermann(m - 1, ackermann(m, n - 1) if n else 1)


def recursion():
    return sum(depth(90) for _ in range(120)) + ways(200), ackermann(2, 30)


def closures():
    def counter(step):
        value = 0

        def increase():
            nonlocal value
            value += step
            return value

        return increase

    counters = [counter(step) for step in range(1, 40)]
    return sum(count() for _ in range(250) for count in counters)


class Failure(Exception):
    def __init__(self, code):
        super().__init__(f"code {code}")
        self.code = code


@contextlib.contextmanager
def logged(entries, name):
    entries.append(name)
    try:
        yield name
    finally:
        entries.pop()


def exceptions():
    entries, codes = [], 0
    for i in range(2500):
        try:
            with logged(entries, i), contextlib.suppress(KeyError):
                if i % 3 == 0:
                    raise Failure(i)
                if i % 3 == 1:
                    {}["missing"]
                [][i]
        except Failure as failure:
            codes += failure.code
        except (IndexError, TypeError) as error:
            codes += len(str(error))
        else:
            codes += 1
        finally:
            codes -= 1
    try:
        try:
            raise Failure(1)
        except Failure as failure:
            raise ValueError("wrapped") from failure
    except* ValueError as group:
        codes += len(group.exceptions)
    return codes


def evens(numbers):
    for number in numbers:
        if number % 2 == 0:
            yield number


def chained(*sources):
    for source in sources:
        yield from source


class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n


def generators():
    def average():
        total = count = 0
        while True:
            value = yield total / count if count else None
            total, count = total + value, count + 1

    running = average()
    next(running)
    last = [running.send(value) for value in range(2000)][-1]
    pairs = sum(a * b for a, b in zip(evens(range(6000)), itertools.count(1)))
    grouped = [len(list(group)) for _, group in itertools.groupby(range(3000), key=lambda n: n // 7)]
    return (
        last, pairs, len(grouped), sum(chained(range(3000), evens(range(3000)), Countdown(2000))),
        any(n > 2900 for n in range(3000)), all(map(str, range(1000))),
        sum(1 for _ in itertools.islice(itertools.product(range(30), repeat=3), 5000)),
        len(list(filter(None, (n % 3 for n in range(3000))))), dict(enumerate("abc")), list(reversed(range(5))),
    )  # fmt: skip


def patterns():
    total = 0
    values = [{"kind": "a", "value": 5}, {"kind": "b"}, (1, 2, 3), [4, 5], "text", 17, 2.5, None, Item(3, "x")]
    for i in range(4000):
        match values[i % len(values)]:
            case {"kind": "a", "value": value}:
                total += value
            case {"kind": kind}:
                total += len(kind)
            case (a, b, *rest):
                total += a + b + len(rest)
            case str() as text:
                total += len(text)
            case int(n) if n > 10:
                total += n
            case float() | None:
                total -= 1
            case Item(weight=weight):
                total += weight
    return total


def mandelbrot():
    inside = 0
    for row in range(24):
        for column in range(48):
            c = complex(column / 20 - 1.9, row / 10 - 1.2)
            x = y = 0.0
            for _ in range(40):
                x, y = x * x - y * y + c.real, 2 * x * y + c.imag
                if x * x + y * y > 4.0:
                    break
            else:
                inside += 1
    return inside


def primes():
    sieve = bytearray([1]) * 20000
    for n in range(2, 142):
        if sieve[n]:
            sieve[n * n :: n] = bytes(len(range(n * n, len(sieve), n)))
    found = [n for n in range(2, 20000) if sieve[n]]
    by_division = []
    n = 2
    while len(by_division) < 400:
        for divisor in by_division:
            if divisor * divisor > n:
                by_division.append(n)
                break
            if n % divisor == 0:
                break
        else:
            by_division.append(n)
        n += 1
    return len(found), by_division[-1]


def integers():
    total, state = 0, 12345
    for i in range(20000):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        total += (state >> 16) % (i | 1) - (i ^ state) // 7 + (i << 2)
        total -= ~i if i & 1 else -i
    big = 3**700
    for i in range(1, 120):
        big = big * (i + 10**9) % (10**180 + 7)
    return total, len(str(big)), int("9" * 150) // 7, divmod(big, 97), hex(total), big.bit_length(), pow(7, big, 1009)


def matrices():
    size = 24
    left = [[(i * j) % 7 / 3 for j in range(size)] for i in range(size)]
    right = [[(i + j) % 5 * 0.5 for j in range(size)] for i in range(size)]
    product = [[sum(a * b for a, b in zip(row, column)) for column in zip(*right)] for row in left]
    grid = [[0] * 40 for _ in range(40)]
    for step in range(4):
        for i in range(1, 39):
            row, above, below = grid[i], grid[i - 1], grid[i + 1]
            for j in range(1, 39):
                row[j] = (above[j] + below[j] + row[j - 1] + row[j + 1] + step + 1) & 255
    return round(sum(map(sum, product)), 3), sum(map(sum, grid))


PROGRAMS = (
    classes, records, calls, recursion, closures, exceptions, generators, patterns, mandelbrot, primes, integers, matrices,
)  # fmt: skip
