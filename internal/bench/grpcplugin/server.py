"""The benchmark's plugin as native Python behind gRPC.

Arguments: a file with the contract's FileDescriptorSet, the address of the server's PluginAPI.
Prints the port it listens on.
"""

import sys
import time
from concurrent import futures

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "mattermost.pluginapi.v1"

pool = descriptor_pool.DescriptorPool()
with open(sys.argv[1], "rb") as contract:
    for file in descriptor_pb2.FileDescriptorSet.FromString(contract.read()).file:
        pool.Add(file)


def message(name):
    descriptor = pool.FindMessageTypeByName(f"{PACKAGE}.{name}")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


MessageWillBePostedResponse = message("MessageWillBePostedResponse")
ExecuteCommandResponse = message("ExecuteCommandResponse")
GetUserRequest = message("GetUserRequest")

api = grpc.insecure_channel(sys.argv[2])
get_user = api.unary_unary(
    f"/{PACKAGE}.PluginAPI/GetUser",
    request_serializer=GetUserRequest.SerializeToString,
    response_deserializer=message("GetUserResponse").FromString,
)


def see(request, context):
    post = request.post
    if "forbidden" in post.message:
        return MessageWillBePostedResponse(rejection_reason="forbidden")
    post.message += " [seen]"
    return MessageWillBePostedResponse(modified_post=post)


def bench(request, context):
    """Calls GetUser as often as "/bench N" says; answers with the nanoseconds of a call, for every ten calls."""
    count = int(request.args.command.removeprefix("/bench "))
    user_id = request.args.user_id
    each = []
    for _ in range(count // 10):
        begin = time.perf_counter_ns()
        for _ in range(10):
            get_user(GetUserRequest(user_id=user_id)).user
        each.append((time.perf_counter_ns() - begin) // 10)
    answer = ExecuteCommandResponse()
    answer.response.text = " ".join(map(str, each))
    return answer


def handler(name, function):
    return grpc.unary_unary_rpc_method_handler(
        function,
        request_deserializer=message(f"{name}Request").FromString,
        response_serializer=message(f"{name}Response").SerializeToString,
    )


server = grpc.server(futures.ThreadPoolExecutor(max_workers=10))
handlers = {"MessageWillBePosted": handler("MessageWillBePosted", see), "ExecuteCommand": handler("ExecuteCommand", bench)}
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(f"{PACKAGE}.PluginHooks", handlers),))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
server.wait_for_termination()
