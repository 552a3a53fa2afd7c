"""A value of its own for every parameter and every field, made from its annotation."""

import ast
import importlib
import inspect
import io
import pkgutil
from enum import Enum

import mattermost_plugin
from mattermost_plugin._internal import wrappers
from mattermost_plugin._internal.wire import WireRecord

# Values of places that cannot hold just any, by "owner.name": a method and its parameter, or a record and its field.
# Where the record says one thing twice, both are here.
PARTICULAR = {
    "AppError.message": "what went wrong",
    "Channel.type": "P",
    "CommandArgs.channel_mention": '{"town":"channel-1"}',
    "CommandArgs.channel_mentions": {"town": "channel-1"},
    "CommandArgs.user_mention": '{"bob":"user-1"}',
    "CommandArgs.user_mentions": {"bob": "user-1"},
    "CustomStatus.expires_at": 1767225600000,
    "CustomStatus.expires_at_exact": "2026-01-01T00:00:00.000000001Z",
    "DialogElement.options": [{"text": "Red", "value": "red"}, {"text": "Blue", "value": "blue"}],
    "Group.name": "",
    "Group.name_exact": "",
    "Group.remote_id": "",
    "Group.remote_id_exact": "",
    "OAuthApp.callback_urls": "https://a.example\nhttps://b.example",
    "OAuthApp.callback_urls_exact": ["https://a.example", "https://b.example"],
    "PostList.has_next": True,
    "PostList.has_next_exact": True,
    "PushNotification.badge": "7",
    "PushNotification.cont_ava": "8",
    "SharedChannel.home": "true",
    "SharedChannel.home_exact": True,
    "SidebarCategoryWithChannels.sorting": 1,
    "SidebarCategoryWithChannels.sorting_exact": "manual",
    "Team.type": "O",
    "TeamMemberWithError.error": "what went wrong",
    "get_property_fields.page": 0,
    "get_property_fields.per_page": 2,
    "get_property_values.page": 0,
    "get_property_values.per_page": 2,
    "load_plugin_configuration.dest": dict,
    "log_audit_rec_with_level.level": "audit-content",
    "patch_channel_members_notifications.members": [("channel-1", "user-1"), ("channel-2", "user-2")],
    "plugin_http.method": "POST",
    "plugin_http.url": "/com.example.other/hello?a=b",
    "plugin_http_stream.method": "PUT",
    "plugin_http_stream.url": "/com.example.other/hello?c=d",
    "publish_web_socket_event.broadcast": {
        "user_id": "user-1",
        "channel_id": "channel-1",
        "team_id": "team-1",
        "connection_id": "connection-1",
        "omit_connection_id": "connection-2",
        "omit_users": ["user-2", "user-3"],
        "reliable_cluster_send": True,
        "contains_sanitized_data": True,
        "contains_sensitive_data": True,
        "broadcast_hooks": ["hook-1", "hook-2"],
        "broadcast_hook_args": [{"great": 2**53 + 1}, {}],
        "required_permissions": ["permission-1"],
    },
    "search_property_fields.page": 0,
    "search_property_fields.per_page": 2,
    "search_property_fields.search_term": "text",
    "search_property_values.page": 0,
    "search_property_values.per_page": 2,
}

# Records of which one field is set.
ONE_OF = {"AutocompleteArg": ("text", "static_list", "dynamic_list", "other")}


