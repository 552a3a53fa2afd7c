"""Text: strings, regular expressions, JSON, and the formats that plugins meet."""

import ast
import base64
import binascii
import configparser
import difflib
import email.message
import email.parser
import hashlib
import hmac
import html
import html.parser
import io
import json
import logging
import re
import secrets
import shlex
import string
import textwrap
import unicodedata
import urllib.parse
import uuid
import xml.etree.ElementTree
import zlib

message = """**Deploy** of `mattermost` to *production* by @grace.hopper, ticket MM-12345 (was MM-99):
see <https://ci.example.org/job/512?x=1&y=%20z> or mail ops+night@example.org :rocket: :+1:
| a | b |
|---|---|
| 1 | 2024-05-06 12:33 | 10.0.0.1
#release #ops Überraschung für José, 日本語
"""


def strings():
    out = []
    for i in range(2500):
        name = f"user-{i:05d}"
        line = f"{name} has {i / 7:.2f} of {i!r}, {i:,} {i:x} {name!r:>14}"
        line = line.upper().lower().replace("user", "id").strip().removeprefix("id")
        head, _, tail = line.partition(" ")
        if line.startswith("-") and tail.endswith("'") and not head.isalpha() and "of" in tail:
            out.append("%s:%-6s|%d" % (head, tail[:4], i) + "{:>8}{}".format(tail[5:9], head[::-1]))
        words = line.split()
        out.append("_".join(word.capitalize().center(8) for word in words if word.isalnum()))
        out.append(line[3:-3].title() if line.find("9") > line.rfind("1") else head.zfill(9).join(("<", ">")))
    joined = "\n".join(out)
    total = sum(len(line) for line in joined.splitlines()) + joined.count("of")
    translated = joined[:4000].translate(str.maketrans("aeiou", "*____"))
    encoded = joined.encode() + "é日本😀".encode("utf-16")
    return total, len(translated), len(encoded.decode("utf-8", "replace")), sum(map(ord, joined[:3000])), joined[:80].casefold() > "a"


def unicode():
    text = message * 8
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    kinds = {unicodedata.category(character) for character in text}
    characters = [character for character in text if character.isalnum() and not character.isdigit()]
    return len(folded), len(kinds), len("".join(characters)), text.encode("latin-1", "xmlcharrefreplace")[:5]


expressions = [
    re.compile(expression, flags)
    for expression, flags in (
        (r"\bMM-(\d+)\b", 0),
        (r"\*\*(.+?)\*\*|\*([^*]+)\*|`([^`]*)`", 0),
        (r"<(https?)://([^/>\s]+)(/[^?>]*)?(?:\?([^>]*))?>", re.I),
        (r"^\|(?:[^|\n]*\|)+$", re.M),
        (r"(?P<word>\w+)\s+(?P=word)?", 0),
        (r":(?P<emoji>[+\w-]+):", 0),
        (r"(?:\d{1,3}\.){3}\d{1,3}", 0),
        (r"[^\x00-\x7f]+", 0),
        (r"(?<=#)\w+(?!\S)", 0),
        (r"[A-Z][a-z]+ (?:of|to) [^,]*?by", re.S),
        (r"(a|b|[cd])*e(?=f)|z$", 0),
        ("|".join(["darn", "heck", "gosh", "badword", "spam", "rocket"]), re.I),
    )
]


def expressions_at_work():
    text, total = message * 6, 0
    for expression in expressions:
        total += len(expression.findall(text)) + len(expression.split(text)) + sum(m.end() for m in expression.finditer(text))
        total += len(expression.sub(lambda match: match[0][:2], text)) + len(expression.sub(r"<\g<0>>", text))
        for line in text.splitlines():
            if (match := expression.search(line)) is not None:
                total += match.start() + len(match.groups())
            total += expression.match(line) is None
            total += expression.fullmatch(line[:20]) is not None
    for flavour in range(12):
        re.purge()
        total += re.compile(rf"(x{flavour}+|y[a-f0-9]{{2,{flavour + 3}}})*?(?P<end>;|$)").groups
    return total


