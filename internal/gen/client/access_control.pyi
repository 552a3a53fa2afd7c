from mattermost_plugin._internal.overrides import json_messages

class AccessControlMixin:
    """Access control: policies on resources that the plugin owns.

    A resource_type is ``{plugin id}:{type}``.
    """

    def evaluate_access_control(self, user_id: str, resource_type: str, resource_id: str, action: str) -> AccessDecision:
        """Whether a user may do an action on a resource of the plugin.

        Where this raises, nothing was decided: a plugin has to take it as a no.
        """

    def save_access_control_policy(self, acting_user_id: str, policy: AccessControlPolicy) -> AccessControlPolicy:
        """Creates or replaces the policy of a resource, whose id is the policy's; it is active at once."""

    def get_access_control_policy(self, id: str) -> AccessControlPolicy:
        """The policy of the resource with that id. Raises NotFoundError when the plugin has none."""

    def delete_access_control_policy(self, acting_user_id: str, resource_type: str, id: str) -> None:
        """Deletes the policy of a resource. Raises NotFoundError when there is none of that type."""

    def check_access_control_expression(
        self,
        acting_user_id: str,
        resource_type: str,
        expression: str,
    ) -> list[CELExpressionError]:
        """What is wrong with a CEL expression; nothing when it is valid."""

    def query_users_for_access_control_expression(
        self,
        acting_user_id: str,
        resource_type: str,
        expression: str,
        *,
        term: str = "",
        cursor_id: str = "",
        limit: int = 60,
    ) -> AccessControlPolicyTestResponse:
        """A page of the users that a CEL expression is true of.

        term is what their names have to begin with, cursor_id the id of the last user of the page before.
        """

    def get_access_control_fields_autocomplete(
        self,
        acting_user_id: str,
        *,
        after: str = "",
        limit: int = 60,
    ) -> bytes:
        """A page of the attributes that a user may use in expressions.

        The result is a JSON array of property fields; after is the id of the last one of the page before.
        """
        return json_messages.dump_list(response.fields)

    def get_access_control_visual_ast(
        self,
        acting_user_id: str,
        resource_type: str,
        expression: str,
    ) -> VisualExpression:
        """A CEL expression as the conditions that it consists of."""
