"""What plugins import from here: the classes of ServeHTTP, and the reason that drops a post without a word."""

from __future__ import annotations

from mattermost_plugin._internal.http import HTTPRequest, HTTPResponseWriter

__all__ = ["DISMISS_POST_ERROR", "HTTPRequest", "HTTPResponseWriter"]

DISMISS_POST_ERROR = "plugin.message_will_be_posted.dismiss_post"
"""A MessageWillBePosted handler that rejects with this reason has the post vanish; its author sees no error."""