def json_documents():
    event = {
        "event": "posted", "seq": 12, "broadcast": {"omit_users": None, "channel_id": "c" * 26, "connected": True},
        "data": [{"text": message, "delay": i * 1.25, "count": -i, "empty": {}, "list": [i, [i], "\u2028\t"]} for i in range(60)],
    }  # fmt: skip
    total = 0
    for _ in range(6):
        text = json.dumps(event)
        total += len(json.loads(text)["data"]) + len(text)
    pretty = json.dumps(event, indent=2, sort_keys=True, ensure_ascii=False, default=str)
    numbers = json.loads("[" + ",".join(str(i / 3) for i in range(800)) + ", 1e5, -0, 123456789012345678901]", parse_float=float)
    for broken in ('{"a": }', "[1, 2", '{"a" 1}', "nul"):
        try:
            json.loads(broken)
        except json.JSONDecodeError as error:
            total += error.pos
    return total, len(pretty), len(numbers), json.loads(pretty) == event


def formats():
    total = 0
    for i in range(120):
        data = (message + str(i)).encode()
        total += len(base64.b64decode(base64.urlsafe_b64encode(data), b"-_")) + len(hashlib.sha256(data).hexdigest())
        total += len(hmac.new(b"key", data, "sha1").digest()) + binascii.crc32(data) % 7 + len(hashlib.blake2b(data).digest())
        total += len(zlib.decompress(zlib.compress(data))) + len(html.unescape(html.escape(message)))
        url = urllib.parse.urlsplit(f"https://user@example.org:8065/a/b{i}?q={urllib.parse.quote(message[:30])}#x")
        total += len(urllib.parse.urlencode({**dict(urllib.parse.parse_qsl(url.query)), "i": i})) + (url.port or 0)
        total += len(str(uuid.uuid5(uuid.NAMESPACE_URL, url.path))) + len(secrets.token_hex(4))
    tree = xml.etree.ElementTree.fromstring("<a>" + "<b c='1'>text &amp; more</b>" * 200 + "</a>")
    total += len(xml.etree.ElementTree.tostring(tree)) + len(tree.findall(".//b[@c='1']"))
    parser = html.parser.HTMLParser()
    parser.feed("<p class=x>one <b>two</b> &eacute;<br/></p>" * 60)
    mail = email.message.EmailMessage()
    mail["Subject"], mail["To"] = "Grüße", "Ada <ada@example.org>"
    mail.set_content(message)
    total += len(email.parser.Parser().parsestr(mail.as_string()).get_payload())
    settings = configparser.ConfigParser()
    settings.read_string("[a]\nx = 1\ny: %(x)s2\n")
    return total, settings["a"]["y"]


def prose():
    total = len(textwrap.fill(message * 10, 60)) + len(textwrap.dedent("    a\n    b\n"))
    total += len(string.Template("$who likes ${what}").substitute(who="Ada", what="engines"))
    total += len(shlex.split("""/poll "What now?" 'this one' that\\ one --limit 3"""))
    changes = difflib.unified_diff(message.splitlines(), message.replace("1", "2").splitlines(), lineterm="")
    total += len(list(changes)) + len(difflib.get_close_matches("exampel", ["example", "sample", "apple"]))
    stream = io.StringIO()
    log = logging.getLogger("training")
    log.addHandler(logging.StreamHandler(stream))
    log.propagate = False
    for i in range(300):
        log.warning("%s did %d of %.1f", "someone", i, i / 3)
        log.debug("never %s", i)
    raw = io.BytesIO(stream.getvalue().encode())
    lines = [line.rstrip() for line in io.TextIOWrapper(raw)]
    return total, len(lines)


def compiling():
    source = "\n".join(
        f"def f{i}(a, b={i}, *c, **d):\n    '''doc'''\n    x = [n * a for n in range(b) if n % 2]\n"
        f"    if x and a > {i / 3}:\n        return {{'k': x[0], **d}}\n    try:\n        return f'{{a}}:{{b!r}}'\n"
        "    except (KeyError, ValueError) as e:\n        raise RuntimeError(str(e)) from e\n"
        f"class C{i}(object):\n    value: int = {i}\n    async def m(self):\n        async with self as s:\n            return await s"
        for i in range(25)
    )
    names = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}
    scope = {}
    exec(compile(source, "<training>", "exec"), scope)
    return len(names), scope["f3"](2), eval("[i ** 2 for i in range(5)]"), ast.literal_eval("{'a': [1, 2.5, (None, True)]}")


PROGRAMS = (strings, unicode, expressions_at_work, json_documents, formats, prose, compiling)
