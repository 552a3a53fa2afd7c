"""What the SDK does with the limits that the host tells."""

import unittest
from unittest import mock

from mattermost_plugin._internal import hook_runner, jobs, limits


class LimitsTest(unittest.TestCase):
    def test_where_no_host_says_anything_the_defaults_count(self) -> None:
        self.assertEqual(limits.hook_seconds("MessageWillBePosted", 30.0), 30.0)
        self.assertEqual(limits.cpu_seconds(30.0), 30.0)
        self.assertEqual(limits.jobs(), 256)

    def test_hooks_that_hold_up_a_user_have_a_time_of_their_own(self) -> None:
        told = {"hook_seconds": 20, "user_hook_seconds": 5, "user_hooks": ["ExecuteCommand"], "hook_cpu_seconds": 2}
        with mock.patch.object(limits, "_known", told):
            self.assertEqual(hook_runner.time_limit("ExecuteCommand"), 5)
            self.assertEqual(hook_runner.time_limit("OnInstall"), 20)
            self.assertEqual(hook_runner.time_limit(), 20)
            self.assertEqual(limits.cpu_seconds(30.0), 2)

    def test_a_job_that_was_cancelled_makes_room_for_another(self) -> None:
        with mock.patch.object(limits, "_known", {"jobs": jobs._scheduled + 1}):
            first = jobs.Job(print, "first", jobs.Every(3600))
            with self.assertRaisesRegex(jobs.JobLimitError, "jobs are scheduled already, as many as the plugin may have"):
                jobs.Job(print, "second", jobs.Every(3600))
            first.cancel()
            first.cancel()
            second = jobs.Job(print, "second", jobs.Every(3600))
            second.cancel()


if __name__ == "__main__":
    unittest.main()
