"""Attaches the files that it makes, by /files."""

import hashlib
import io
import json
import secrets

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import Post, UploadSession

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
MiB = 1 << 20


class Files(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="files"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(args, *words))

    def do_attach(self, args):
        """A post with a file of all bytes."""
        data = bytes(range(256)) * 4
        uploaded = self.api.upload_file(data, args.channel_id, "bytes.bin")
        post = self.api.create_post(
            Post(
                id="",
                channel_id=args.channel_id,
                user_id=args.user_id,
                message="Here are the bytes",
                file_ids=[uploaded.id],
            )
        )
        info = self.api.get_file_info(uploaded.id)
        return {
            "post": post.id,
            "file": info.id,
            "attached": info.post_id == post.id,
            "size": info.size,
            "same": self.api.get_file(uploaded.id) == data,
            "listed": [found.id for found in self.api.get_file_infos(channel_id=args.channel_id)],
        }

    def do_repost(self, args, file_id):
        """The same file in a second post."""
        copies = self.api.copy_file_infos(args.user_id, [file_id])
        post = Post(id="", channel_id=args.channel_id, user_id=args.user_id, message="Again", file_ids=copies)
        return self.api.create_post(post).id

    def do_describe(self, args, file_id, *words):
        self.api.set_file_searchable_content(file_id, " ".join(words))

    def do_upload(self, args):
        """A large file in two parts, which the server puts together: bytes, and what can be read."""
        first, second = b"1" * (5 * MiB), b"2" * MiB
        session = self.api.create_upload_session(
            UploadSession(
                id=new_id(),
                user_id=args.user_id,
                channel_id=args.channel_id,
                filename="parts.txt",
                file_size=len(first) + len(second),
            )
        )
        incomplete = self.api.upload_data(session, first)
        session = self.api.get_upload_session(session.id)
        offset = session.file_offset
        info = self.api.upload_data(session, io.BytesIO(second))
        return {
            "incomplete": not incomplete.id,
            "offset": offset,
            "file": info.id,
            "size": info.size,
            "sha256": hashlib.sha256(first + second).hexdigest(),
        }


def new_id():
    """An id as Mattermost makes them: 26 letters and digits at random."""
    return "".join(secrets.choice(LETTERS) for _ in range(26))


if __name__ == "__main__":
    run_plugin(Files)
