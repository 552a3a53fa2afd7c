class CommandsMixin:
    """Slash commands."""

    def register_command(self, command: Command) -> None:
        """Adds a slash command, which the ExecuteCommand hook answers."""

    def unregister_command(self, team_id: str, trigger: str) -> None:
        """Removes a slash command of the plugin."""

    def execute_slash_command(self, args: CommandArgs) -> CommandResponse:
        """Runs a slash command as if a user had typed it."""
        request.command_args = args

    def create_command(self, command: Command) -> Command:
        """Creates a custom slash command: the server asks its url, and it stays when the plugin is gone."""
        request.cmd = command

    def get_command(self, command_id: str) -> Command:
        """The custom slash command with that id."""

    def update_command(self, command_id: str, command: Command) -> Command:
        """Changes a custom slash command to what is given.

        Its id, token, plugin_id and the times of its creation and deletion stay, and so does its team where none is
        given.
        """
        request.updated_cmd = command

    def delete_command(self, command_id: str) -> None:
        """Deletes a custom slash command."""

    def list_commands(self, team_id: str) -> list[Command]:
        """All slash commands of a team: custom ones, those of plugins and the server's own."""

    def list_custom_commands(self, team_id: str) -> list[Command]:
        """The custom slash commands of a team: made by users, by integrations or with `create_command`."""

    def list_plugin_commands(self, team_id: str) -> list[Command]:
        """The slash commands of plugins in a team, made with `register_command`."""

    def list_built_in_commands(self) -> list[Command]:
        """The server's own slash commands."""
