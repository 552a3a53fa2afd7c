"""Does with the SDK what the tests in Go ask for, and tells what came of it.

A request is the text of a command, the answer its response's, both JSON.
"""

import asyncio
import base64
import inspect
import json

from mattermost_plugin import AsyncPluginAPIClient, HookName, Plugin, PluginAPIClient, hook, run_plugin
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

    def again(self, client, method, times):
        """Calls a method with the same arguments again and again."""
        if client == "sync":
            return [_call(self.api, method, seed=0) for _ in range(times)]

        async def one_by_one():
            api = AsyncPluginAPIClient()
            return [await _await(api, method, seed=0) for _ in range(times)]

        return asyncio.run(one_by_one())

    def records(self):
        """The record classes that have a message, and that message's full name."""
        return {name: _message_type(cls).DESCRIPTOR.full_name for name, cls in record_classes().items()}

    def through(self, record, messages):
        """Makes records of encoded messages, and messages of the records again."""
        cls = record_classes()[record]
        answer = []
        for encoded in messages:
            made = cls.from_proto(_message_type(cls).FromString(base64.b64decode(encoded)))
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


def _arguments(method, seed, narrow=None, request=""):
    """Positional and keyword arguments for a method of PluginAPIClient, and all of them by name, as told."""
    values = Values(seed, narrow)
    given, told = {}, {}
    for parameter in inspect.signature(getattr(PluginAPIClient, method)).parameters.values():
        if parameter.name == "self":
            continue
        value = values.of_parameter(method, parameter, request)
        told[parameter.name] = tell(value)
        if parameter.kind is parameter.VAR_KEYWORD:
            given.update(value)
        else:
            given[parameter.name] = value
    return given, told


def _call(api, method, **how):
    given, told = _arguments(method, **how)
    try:
        returned = getattr(api, method)(**given)
    except Exception as error:
        return {"given": told, "raised": tell_exception(error)}
    return {"given": told, "returned": tell(returned)}


async def _await(api, method, **how):
    given, told = _arguments(method, **how)
    try:
        returned = await getattr(api, method)(**given)
    except Exception as error:
        return {"given": told, "raised": tell_exception(error)}
    return {"given": told, "returned": tell(returned)}


def _message_type(cls):
    module, _, name = cls._message.partition(".")
    return getattr(__import__(f"mattermost_plugin.grpc.{module}", fromlist=[name]), name)


if __name__ == "__main__":
    run_plugin(Driver)
