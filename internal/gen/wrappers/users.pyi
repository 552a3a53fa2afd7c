"""Users, their status and their logins."""

class User:
    """A user of the server. Mattermost gives ``password``, a hash, to few methods only."""

    _message = "user_pb2.User"
    _secrets = ("password", "mfa_secret")

    id: str
    username: str = ""
    email: str = ""
    create_at: int = 0
    update_at: int = 0
    delete_at: int = 0
    email_verified: bool = False
    nickname: str = ""
    first_name: str = ""
    last_name: str = ""
    position: str = ""
    roles: str = ""
    locale: str = ""
    timezone: dict[str, str] = {}
    is_bot: bool = False
    bot_description: str = ""
    auth_data: str | None = None
    auth_service: str = ""
    props: dict[str, str] = {}
    notify_props: dict[str, str] = {}
    last_password_update: int = 0
    last_picture_update: int = 0
    failed_attempts: int = 0
    mfa_active: bool = False
    remote_id: str | None = None
    last_activity_at: int = 0
    bot_last_icon_update: int = 0
    terms_of_service_id: str = ""
    terms_of_service_create_at: int = 0
    disable_welcome_email: bool = False
    last_login: int = 0

class UserStatus:
    """Whether a user is online: ``status`` is ``online``, ``away``, ``dnd`` or ``offline``."""

    _message = "api_user_team_pb2.Status"

    user_id: str
    status: str
    manual: bool = False
    last_activity_at: int = 0
    dnd_end_time: int = 0

class CustomStatus:
    """The emoji and text a user shows beside the name; ``expires_at`` in milliseconds since 1970, 0 for never."""

    _message = "api_user_team_pb2.CustomStatus"

    emoji: str = ""
    text: str = ""
    duration: str = ""
    expires_at: int = 0

class UserAuth:
    """How a user logs in."""

    _message = "api_user_team_pb2.UserAuth"

    auth_data: str | None = None
    auth_service: str = ""

class Session:
    """A login of a user."""

    _message = "api_user_team_pb2.Session"
    _secrets = ("token",)

    id: str
    token: str = ""
    create_at: int = 0
    expires_at: int = 0
    last_activity_at: int = 0
    user_id: str = ""
    device_id: str = ""
    roles: str = ""
    is_oauth: bool = False
    expired_notify: bool = False
    props: dict[str, str] = {}
    local: bool = False

class UserAccessToken:
    """A personal access token."""

    _message = "api_user_team_pb2.UserAccessToken"
    _secrets = ("token",)

    id: str
    token: str = ""
    user_id: str = ""
    description: str = ""
    is_active: bool = True

class ViewUsersRestrictions:
    """The teams and channels whose members may be seen."""

    _message = "common_pb2.ViewUsersRestrictions"

    teams: list[str] = []
    channels: list[str] = []
