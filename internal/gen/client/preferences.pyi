class PreferencesMixin:
    """Settings of users."""

    def get_preference_for_user(self, user_id: str, category: str, name: str) -> Preference:
        """One setting of a user. Raises NotFoundError when it is not set."""

    def get_preferences_for_user(self, user_id: str) -> list[Preference]:
        """All settings of a user."""

    def update_preferences_for_user(self, user_id: str, preferences: list[Preference]) -> None:
        """Stores settings of a user."""

    def delete_preferences_for_user(self, user_id: str, preferences: list[Preference]) -> None:
        """Deletes settings of a user."""
