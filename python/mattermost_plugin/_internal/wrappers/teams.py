"""Teams and their members."""

from __future__ import annotations

from enum import Enum

from mattermost_plugin._internal.wire import WireRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class TeamType(str, Enum):
    """The values of ``Team.type``."""

    OPEN = "O"
    INVITE = "I"


_LETTERS = {1: "O", 2: "I"}  # the numbers of the message's enum
_NUMBERS = {letter: number for number, letter in _LETTERS.items()}


def _proto_team_type_to_str(proto_type: int) -> str:
    return _LETTERS.get(proto_type, "")


def _str_team_type_to_proto(type_str: str) -> int:
    if type_str == "":
        return 0
    try:
        return _NUMBERS[type_str]
    except KeyError:
        raise ValueError(f"Team.type must be 'O' (open) or 'I' (invite only), not {type_str!r}") from None


def _read_type(message: Any, name: str) -> str:
    return _proto_team_type_to_str(message.type)


def _write_type(message: Any, name: str, value: str) -> None:
    message.type = _str_team_type_to_proto(value)


def _read_error(message: Any, name: str) -> str | None:
    if not message.HasField(name):
        return None
    return message.error.message or message.error.id


def _write_error(message: Any, name: str, value: str | None) -> None:
    if value is not None:
        message.error.message = value


class Team(WireRecord):
    """A team; ``type`` is ``O`` (open) or ``I`` (invite only)."""

    _message = "team_pb2.Team"
    _read = {"type": _read_type}
    _write = {"type": _write_type}

    id: str
    display_name: str = ""
    name: str = ""
    create_at: int = 0
    update_at: int = 0
    delete_at: int = 0
    description: str = ""
    email: str = ""
    type: str = "O"
    company_name: str = ""
    allowed_domains: str = ""
    invite_id: str = ""
    allow_open_invite: bool = False
    last_team_icon_update: int = 0
    scheme_id: str | None = None
    group_constrained: bool | None = None
    policy_id: str | None = None
    cloud_limits_archived: bool = False


class TeamMember(WireRecord):
    """A user in a team."""

    _message = "team_pb2.TeamMember"

    team_id: str
    user_id: str
    roles: str = ""
    delete_at: int = 0
    scheme_guest: bool = False
    scheme_user: bool = False
    scheme_admin: bool = False
    create_at: int = 0


class TeamMemberWithError(WireRecord):
    """What became of one user that should join a team: the member, or the text of an error."""

    _message = "api_user_team_pb2.TeamMemberWithError"
    _read = {"error": _read_error}
    _write = {"error": _write_error}

    user_id: str
    member: TeamMember | None = None
    error: str | None = None


class TeamUnread(WireRecord):
    """How much a user has not read in a team."""

    _message = "team_pb2.TeamUnread"

    team_id: str
    msg_count: int = 0
    mention_count: int = 0
    mention_count_root: int = 0
    msg_count_root: int = 0
    thread_count: int = 0
    thread_mention_count: int = 0


class TeamStats(WireRecord):
    """How many members a team has."""

    _message = "api_user_team_pb2.TeamStats"

    team_id: str
    total_member_count: int = 0
    active_member_count: int = 0
