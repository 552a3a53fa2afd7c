import unittest

from mattermost_plugin import PluginAPIClient, testing

from plugin import COUNTER, HelloPlugin


class HelloTest(unittest.TestCase):
    def setUp(self):
        self.api = PluginAPIClient()
        self.api.kv_delete(COUNTER)
        self.hello = self.enterContext(testing.start(HelloPlugin))
        self.bob = self.api.get_user_by_username("bob")

    def greet(self, command):
        answer = self.hello.execute_command({"command": command, "user_id": self.bob.id})
        return answer.response.text

    def test_a_post_with_a_blocked_word_is_rejected(self):
        with self.assertLogs("HelloPlugin", "WARNING"):
            answer = self.hello.message_will_be_posted("such a BadWord")
        self.assertIn("badword", answer.rejection_reason)

    def test_typos_are_corrected(self):
        answer = self.hello.message_will_be_posted("teh cat adn the hat, in tehran")
        self.assertEqual(answer.modified_post.message, "the cat and the hat, in tehran")

    def test_the_command_greets_the_user(self):
        self.assertIn("Hello, Bob!", self.greet("/hello"))

    def test_the_command_greets_whoever_is_named(self):
        self.assertIn("Hello, Grace Hopper!", self.greet("/hello Grace Hopper "))

    def test_greetings_are_counted(self):
        self.greet("/hello")
        self.assertIn("number 2.", self.greet("/hello"))
        self.assertEqual(self.api.kv_get(COUNTER), b"2")


if __name__ == "__main__":
    unittest.main()
