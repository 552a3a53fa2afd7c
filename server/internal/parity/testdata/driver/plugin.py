"""Does with the SDK what the tests in Go ask for, and tells what came of it.

A request is the text of a command, the answer its response's, both JSON.
"""

import asyncio
import base64
import importlib
import inspect
import json
import pkgutil

from mattermost_plugin import AsyncPluginAPIClient, HookName, Plugin, PluginAPIClient, grpc, hook, run_plugin
from mattermost_plugin._internal.api_messages import api_messages
from telling import tell, tell_exception
from values import PARTICULAR, Values, record_classes


class Driver(Plugin):
    @hook(HookName.ExecuteCommand)
    def execute_command(self, context, args):
        request = json.loads(args.command)
        answer = getattr(self, request.pop("do"))(**request)
        return {"text": json.dumps(answer)}

    def surface(self):
        """The names and signatures of both clients' public methods, and the names of the hooks."""
        return {
            "sync": _signatures(PluginAPIClient),
            "async": _signatures(AsyncPluginAPIClient),
            "hooks": [str.__str__(name) for name in HookName],
        }

    def call(self, client, **call):
        """Calls one method of a client, each argument a value of its own."""
        if client == "sync":
            return _call(self.api, **call)
        return asyncio.run(_await(AsyncPluginAPIClient(), **call))

    def gather(self, calls):
        """Makes many calls at once."""

        async def all_of_them():
            api = AsyncPluginAPIClient()
            return await asyncio.gather(*(_await(api, **call) for call in calls))

        return asyncio.run(all_of_them())

    def again(self, client, times, **call):
        """Calls a method with the same arguments again and again."""
        method = call["method"]
        given, told = _arguments(**call)
        if client == "sync":
            return [_outcome(told, lambda: getattr(self.api, method)(**given)) for _ in range(times)]

        async def one_by_one():
            api = AsyncPluginAPIClient()
            return [await _awaited_outcome(told, lambda: getattr(api, method)(**given)) for _ in range(times)]

        return asyncio.run(one_by_one())

    def raw(self, client, api, request):
        """Calls an API method by its name, with the fields of an encoded request."""
        request_type, _ = api_messages(api)
        fields = dict(_fields(request_type.FromString(base64.b64decode(request))))
        if client == "sync":
            response = self.api.call(api, **fields)
        else:
            response = asyncio.run(AsyncPluginAPIClient().call(api, **fields))
        return {"response": base64.b64encode(response.SerializeToString()).decode()}

    def records(self):
        """The record classes that have a message, and that message's full name."""
        return {name: _message_type(cls).DESCRIPTOR.full_name for name, cls in record_classes().items()}

    def through(self, record, message, messages):
        """Makes records of encoded messages, and messages of the records again; without records, of the messages."""
        message_type = _message_named(message)
        answer = []
        for encoded in messages:
            received = message_type.FromString(base64.b64decode(encoded))
            if not record:
                copied = message_type(**dict(_fields(received)))
                answer.append({"message": base64.b64encode(copied.SerializeToString()).decode()})
                continue
            made = record_classes()[record].from_proto(received)
            again = made.to_proto().SerializeToString()
            answer.append({"record": tell(made), "message": base64.b64encode(again).decode()})
        return answer

    def filled(self, record, seed, narrow):
        """Makes a record with every field set, a message of it, and a record again."""
        cls = record_classes()[record]
        made = Values(seed, narrow).record(cls)
        message = made.to_proto()
        again = cls.from_proto(message)
        return {
            "record": tell(made),
            "message": base64.b64encode(message.SerializeToString()).decode(),
            "again": tell(again),
            "equal": made == again,
        }

    def particular(self):
        """The entries of the table of particular values that nothing has asked for."""
        return sorted(set(PARTICULAR) - Values.used)


def _signatures(client):
    methods = {}
    for name in dir(client):
        if name.startswith("_"):
            continue
        method = getattr(client, name)
        if callable(method):
            methods[name] = str(inspect.signature(method))
    return methods


def _arguments(method, seed, documents, narrow=None, request=""):
    """Arguments by name for a method of PluginAPIClient, and all of them as told."""
    values = Values(seed, narrow)
    given, told = {}, {}
    for parameter in inspect.signature(getattr(PluginAPIClient, method)).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.name in documents:
            value = documents[parameter.name].encode()
        else:
            value = values.of_parameter(method, parameter, request)
        told[parameter.name] = tell(value)
        if hasattr(value, "seek"):
            value.seek(0)
        if parameter.kind is parameter.VAR_KEYWORD:
            given.update(value)
        else:
            given[parameter.name] = value
    return given, told


def _call(api, method, **how):
    given, told = _arguments(method, **how)
    return _outcome(told, lambda: getattr(api, method)(**given))


def _outcome(told, call):
    try:
        returned = call()
    except Exception as error:
        return {"given": told, "raised": tell_exception(error)}
    return {"given": told, "returned": tell(returned)}


async def _await(api, method, **how):
    given, told = _arguments(method, **how)
    return await _awaited_outcome(told, lambda: getattr(api, method)(**given))


async def _awaited_outcome(told, call):
    try:
        returned = await call()
    except Exception as error:
        return {"given": told, "raised": tell_exception(error)}
    return {"given": told, "returned": tell(returned)}


def _fields(message):
    for field, value in message.ListFields():
        yield field.name, value


def _message_named(full_name):
    for module in pkgutil.iter_modules(grpc.__path__):
        name = full_name.rpartition(".")[2]
        found = getattr(importlib.import_module(f"{grpc.__name__}.{module.name}"), name, None)
        if found is not None and found.DESCRIPTOR.full_name == full_name:
            return found
    raise KeyError(full_name)


def _message_type(cls):
    module, _, name = cls._message.partition(".")
    return getattr(__import__(f"mattermost_plugin.grpc.{module}", fromlist=[name]), name)


if __name__ == "__main__":
    run_plugin(Driver)
