"""Finds what the Python code in /plugin uses of the API, hooks and hosts; what mmpy permissions gives to the interpreter."""

import ast
import json
import os
import re
import sys
from urllib.parse import urlsplit

import _mmpy
from mattermost_plugin.client import PluginAPIClient

METHODS = frozenset(_mmpy.METHODS)
LOCK_METHODS = ("KVDelete", "KVGet", "KVSet", "KVSetWithOptions")  # which schedule_cluster calls


def constants(values):
    for value in values:
        if isinstance(value, str):
            yield value
        else:
            yield from constants(value if isinstance(value, tuple) else getattr(value, "co_consts", ()))


def client_methods():
    """The API methods that each method of the client calls, some through another one."""
    codes = {
        name: function.__code__
        for cls in PluginAPIClient.__mro__
        for name, function in vars(cls).items()
        if hasattr(function, "__code__") and not name.startswith("__")
    }

    def called(name, seen):
        if name in seen:
            return set()
        found = METHODS.intersection(constants(codes[name].co_consts))
        for other in codes.keys() & set(codes[name].co_names):
            found |= called(other, seen | {name})
        return found

    return {name: sorted(called(name, frozenset())) for name in codes if not name.startswith("_")}


class Scan(ast.NodeVisitor):
    """Collects from one file after the other."""

    def __init__(self):
        self.client = client_methods()
        self.file = ""
        self.found = {"methods": {}, "hooks": {}, "hosts": {}, "notes": []}

    def note(self, kind, name, node):
        places = self.found[kind].setdefault(name, [])
        place = f"{self.file}:{node.lineno}"
        if place not in places:
            places.append(place)

    def unknown(self, node, text):
        self.found["notes"].append(f"{self.file}:{node.lineno}: {text}")

    def used(self, name, node):
        for method in self.client.get(name, ()):
            self.note("methods", method, node)

    def visit_Attribute(self, node):
        if not (isinstance(node.value, ast.Name) and node.value.id == "self"):  # a method of the plugin's own
            self.used(node.attr, node)
        elif node.attr == "schedule_cluster":
            for method in LOCK_METHODS:
                self.note("methods", method, node)
        self.generic_visit(node)

    def visit_Call(self, node):
        function, first = node.func, node.args[0] if node.args else None
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
        on_api = isinstance(function, ast.Attribute) and ast.unparse(function.value).endswith("api")
        if name == "call" and text in METHODS:
            self.note("methods", text, node)
        elif name == "call" and on_api:
            self.unknown(node, "calls a method whose name is made when it runs")
        elif name == "getattr" and len(node.args) > 1:
            second = node.args[1]
            if isinstance(second, ast.Constant):
                self.used(second.value, node)
            elif ast.unparse(first).endswith("api"):
                self.unknown(node, "calls a method whose name is made when it runs")
        elif name in ("HTTPConnection", "HTTPSConnection") and text:
            port = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "port"), None)
            self.host(f"{text}:{port.value}" if isinstance(port, ast.Constant) else text, node)
        self.generic_visit(node)

    def visit_FunctionDef(self, node):
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            marked = call.func if call else decorator
            if (marked.attr if isinstance(marked, ast.Attribute) else getattr(marked, "id", "")) != "hook":
                continue
            argument = call.args[0] if call and call.args else None
            if argument is None:
                self.note("hooks", node.name, node)
            elif isinstance(argument, ast.Attribute):
                self.note("hooks", argument.attr, node)
            elif isinstance(argument, ast.Constant):
                self.note("hooks", str(argument.value), node)
            else:
                self.unknown(node, "is the handler of a hook whose name is made when it runs")
        self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Expr(self, node):
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            self.addresses(node.value, node, whole=True)

    def visit_JoinedStr(self, node):
        for n, part in enumerate(node.values):
            if isinstance(part, ast.Constant):
                self.addresses(part.value, node, whole=n + 1 == len(node.values))
            else:
                self.visit(part)

    def addresses(self, text, node, whole):
        """The hosts of the addresses in a text. One that goes on behind the text, which is not whole, may be any."""
        for match in re.finditer(r"https?://([^\s/?#\"'<>\\]*)", text):
            if match.end() == len(text) and not whole:
                self.unknown(node, "names a host that is made when it runs")
            elif match[1]:
                self.host(match[1].rpartition("@")[2], node)

    def host(self, text, node):
        try:
            address = urlsplit(f"//{text}")
            name, port = address.hostname, address.port
        except ValueError:
            return
        if not name or not re.fullmatch(r"[a-zA-Z0-9_.:-]+", name):
            return
        name = f"[{name}]" if ":" in name else name
        self.note("hosts", name if port in (None, 80, 443) else f"{name}:{port}", node)


def files(top):
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in ("__pycache__", "mmpy") and not os.path.exists(f"{folder}/{name}/pyvenv.cfg")
        )
        for name in sorted(names):
            if name.endswith(".py") and not name.startswith((".", "test")):
                yield os.path.join(folder, name)


def main():
    scan = Scan()
    for path in files("/plugin"):
        scan.file = os.path.relpath(path, "/plugin")
        with open(path, "rb") as file:
            source = file.read()
        try:
            scan.visit(ast.parse(source, scan.file))
        except (SyntaxError, ValueError) as error:
            sys.exit(f"{scan.file}: {error}")
    json.dump(scan.found, sys.stdout)


main()
