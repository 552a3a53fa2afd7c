"""The API methods for preferences."""

from __future__ import annotations

from mattermost_plugin._internal.calls import APICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.wire import as_message
from mattermost_plugin._internal.wrappers.server import Preference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mattermost_plugin.grpc import api_remaining_pb2 as _pb
else:
    _pb = LazyModule("mattermost_plugin.grpc.api_remaining_pb2")


class PreferencesMixin(APICalls):
    """Settings of users."""

    def get_preference_for_user(self, user_id: str, category: str, name: str) -> Preference:
        """One setting of a user (GetPreferenceForUser, server 9.5)."""
        request = _pb.GetPreferenceForUserRequest(user_id=user_id, category=category, name=name)
        response = self._invoke("GetPreferenceForUser", request, _pb.GetPreferenceForUserResponse)
        return Preference.from_proto(response.preference)

    def get_preferences_for_user(self, user_id: str) -> list[Preference]:
        """All settings of a user (GetPreferencesForUser, server 5.26)."""
        request = _pb.GetPreferencesForUserRequest(user_id=user_id)
        response = self._invoke("GetPreferencesForUser", request, _pb.GetPreferencesForUserResponse)
        return [Preference.from_proto(item) for item in response.preferences]

    def update_preferences_for_user(self, user_id: str, preferences: list[Preference]) -> None:
        """Stores settings of a user (UpdatePreferencesForUser, server 5.26)."""
        request = _pb.UpdatePreferencesForUserRequest(
            user_id=user_id,
            preferences=[as_message(item) for item in preferences],
        )
        self._invoke("UpdatePreferencesForUser", request, _pb.UpdatePreferencesForUserResponse)

    def delete_preferences_for_user(self, user_id: str, preferences: list[Preference]) -> None:
        """Deletes settings of a user (DeletePreferencesForUser, server 5.26)."""
        request = _pb.DeletePreferencesForUserRequest(
            user_id=user_id,
            preferences=[as_message(item) for item in preferences],
        )
        self._invoke("DeletePreferencesForUser", request, _pb.DeletePreferencesForUserResponse)
