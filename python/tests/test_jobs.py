import asyncio
import json
import logging
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import monotonic
from unittest.mock import patch

from mattermost_plugin import Plugin, PluginAPIClient, hook
from mattermost_plugin._internal import cluster_jobs, driving, hook_runner, jobs
from mattermost_plugin.testing import MockTransport, load


class Fixture(unittest.TestCase):
    def setUp(self):
        self.plugin = Plugin()
        self.calls = []
        self.addCleanup(driving._timers.clear)

    def call(self):
        self.calls.append(None)

    def run_until(self, condition):
        end = monotonic() + 20
        while not condition() and monotonic() < end:
            driving.run_for(0.002)
        self.assertTrue(condition())


class Intervals(Fixture):
    def test_a_function_is_called_again_and_again(self):
        job = self.plugin.schedule(0.02, self.call)
        self.run_until(lambda: len(self.calls) >= 4)
        job.cancel()
        self.assertTrue(job.cancelled)
        count = len(self.calls)
        driving.run_for(0.05)
        self.assertEqual(len(self.calls), count)

    def test_the_first_call_comes_after_the_interval(self):
        start = monotonic()
        self.plugin.schedule(timedelta(milliseconds=50), self.call)
        self.run_until(lambda: self.calls)
        self.assertGreaterEqual(monotonic() - start, 0.05)

    def test_what_is_due_during_a_call_is_left_out(self):
        with patch.object(jobs, "monotonic") as clock:
            clock.return_value = 100.0
            every = jobs.Every(10)
            self.assertEqual(every.next_due(), 110)
            clock.return_value = 110.5
            self.assertEqual(every.next_due(), 120)
            clock.return_value = 147
            self.assertEqual(every.next_due(), 150)

    def test_an_async_function_is_not_called_while_it_runs(self):
        async def slowly():
            inside.append(None)
            self.calls.append(len(inside))
            await asyncio.sleep(0.01)
            inside.pop()

        inside = []
        job = self.plugin.schedule(0.001, slowly)
        self.run_until(lambda: len(self.calls) >= 4)
        self.assertEqual(set(self.calls), {1})
        job.cancel()
        self.run_until(lambda: job._task is None)

    def test_a_failure_is_logged_and_not_the_end(self):
        async def fail():
            raise LookupError("from the job")

        for work in (fail, lambda: 1 / 0):
            job = self.plugin.schedule(0.01, work, name="the job")
            with self.assertLogs("mattermost_plugin", logging.ERROR) as logs:
                self.run_until(lambda: len(logs.records) >= 2)
            job.cancel()
            self.assertEqual(logs.records[0].getMessage(), "job the job failed")
            self.assertIsNotNone(logs.records[0].exc_info[2])

    def test_asyncio_run_in_a_job(self):
        self.plugin.schedule(0.001, lambda: self.calls.append(asyncio.run(asyncio.sleep(0.001, "x"))))
        self.run_until(lambda: self.calls)
        self.assertEqual(self.calls[0], "x")

    def test_a_job_may_take_as_long_as_a_hook(self):
        async def forever():
            await asyncio.sleep(60)

        with patch.object(hook_runner, "_timeout", 0.02), self.assertLogs("mattermost_plugin", logging.ERROR) as logs:
            job = self.plugin.schedule(0.01, forever, name="endless")
            self.run_until(lambda: logs.records)
            job.cancel()
        self.assertEqual(str(logs.records[0].exc_info[1]), "job endless ran for more than 0.02 s")

    def test_mistakes(self):
        for arguments, error, message in [
            ((0, self.call), ValueError, "more than 0 seconds"),
            ((-1, self.call), ValueError, "more than 0 seconds"),
            ((float("nan"), self.call), ValueError, "more than 0 seconds"),
            ((float("inf"), self.call), ValueError, "more than 0 seconds"),
            (("* *", self.call), ValueError, "five fields"),
            ((5, "work"), TypeError, "must be a function"),
        ]:
            with self.subTest(arguments), self.assertRaisesRegex(error, message):
                self.plugin.schedule(*arguments)
        with patch.object(hook_runner, "loading", True), self.assertRaisesRegex(RuntimeError, "for hooks, such as OnActivate"):
            self.plugin.schedule(5, self.call)


class CronTexts(Fixture):
    def test_a_job_of_cron_waits_for_the_clock_on_the_wall(self):
        with patch.object(jobs, "time") as wall, patch.object(jobs, "monotonic", return_value=1000.0):
            wall.return_value = datetime(2026, 1, 1, 8, 59, 30, tzinfo=UTC).timestamp()
            nine = jobs.schedule_of("0 9 * * *")
            self.assertEqual(nine.next_due(), 1030)
            wall.return_value += 29  # it was set back meanwhile
            self.assertFalse(nine.has_come())
            self.assertEqual(nine.next_due(), 1001)
            wall.return_value += 1.5
            self.assertTrue(nine.has_come())
            self.assertEqual(nine.next_due(), 1000 + 24 * 3600 - 0.5)


