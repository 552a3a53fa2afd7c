"""Teams and their members."""

from mattermost_plugin._internal.overrides import members
from mattermost_plugin._internal.overrides.type_letters import _proto_team_type_to_str, _str_team_type_to_proto

class TeamType(str, Enum):
    """The values of ``Team.type``."""

    OPEN = "O"
    INVITE = "I"

class Team:
    """A team; ``type`` is ``O`` (open) or ``I`` (invite only)."""

    _message = "team_pb2.Team"

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

class TeamMember:
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

class TeamMemberWithError:
    """What became of one user that should join a team: the member, or an error and its text."""

    _message = "api_user_team_pb2.TeamMemberWithError"
    _read = {"error": members.read_error, "app_error": members.read_app_error}
    _write = {"error": members.write_error, "app_error": members.write_app_error}

    user_id: str
    member: TeamMember | None = None
    error: str | None = None
    app_error: AppError | None = None

class TeamUnread:
    """How much a user has not read in a team."""

    _message = "team_pb2.TeamUnread"

    team_id: str
    msg_count: int = 0
    mention_count: int = 0
    mention_count_root: int = 0
    msg_count_root: int = 0
    thread_count: int = 0
    thread_mention_count: int = 0

class TeamStats:
    """How many members a team has."""

    _message = "api_user_team_pb2.TeamStats"

    team_id: str
    total_member_count: int = 0
    active_member_count: int = 0
