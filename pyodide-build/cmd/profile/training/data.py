"""Data structures: lists, dictionaries, sets and what the library builds on them."""

import array
import bisect
import collections
import copy
import csv
import datetime
import decimal
import fractions
import heapq
import io
import pickle
import random
import sqlite3
import statistics
import struct
import types


def lists():
    rng = random.Random(3)
    numbers = [rng.randrange(1000) for _ in range(3000)]
    numbers[100:200] = [0] * 50
    numbers.extend(range(100))
    numbers.insert(5, -1)
    del numbers[::7]
    numbers.reverse()
    popped = [numbers.pop() for _ in range(100)] + [numbers.pop(0) for _ in range(50)]
    rng.shuffle(numbers)
    ordered = sorted(numbers, reverse=True)
    floats = sorted(number / 7 for number in numbers)
    words = sorted((f"w{number}" for number in numbers), key=str.lower)
    triples = sorted((number % 10, str(number), number) for number in numbers)
    first, *middle, last = ordered
    squares = [[x * y for x in range(20)] for y in range(60)]
    return len(popped), first + last, len(middle), floats[0], words[0], triples[0], 17 in numbers, numbers.count(0), numbers.index(7), squares[3][4]


def binary_trees():
    def tree(depth):
        return (tree(depth - 1), tree(depth - 1)) if depth else (None, None)

    def check(node):
        return 1 + check(node[0]) + check(node[1]) if node[0] else 1

    class Node:
        def __init__(self, key):
            self.key, self.left, self.right = key, None, None

    rng = random.Random(4)
    root = Node(0.5)
    for _ in range(1200):
        key, at = rng.random(), root
        while True:
            side = "left" if key < at.key else "right"
            below = getattr(at, side)
            if below is None:
                setattr(at, side, Node(key))
                break
            at = below
    return sum(check(tree(7)) for _ in range(12))


def dictionaries():
    text = ("the quick brown fox jumps over the lazy dog " * 60).split()
    counted = collections.Counter(text)
    positions = collections.defaultdict(list)
    for place, word in enumerate(text):
        positions[word].append(place)
    by_number = {n: str(n) for n in range(3000)}
    by_pair = {(n % 50, n % 7): n for n in range(3000)}
    merged = {**by_number, "x": 1} | {"y": 2}
    for n in range(0, 3000, 3):
        del by_number[n]
        merged.pop(n, None)
        by_pair.setdefault((n, n), n)
    ordered = collections.OrderedDict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
    ordered.move_to_end("fox")
    chained = collections.ChainMap({"a": 1}, merged)
    total = sum(by_number.get(n) is None for n in range(3000)) + sum(n in by_pair for n in range(500))
    for key, value in merged.items():
        if key in by_number and value != by_number[key]:
            total += 1
    return counted.most_common(2), len(positions), total, chained["x"], list(ordered)[-1], {v: k for k, v in counted.items()}


def sets():
    a = {n * 3 % 1009 for n in range(3000)}
    b = frozenset(range(0, 2000, 2))
    words = {f"word{n % 150}" for n in range(2000)}
    return len(a & b), len(a | b), len(a - b), len(a ^ b), a <= b, words.isdisjoint(b), sum(n in a for n in range(2000))


Point = collections.namedtuple("Point", "x y")


def structures():
    queue = collections.deque(maxlen=50)
    heap, ordered = [], []
    rng = random.Random(5)
    for i in range(2500):
        queue.append(i)
        heapq.heappush(heap, (rng.random(), i))
        if len(heap) > 100:
            heapq.heappop(heap)
        if i < 600:
            bisect.insort(ordered, rng.randrange(10000))
    points = [Point(i, -i) for i in range(1500)]
    numbers = array.array("i", range(500))
    namespace = types.SimpleNamespace(a=1)
    namespace.b = copy.deepcopy({"points": points[:40], "list": [[i] * 3 for i in range(60)]})
    graph = {i: [(i * 7 + 1) % 400, (i * 3 + 2) % 400] for i in range(400)}
    seen, waiting = {0}, collections.deque([0])
    while waiting:
        for neighbour in graph[waiting.popleft()]:
            if neighbour not in seen:
                seen.add(neighbour)
                waiting.append(neighbour)
    return sum(p.x * p.y for p in points), sum(numbers), len(seen), queue[0], heapq.nsmallest(3, heap)[0][1], ordered[0]


def packed():
    value = {"list": list(range(300)), "text": "é" * 50, "nested": {str(i): (i, i / 3, None, True) for i in range(200)}}
    again = pickle.loads(pickle.dumps(value))
    out = b"".join(struct.pack("<IHq4s", i, i & 0xFFFF, -i, b"abcd") for i in range(600))
    total = sum(a + b + c for a, b, c, _ in struct.iter_unpack("<IHq4s", out))
    table = io.StringIO()
    csv.writer(table).writerows([[i, f"name {i}", "a,b" if i % 2 else 'q"q'] for i in range(300)])
    table.seek(0)
    view = memoryview(out)[10:2000:3]
    return again == value, total, len(list(csv.reader(table))), bytes(view)[0], int.from_bytes(out[:8]), (77).to_bytes(4)


def exact():
    price = decimal.Decimal("19.99")
    total = sum((price * n / 7).quantize(decimal.Decimal("0.01")) for n in range(300))
    third = sum(fractions.Fraction(1, n) for n in range(1, 30))
    return total, third.numerator, statistics.fmean(range(100)), statistics.median([3, 1, 2])


def times():
    start = datetime.datetime(2024, 2, 28, 12, 30, tzinfo=datetime.timezone.utc)
    texts = []
    for i in range(400):
        at = start + datetime.timedelta(hours=7 * i, seconds=i)
        texts.append(at.isoformat() + at.strftime(" %A %d %B %Y %H:%M"))
        assert datetime.datetime.fromisoformat(at.isoformat()) == at
        datetime.datetime.fromtimestamp(at.timestamp(), datetime.timezone.utc).date().isocalendar()
    return len(texts), (datetime.date(2024, 12, 24) - start.date()).days


def database():
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table posts (id integer primary key, author text, score real)")
        connection.executemany("insert into posts (author, score) values (?, ?)", [(f"user{i % 20}", i / 3) for i in range(1500)])
        connection.execute("create index by_author on posts (author)")
        rows = connection.execute("select author, count(*), avg(score) from posts group by author order by 2 desc, 1").fetchall()
        one = connection.execute("select * from posts where author = ? and score > ?", ("user3", 100)).fetchone()
    return len(rows), one


PROGRAMS = (lists, binary_trees, dictionaries, sets, structures, packed, exact, times, database)