class Values:
    """Makes the values.

    Args:
        seed: which of the types that an annotation allows is taken, and where the numbers begin.
        narrow: the fields, as "Message.field", whose integers have 32 bits. All others get one that no float holds.
            None: all are small.
    """

    used = set()  # of PARTICULAR

    def __init__(self, seed=0, narrow=None):
        self.seed = seed
        self.narrow = None if narrow is None else set(narrow)
        self.count = seed * 100000
        self.within = []  # the records that are being made

    def next(self):
        self.count += 1
        return self.count

    def of_parameter(self, method, parameter, request):
        """The value of a parameter; request is the name of the method's request message."""
        if (key := f"{method}.{parameter.name}") in PARTICULAR:
            self.used.add(key)
            return PARTICULAR[key]
        if parameter.kind is parameter.VAR_KEYWORD:
            return {f"{parameter.name}_{i}": self.value(parameter.annotation, (request, parameter.name), 6) for i in range(2)}
        if isinstance(parameter.default, bool):
            return not parameter.default
        return self.value(parameter.annotation, (request, parameter.name), 6)

    def record(self, cls, depth=6):
        """A record with every field set, down to so many records in each other."""
        fields = {}
        self.within.append(cls)
        one_of = ONE_OF.get(cls.__name__, ())
        chosen = one_of and one_of[self.next() % len(one_of)]
        for parameter in inspect.signature(cls).parameters.values():
            if parameter.name in one_of and parameter.name != chosen:
                continue
            if (key := f"{cls.__name__}.{parameter.name}") in PARTICULAR:
                self.used.add(key)
                fields[parameter.name] = PARTICULAR[key]
                continue
            message = cls._message.rpartition(".")[2] if issubclass(cls, WireRecord) else cls.__name__
            fields[parameter.name] = self.value(parameter.annotation, (message, parameter.name), depth - 1)
        self.within.pop()
        return cls(**fields)

    def value(self, annotation, place, depth):
        """A value for an annotation, as text or as an object."""
        if not isinstance(annotation, str):
            annotation = annotation.__name__ if isinstance(annotation, type) else str(annotation)
        return self._made(ast.parse(annotation.strip("'\""), mode="eval").body, place, depth)

    def _made(self, node, place, depth):
        if isinstance(node, ast.BinOp):
            return self._one_of(_alternatives(node), place, depth)
        if isinstance(node, ast.Constant):
            return self.value(node.value, place, depth)
        if isinstance(node, ast.Subscript):
            return self._generic(_name(node.value), node.slice, place, depth)
        return self._simple(_name(node), place, depth)

    def _one_of(self, nodes, place, depth):
        nodes = [node for node in nodes if not (isinstance(node, ast.Constant) and node.value is None)]
        return self._made(nodes[self.seed % len(nodes)], place, depth)

    def _generic(self, name, of, place, depth):
        items = of.elts if isinstance(of, ast.Tuple) else [of]
        if name == "Optional":
            return self._made(of, place, depth)
        if name == "Union":
            return self._one_of(items, place, depth)
        if name == "Literal":
            return items[self.seed % len(items)].value
        if name in ("list", "List", "Sequence", "Iterable"):
            return [] if self._ends(of, depth) else [self._made(of, place, depth) for _ in range(2)]
        if name in ("tuple", "Tuple"):
            return tuple(self._made(item, place, depth) for item in items)
        if name in ("dict", "Dict", "Mapping"):
            if self._ends(items[1], depth):
                return {}
            if _name(items[1]) in ("Any", "object"):
                return self._document(place)
            return {f"key-{self.next()}": self._made(items[1], place, depth) for _ in range(2)}
        if name in ("IO",):
            return io.BytesIO(self._simple("bytes", place, depth))
        raise TypeError(f"{'.'.join(place)}: no value for an annotation {name}[…]")

    def _simple(self, name, place, depth):
        n = self.next()
        match name:
            case "str":
                return f"tëxt-{n}"
            case "int":
                small = self.narrow is None or ".".join(place) in self.narrow
                return n if small else 2**53 + 2 * n + 1
            case "float":
                return n + 0.5
            case "bool":
                return True
            case "bytes" | "Buffer" | "ReadableBuffer":
                return b"bytes-%d\x00\xff" % n
            case "BinaryIO":
                return io.BytesIO(b"stream-%d\x00\xff" % n)
            case "dict" | "Mapping":
                return self._document(place)
            case "Any" | "object":
                return self._document(place)
        cls = _class(name)
        if issubclass(cls, Enum):
            return list(cls)[n % len(cls)]
        return None if self._ends(ast.Name(name), depth) else self.record(cls, depth)

    def _ends(self, node, depth):
        """Whether what is in a record goes no deeper: no record is twice in itself."""
        return depth <= 0 or sum(cls.__name__ == _name(node) for cls in self.within) > 1

    def _document(self, place):
        n = self.next()
        great = n if self.narrow is None else 2**53 + 2 * n + 1
        return {
            f"key-{n}": {"great": great, "half": n + 0.5, "yes": True, "nothing": None},
            "list": [great, [-great], {}, f"tëxt-{n}"],
        }


def _alternatives(node):
    if isinstance(node, ast.BinOp):
        return _alternatives(node.left) + _alternatives(node.right)
    return [node]


def _name(node):
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant):
        return str(node.value)
    return ""


def _modules():
    for module in pkgutil.iter_modules(wrappers.__path__):
        yield importlib.import_module(f"{wrappers.__name__}.{module.name}")


def _class(name):
    for module in (mattermost_plugin, *_modules()):
        if isinstance(cls := getattr(module, name, None), type):
            return cls
    raise TypeError(f"no class {name} in the SDK")


def record_classes():
    """The record classes of the SDK that have a message."""
    return {
        cls.__name__: cls
        for module in _modules()
        for cls in vars(module).values()
        if isinstance(cls, type) and issubclass(cls, WireRecord) and cls._message and cls.__module__ == module.__name__
    }
