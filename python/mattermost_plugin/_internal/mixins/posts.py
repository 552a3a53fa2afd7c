"""The API methods for posts."""

from __future__ import annotations

from mattermost_plugin._internal.calls import APICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.wire import as_message
from mattermost_plugin._internal.wrappers.posts import Post, PostList, Reaction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mattermost_plugin.grpc import api_channel_post_pb2 as _pb
else:
    _pb = LazyModule("mattermost_plugin.grpc.api_channel_post_pb2")


class PostsMixin(APICalls):
    """Posts and reactions."""

    def create_post(self, post: Post) -> Post:
        """Posts a message; the post needs a channel_id and a user_id (CreatePost, server 5.2)."""
        request = _pb.CreatePostRequest(post=as_message(post))
        return Post.from_proto(self._invoke("CreatePost", request, _pb.CreatePostResponse).post)

    def get_post(self, post_id: str) -> Post:
        """The post with that id (GetPost, server 5.2)."""
        return Post.from_proto(self._invoke("GetPost", _pb.GetPostRequest(post_id=post_id), _pb.GetPostResponse).post)

    def update_post(self, post: Post) -> Post:
        """Changes a post to what is given (UpdatePost, server 5.2)."""
        request = _pb.UpdatePostRequest(post=as_message(post))
        return Post.from_proto(self._invoke("UpdatePost", request, _pb.UpdatePostResponse).post)

    def delete_post(self, post_id: str) -> None:
        """Deletes a post (DeletePost, server 5.2)."""
        self._invoke("DeletePost", _pb.DeletePostRequest(post_id=post_id), _pb.DeletePostResponse)

    def send_ephemeral_post(self, user_id: str, post: Post) -> Post:
        """Shows a post to one user only; it is not stored (SendEphemeralPost, server 5.2)."""
        request = _pb.SendEphemeralPostRequest(user_id=user_id, post=as_message(post))
        return Post.from_proto(self._invoke("SendEphemeralPost", request, _pb.SendEphemeralPostResponse).post)

    def update_ephemeral_post(self, user_id: str, post: Post) -> Post:
        """Changes what send_ephemeral_post showed (UpdateEphemeralPost, server 5.2)."""
        request = _pb.UpdateEphemeralPostRequest(user_id=user_id, post=as_message(post))
        return Post.from_proto(self._invoke("UpdateEphemeralPost", request, _pb.UpdateEphemeralPostResponse).post)

    def delete_ephemeral_post(self, user_id: str, post_id: str) -> None:
        """Takes away what send_ephemeral_post showed (DeleteEphemeralPost, server 5.2)."""
        request = _pb.DeleteEphemeralPostRequest(user_id=user_id, post_id=post_id)
        self._invoke("DeleteEphemeralPost", request, _pb.DeleteEphemeralPostResponse)

    def get_post_thread(self, post_id: str) -> PostList:
        """A post and its thread (GetPostThread, server 5.6)."""
        request = _pb.GetPostThreadRequest(post_id=post_id)
        return PostList.from_proto(self._invoke("GetPostThread", request, _pb.GetPostThreadResponse).post_list)

    def get_posts_since(self, channel_id: str, time: int) -> PostList:
        """The posts of a channel changed after a time, in milliseconds since 1970 (GetPostsSince, server 5.6)."""
        request = _pb.GetPostsSinceRequest(channel_id=channel_id, time=time)
        return PostList.from_proto(self._invoke("GetPostsSince", request, _pb.GetPostsSinceResponse).post_list)

    def get_posts_after(self, channel_id: str, post_id: str, *, page: int = 0, per_page: int = 60) -> PostList:
        """A page of the posts of a channel after a post (GetPostsAfter, server 5.6)."""
        request = _pb.GetPostsAfterRequest(channel_id=channel_id, post_id=post_id, page=page, per_page=per_page)
        return PostList.from_proto(self._invoke("GetPostsAfter", request, _pb.GetPostsAfterResponse).post_list)

    def get_posts_before(self, channel_id: str, post_id: str, *, page: int = 0, per_page: int = 60) -> PostList:
        """A page of the posts of a channel before a post (GetPostsBefore, server 5.6)."""
        request = _pb.GetPostsBeforeRequest(channel_id=channel_id, post_id=post_id, page=page, per_page=per_page)
        return PostList.from_proto(self._invoke("GetPostsBefore", request, _pb.GetPostsBeforeResponse).post_list)

    def add_reaction(self, reaction: Reaction) -> Reaction:
        """Adds a reaction to a post (AddReaction, server 5.3)."""
        request = _pb.AddReactionRequest(reaction=as_message(reaction))
        return Reaction.from_proto(self._invoke("AddReaction", request, _pb.AddReactionResponse).reaction)

    def remove_reaction(self, reaction: Reaction) -> None:
        """Removes a reaction from a post (RemoveReaction, server 5.3)."""
        request = _pb.RemoveReactionRequest(reaction=as_message(reaction))
        self._invoke("RemoveReaction", request, _pb.RemoveReactionResponse)

    def get_reactions(self, post_id: str) -> list[Reaction]:
        """The reactions to a post (GetReactions, server 5.3)."""
        response = self._invoke("GetReactions", _pb.GetReactionsRequest(post_id=post_id), _pb.GetReactionsResponse)
        return [Reaction.from_proto(item) for item in response.reactions]
