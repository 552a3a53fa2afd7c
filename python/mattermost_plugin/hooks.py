"""The ``@hook`` decorator, which says what hook of Mattermost a method answers.

All of these are the same::

    @hook(HookName.OnActivate)
    def started(self): ...

    @hook("OnActivate")
    def started(self): ...

    @hook
    def OnActivate(self): ...

    @hook()
    def OnActivate(self): ...
"""

from __future__ import annotations

from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar, overload

    F = TypeVar("F", bound=Callable[..., Any])

HOOK_MARKER_ATTR = "_mattermost_hook_name"


class HookRegistrationError(Exception):
    """``@hook`` names no hook of Mattermost, or a class has two handlers for one hook."""


class HookName(str, Enum):
    """The hooks that a plugin may implement. A member is its name: ``HookName.OnActivate == "OnActivate"``."""

    OnActivate = "OnActivate"
    OnDeactivate = "OnDeactivate"
    OnConfigurationChange = "OnConfigurationChange"
    OnInstall = "OnInstall"
    OnSendDailyTelemetry = "OnSendDailyTelemetry"
    RunDataRetention = "RunDataRetention"
    OnCloudLimitsUpdated = "OnCloudLimitsUpdated"
    ConfigurationWillBeSaved = "ConfigurationWillBeSaved"
    MessageWillBePosted = "MessageWillBePosted"
    MessageWillBeUpdated = "MessageWillBeUpdated"
    MessageHasBeenPosted = "MessageHasBeenPosted"
    MessageHasBeenUpdated = "MessageHasBeenUpdated"
    MessagesWillBeConsumed = "MessagesWillBeConsumed"
    MessageHasBeenDeleted = "MessageHasBeenDeleted"
    FileWillBeUploaded = "FileWillBeUploaded"
    ReactionHasBeenAdded = "ReactionHasBeenAdded"
    ReactionHasBeenRemoved = "ReactionHasBeenRemoved"
    NotificationWillBePushed = "NotificationWillBePushed"
    EmailNotificationWillBeSent = "EmailNotificationWillBeSent"
    PreferencesHaveChanged = "PreferencesHaveChanged"
    UserHasBeenCreated = "UserHasBeenCreated"
    UserWillLogIn = "UserWillLogIn"
    UserHasLoggedIn = "UserHasLoggedIn"
    UserHasBeenDeactivated = "UserHasBeenDeactivated"
    OnSAMLLogin = "OnSAMLLogin"
    ChannelHasBeenCreated = "ChannelHasBeenCreated"
    UserHasJoinedChannel = "UserHasJoinedChannel"
    UserHasLeftChannel = "UserHasLeftChannel"
    UserHasJoinedTeam = "UserHasJoinedTeam"
    UserHasLeftTeam = "UserHasLeftTeam"
    ExecuteCommand = "ExecuteCommand"
    OnWebSocketConnect = "OnWebSocketConnect"
    OnWebSocketDisconnect = "OnWebSocketDisconnect"
    WebSocketMessageHasBeenPosted = "WebSocketMessageHasBeenPosted"
    OnPluginClusterEvent = "OnPluginClusterEvent"
    OnSharedChannelsSyncMsg = "OnSharedChannelsSyncMsg"
    OnSharedChannelsPing = "OnSharedChannelsPing"
    OnSharedChannelsAttachmentSyncMsg = "OnSharedChannelsAttachmentSyncMsg"
    OnSharedChannelsProfileImageSyncMsg = "OnSharedChannelsProfileImageSyncMsg"
    GenerateSupportData = "GenerateSupportData"
    ServeHTTP = "ServeHTTP"
    ServeMetrics = "ServeMetrics"
    FileWillBeDownloaded = "FileWillBeDownloaded"
    ChannelMemberWillBeAdded = "ChannelMemberWillBeAdded"
    TeamMemberWillBeAdded = "TeamMemberWillBeAdded"
    ChannelWillBeArchived = "ChannelWillBeArchived"
    ChannelWillBeUpdated = "ChannelWillBeUpdated"
    ChannelWillBeRestored = "ChannelWillBeRestored"
    ScheduledPostWillBeCreated = "ScheduledPostWillBeCreated"
    DraftWillBeUpserted = "DraftWillBeUpserted"
    MessagesWillBeConsumedWithContext = "MessagesWillBeConsumedWithContext"


VALID_HOOK_NAMES = frozenset(HookName.__members__)


def get_hook_name(func: Callable[..., Any]) -> str | None:
    """The hook that the function was marked for, or None."""
    name = getattr(func, HOOK_MARKER_ATTR, None)
    if name is None:  # a staticmethod or classmethod around a marked function
        name = getattr(getattr(func, "__func__", None), HOOK_MARKER_ATTR, None)
    return name if isinstance(name, str) else None


def is_hook_handler(func: Callable[..., Any]) -> bool:
    """Whether the function was marked with ``@hook``."""
    return get_hook_name(func) is not None


if TYPE_CHECKING:

    @overload
    def hook(name_or_func: F) -> F: ...
    @overload
    def hook(name_or_func: str | HookName | None = None) -> Callable[[F], F]: ...


def hook(name_or_func: Any = None) -> Any:
    """Marks a method as the handler of a hook; see the module for its forms.

    Raises HookRegistrationError when Mattermost has no hook of that name.
    """
    if name_or_func is None:
        return _mark_by_own_name
    if isinstance(name_or_func, str):
        name = _checked(str.__str__(name_or_func))

        def mark(func: F) -> F:
            return _mark(func, name)

        return mark
    if callable(name_or_func) or hasattr(name_or_func, "__func__"):
        return _mark_by_own_name(name_or_func)
    raise HookRegistrationError(f"@hook takes the name of a hook, such as HookName.OnActivate, not {name_or_func!r}")


def _mark_by_own_name(func: F) -> F:
    return _mark(func, _checked(getattr(func, "__name__", "")))


def _mark(func: F, name: str) -> F:
    if not callable(func) and not hasattr(func, "__func__"):
        raise HookRegistrationError(f"@hook({name!r}) must stand above a method, not {func!r}")
    setattr(func, HOOK_MARKER_ATTR, name)
    return func


def _checked(name: str) -> str:
    if name in VALID_HOOK_NAMES:
        return name
    from difflib import get_close_matches

    by_letters = {known.lower(): known for known in VALID_HOOK_NAMES}
    close = get_close_matches(name.replace("_", "").lower(), by_letters, n=1)
    if close:
        hint = f"did you mean HookName.{by_letters[close[0]]}?"
    else:
        hint = "HookName has a member for each hook"
    raise HookRegistrationError(f"Mattermost has no hook {name!r}: {hint}")