class BackgroundTasks(Fixture):
    def test_a_task_goes_on_and_its_failure_is_logged(self):
        async def work():
            self.calls.append(None)
            await asyncio.sleep(0.01)
            raise LookupError("lost")

        task = self.plugin.create_task(work(), name="worker")
        with patch("mattermost_plugin._internal.event_loop.REPORT_AFTER", 0.01):
            with self.assertLogs("asyncio", logging.ERROR) as logs:
                self.run_until(lambda: logs.records)
        self.assertEqual(len(self.calls), 1)
        self.assertIn("worker failed, and nobody waits for it", logs.records[0].getMessage())
        self.assertIs(type(logs.records[0].exc_info[1]), LookupError)
        self.assertTrue(task.done())

    def test_a_failure_that_somebody_asks_for_is_not(self):
        async def fail():
            raise LookupError

        async def main():
            task = asyncio.create_task(fail())
            await asyncio.sleep(0.005)
            with self.assertRaises(LookupError):
                await task
            self.calls.append(None)

        with self.assertNoLogs("asyncio"):
            self.plugin.create_task(main())
            self.run_until(lambda: self.calls)
            driving.run_for(0.05)

    def test_it_must_be_a_coroutine(self):
        with self.assertRaisesRegex(TypeError, "a coroutine is needed"):
            self.plugin.create_task(self.call)


class Cluster(Fixture):
    """Two plugins that share a store."""

    def setUp(self):
        super().setUp()
        self.store = {}
        self.locks = 0
        transport = MockTransport(
            {
                "KVGet": lambda request: {"value": self.store.get(request.key, b"")},
                "KVSet": lambda request: self.store.__setitem__(request.key, request.value),
                "KVDelete": lambda request: self.store.pop(request.key),
                "KVSetWithOptions": self.set_with_options,
            }
        )
        self.plugins = [Plugin(api=PluginAPIClient(transport=transport)) for _ in range(2)]

    def set_with_options(self, request):
        self.assertTrue(request.options.atomic)
        self.assertEqual(request.options.expire_in_seconds, 45)
        if request.key in self.store:
            return {"success": False}
        self.locks += 1
        self.store[request.key] = request.value
        return {"success": True}

    def test_one_of_them_does_the_work_in_each_interval(self):
        for plugin in self.plugins:
            plugin.schedule_cluster("sweep", 0.05, lambda: self.calls.append(monotonic()))
        self.run_until(lambda: len(self.calls) >= 5)
        for earlier, later in zip(self.calls, self.calls[1:]):
            self.assertGreaterEqual(later - earlier, 0.049)
        self.assertEqual(list(self.store), ["cron_sweep"])

    def test_an_async_function_has_the_lock_while_it_runs(self):
        async def work():
            self.calls.append(self.store["mutex_cron_sweep"])
            await asyncio.sleep(0.02)
            self.calls.append(self.store["mutex_cron_sweep"])

        for plugin in self.plugins:
            plugin.schedule_cluster("sweep", 60, work)
        self.run_until(lambda: list(self.store) == ["cron_sweep"])
        self.assertEqual(self.calls, [b"\x01", b"\x01"])

    def test_the_metadata_are_those_of_mattermosts_package(self):
        self.plugins[0].schedule_cluster("sweep", 60, self.call)
        self.run_until(lambda: list(self.store) == ["cron_sweep"])
        metadata = json.loads(self.store["cron_sweep"])
        self.assertEqual(list(metadata), ["LastFinished"])
        self.assertRegex(metadata["LastFinished"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$")
        for text in ("2026-01-02T03:04:05.123456789Z", "2026-01-02T04:04:05.123456789+01:00"):
            self.assertEqual(cluster_jobs._time_of(text), datetime(2026, 1, 2, 3, 4, 5, 123456, UTC))

    def test_it_is_not_done_when_a_server_has_done_it(self):
        finished = datetime.now(UTC) - timedelta(seconds=10)
        self.store["cron_sweep"] = json.dumps({"LastFinished": finished.isoformat()}).encode()
        job = self.plugins[0].schedule_cluster("sweep", 60, self.call)
        self.run_until(lambda: self.locks and list(self.store) == ["cron_sweep"])
        self.assertEqual(self.calls, [])
        self.assertAlmostEqual(job._next.after, 45, delta=6)

    def test_a_failure_is_logged_and_the_lock_given_back(self):
        self.plugins[0].schedule_cluster("sweep", 60, lambda: 1 / 0)
        with self.assertLogs("mattermost_plugin", logging.ERROR) as logs:
            self.run_until(lambda: list(self.store) == ["cron_sweep"])
        self.assertEqual(logs.records[0].getMessage(), "job sweep failed")

    def test_it_needs_a_key(self):
        with self.assertRaisesRegex(ValueError, "needs a key"):
            self.plugins[0].schedule_cluster("", 60, self.call)


class Threads(unittest.TestCase):
    def test_starting_one_says_what_to_use_instead(self):
        thread = threading.Thread(target=print)
        with self.assertRaisesRegex(RuntimeError, r"async hooks.*self\.create_task.*self\.schedule.*asyncio\.to_thread"):
            thread.start()
        self.assertEqual(threading.active_count(), 1)
        with self.assertRaisesRegex(RuntimeError, "threads cannot be started"):
            ThreadPoolExecutor().submit(print)

    def test_a_lock_is_still_a_lock(self):
        with threading.RLock(), threading.Lock():
            pass


class Harness(unittest.TestCase):
    def test_a_test_lets_time_pass(self):
        class Counts(Plugin):
            @hook
            def OnActivate(self):
                self.count = 0
                self.schedule(0.01, self.increase)

            def increase(self):
                self.count += 1

        harness = load(Counts)
        self.addCleanup(driving._timers.clear)
        harness.on_activate()
        self.assertEqual(harness.plugin.count, 0)
        harness.wait(0.5)
        self.assertGreaterEqual(harness.plugin.count, 3)
