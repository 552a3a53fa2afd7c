"""From the host's FileWillBeUploaded to a handler, and back."""

from __future__ import annotations

from mattermost_plugin._internal.binding import Binding
from mattermost_plugin._internal.hook_runner import answer_hook
from mattermost_plugin._internal.results import file_or_reject
from mattermost_plugin._internal.files import Output, end_input, open_input
from mattermost_plugin._internal.streams import HostWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class FileBinding(Binding):
    """FileWillBeUploaded: the handler reads the file, and may write another in its place."""

    def prepare(self) -> None:
        from mattermost_plugin.grpc import hooks_message_pb2  # noqa: F401

    def fire(self, request: bytes) -> bytes:
        from mattermost_plugin.grpc.hooks_message_pb2 import FileWillBeUploadedRequest, FileWillBeUploadedResponse

        message = FileWillBeUploadedRequest.FromString(request)
        source = open_input(message.file_stream, message.file_content)
        output = Output(HostWriter(message.output_stream) if message.output_stream else None)

        def respond(result: Any) -> bytes:
            response = FileWillBeUploadedResponse()
            file_or_reject(self.hook, result, response)
            # The rest of what was written, and after it what was returned, travel with the answer.
            response.modified_content = output.take() + response.modified_content
            return response.SerializeToString()

        def end() -> None:
            output.end()
            end_input(source)

        arguments = [message.plugin_context, message.file_info, source, output]
        return answer_hook(self.hook, self.handler, arguments, respond, end=end)
