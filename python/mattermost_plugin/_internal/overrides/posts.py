"""Searching posts: the words that are looked for, and what was found."""

from __future__ import annotations

from mattermost_plugin._internal.wrappers import Post, PostList
from mattermost_plugin.grpc import api_channel_post_pb2 as _pb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def search_params(terms: str) -> list[Any]:
    return [_pb.SearchParams(terms=terms)]


def search_parameter(terms: str) -> Any:
    return _pb.SearchParameter(terms=terms, terms_exact=terms)


def list_of(posts: Iterable[Any]) -> PostList:
    """Posts in the order in which they were found."""
    found = [Post.from_proto(post) for post in posts]
    return PostList(order=[post.id for post in found], posts={post.id: post for post in found})
