class OAuthMixin:
    """OAuth 2.0 applications."""

    def create_o_auth_app(self, app: OAuthApp) -> OAuthApp:
        """Creates an application; the result has its id and secret."""

    def get_o_auth_app(self, app_id: str) -> OAuthApp:
        """The application with that id. Raises NotFoundError when there is none."""

    def update_o_auth_app(self, app: OAuthApp) -> OAuthApp:
        """Changes an application to what is given; the result is the application as stored."""

    def delete_o_auth_app(self, app_id: str) -> None:
        """Deletes an application."""
