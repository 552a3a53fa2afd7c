"""Groups of users."""

class Group:
    """A group of users."""

    _message = "api_remaining_pb2.Group"

    id: str = ""
    name: str = ""
    display_name: str = ""
    description: str = ""
    source: str = ""
    remote_id: str = ""
    create_at: int = 0
    update_at: int = 0
    delete_at: int = 0
    allow_reference: bool = False

class GroupMember:
    """A user in a group."""

    _message = "api_remaining_pb2.GroupMember"

    group_id: str = ""
    user_id: str = ""
    create_at: int = 0
    delete_at: int = 0

class GroupSyncable:
    """A team or channel whose members follow a group."""

    _message = "api_remaining_pb2.GroupSyncable"

    group_id: str = ""
    syncable_id: str = ""
    syncable_type: str = ""
    auto_add: bool = False
    scheme_admin: bool = False
    create_at: int = 0
    delete_at: int = 0
    update_at: int = 0
