from mattermost_plugin._internal.overrides import posts

class PostsMixin:
    """Posts, reactions and emoji."""

    def create_post(self, post: Post) -> Post:
        """Posts a message; the post needs a channel_id and a user_id, the result has its id."""

    def get_post(self, post_id: str) -> Post:
        """The post with that id. Raises NotFoundError when there is none."""

    def update_post(self, post: Post) -> Post:
        """Changes a post to what is given; the result is the post as stored."""

    def delete_post(self, post_id: str) -> None:
        """Deletes a post, and its thread if it begins one."""

    def send_ephemeral_post(self, user_id: str, post: Post) -> Post:
        """Shows a post to one user only; it is not stored."""

    def update_ephemeral_post(self, user_id: str, post: Post) -> Post:
        """Changes what `send_ephemeral_post` showed. Mattermost calls this experimental."""

    def delete_ephemeral_post(self, user_id: str, post_id: str) -> None:
        """Takes away what `send_ephemeral_post` showed. Mattermost calls this experimental."""

    def get_post_thread(self, post_id: str) -> PostList:
        """A post and its thread."""

    def get_posts_since(self, channel_id: str, time: int) -> PostList:
        """The posts of a channel changed after a time, in milliseconds since 1970."""

    def get_posts_after(self, channel_id: str, post_id: str, *, page: int = 0, per_page: int = 60) -> PostList:
        """A page of the posts of a channel after a post."""

    def get_posts_before(self, channel_id: str, post_id: str, *, page: int = 0, per_page: int = 60) -> PostList:
        """A page of the posts of a channel before a post."""

    def get_posts_for_channel(self, channel_id: str, *, page: int = 0, per_page: int = 60) -> PostList:
        """A page of the posts of a channel, the newest first."""

    def search_posts_in_team(self, team_id: str, terms: str) -> PostList:
        """The posts of a team with those words."""
        request.params_list = posts.search_params(terms)
        return posts.list_of(response.posts)

    def search_posts_in_team_for_user(self, team_id: str, user_id: str, terms: str) -> PostSearchResults:
        """The posts of a team with those words that a user may see.

        terms is what a user would type into the search box. The result is a `PostList` that also says, by post, which
        terms were found.
        """
        request.search_params = posts.search_parameter(terms)

    def add_reaction(self, reaction: Reaction) -> Reaction:
        """Adds a reaction to a post."""

    def remove_reaction(self, reaction: Reaction) -> None:
        """Removes a reaction from a post."""

    def get_reactions(self, post_id: str) -> list[Reaction]:
        """The reactions to a post."""

    def get_emoji_list(self, *, page: int = 0, per_page: int = 60, sort: str = "") -> list[Emoji]:
        """A page of the custom emoji; sort is ``name`` or empty."""
        request.sort_by = sort

    def get_emoji(self, emoji_id: str) -> Emoji:
        """The custom emoji with that id. Raises NotFoundError when there is none."""

    def get_emoji_by_name(self, name: str) -> Emoji:
        """The custom emoji with that name. Raises NotFoundError when there is none."""

    def get_emoji_image(self, emoji_id: str) -> bytes:
        """The picture of a custom emoji: GIF, JPEG or PNG, as its first bytes say."""
        del response.content_type
        return response.image
