import asyncio
import contextvars
import sys
import time
import unittest

from mattermost_plugin import Plugin, hook
from mattermost_plugin._internal import asyncio_import, hook_runner
from mattermost_plugin._internal.dispatch import Dispatcher
from mattermost_plugin._internal.event_loop import GuestEventLoop
from mattermost_plugin._internal.hook_runner import HookTimeoutError


def run(handler, *args):
    return hook_runner.run_handler("OnActivate", handler, *args)


class TheEventLoop(unittest.TestCase):
    def test_it_is_the_loop_of_asyncio_run(self):
        async def main():
            return type(asyncio.get_running_loop())

        self.assertIs(asyncio.run(main()), GuestEventLoop)

    def test_sleep_takes_its_time_and_tasks_take_turns(self):
        async def one(name, delay):
            await asyncio.sleep(delay)
            order.append(name)

        async def main():
            async with asyncio.TaskGroup() as group:
                group.create_task(one("late", 0.25))
                group.create_task(one("soon", 0.01))

        order = []
        start = time.monotonic()
        asyncio.run(main())
        self.assertGreaterEqual(time.monotonic() - start, 0.25)
        self.assertEqual(order, ["soon", "late"])

    def test_timeouts_queues_and_locks(self):
        async def main():
            queue = asyncio.Queue()
            async with asyncio.Lock():
                await queue.put(1)
            with self.assertRaises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await asyncio.sleep(5)
            return await asyncio.wait_for(queue.get(), 1)

        self.assertEqual(asyncio.run(main()), 1)

    def test_to_thread_runs_here(self):
        async def main():
            with self.assertRaisesRegex(ValueError, "from the function"):
                await asyncio.to_thread(fail)
            return await asyncio.to_thread(sum, [1, 2])

        def fail():
            raise ValueError("from the function")

        self.assertEqual(asyncio.run(main()), 3)

    def test_waiting_for_ever_is_an_error_at_once(self):
        async def main():
            await asyncio.Event().wait()

        with self.assertRaisesRegex(RuntimeError, "would wait forever"):
            asyncio.run(main())

    def test_async_generators_and_runners(self):
        async def numbers():
            for i in range(3):
                await asyncio.sleep(0)
                yield i

        async def main():
            return [i async for i in numbers()]

        with asyncio.Runner() as runner:
            self.assertEqual(runner.run(main()), [0, 1, 2])
            self.assertEqual(runner.run(main()), [0, 1, 2])


class ImportingAsyncio(unittest.TestCase):
    def test_the_policy_is_set_when_asyncio_is_imported_and_not_before(self):
        kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "asyncio"}
        loop_module = sys.modules.pop("mattermost_plugin._internal.event_loop")
        finders = list(sys.meta_path)
        try:
            asyncio_import.use_guest_event_loop()
            asyncio_import.use_guest_event_loop()
            self.assertEqual(len(sys.meta_path), len(finders) + 1)
            self.assertNotIn("asyncio", sys.modules)
            import asyncio as fresh

            self.assertEqual(len(sys.meta_path), len(finders))
            self.assertEqual(type(fresh.get_event_loop_policy()).__name__, "GuestEventLoopPolicy")
            self.assertTrue(fresh.__spec__.loader.is_package("asyncio"))
        finally:
            sys.meta_path[:] = finders
            for name in [name for name in sys.modules if name.split(".")[0] == "asyncio"]:
                del sys.modules[name]
            sys.modules.update(kept)
            sys.modules["mattermost_plugin._internal.event_loop"] = loop_module


class Handlers(unittest.TestCase):
    def test_a_coroutine_function_is_run_to_its_end(self):
        class Slow(Plugin):
            @hook
            async def OnSharedChannelsPing(self, remote):
                await asyncio.sleep(0.001)
                return False

        self.assertEqual(Dispatcher(Slow()).dispatch(0, b""), b"")  # healthy = false
        self.assertIsNone(asyncio._get_running_loop())

    def test_its_exception_comes_out(self):
        async def handler():
            await asyncio.sleep(0)
            raise LookupError("x")

        with self.assertRaises(LookupError):
            run(handler)

    def test_a_sync_handler_may_use_asyncio_run(self):
        async def work():
            await asyncio.sleep(0.001)
            return 5

        self.assertEqual(run(lambda: asyncio.run(work())), 5)

    def test_a_task_goes_on_during_the_next_hook(self):
        async def start():
            asyncio.get_running_loop().create_task(count())

        async def count():
            for _ in range(3):
                seen.append(len(seen))
                await asyncio.sleep(0)

        seen = []
        run(start)
        run(asyncio.sleep, 0.001)
        self.assertEqual(seen, [0, 1, 2])


class NestedHooks(unittest.TestCase):
    def test_a_hook_within_an_async_hook_shares_its_loop(self):
        async def inner():
            await asyncio.sleep(0.001)
            return asyncio.get_running_loop()

        async def outer():
            loop = asyncio.get_running_loop()
            task = asyncio.current_task()
            within = run(inner)
            self.assertIs(asyncio.current_task(), task)
            await asyncio.sleep(0.001)
            return loop, within, asyncio.get_running_loop()

        loop, within, after = run(outer)
        self.assertIs(loop, after)
        self.assertIs(loop, within)

    def test_other_tasks_go_on_within_a_hook_in_the_middle_of_one(self):
        async def inner():
            async with lock:  # which only the other task can release
                order.append("inner")

        async def other():
            async with lock:
                await asyncio.sleep(0.01)
                order.append("other")

        async def outer():
            task = asyncio.create_task(other())
            await asyncio.sleep(0)
            run(inner)
            order.append("outer")
            await task

        order, lock = [], asyncio.Lock()
        run(outer)
        self.assertEqual(order, ["other", "inner", "outer"])

    def test_asyncio_run_in_a_sync_one_has_a_loop_of_its_own(self):
        async def outer():
            run(lambda: asyncio.run(asyncio.sleep(0.001)))
            await asyncio.sleep(0)
            return "done"

        self.assertEqual(run(outer), "done")

    def test_the_outer_loop_comes_back_after_an_exception(self):
        def fail():
            raise KeyError

        async def outer():
            with self.assertRaises(KeyError):
                run(fail)
            await asyncio.sleep(0)
            return "done"

        self.assertEqual(run(outer), "done")

    def test_context_variables_of_the_outer_hook_are_not_seen(self):
        variable = contextvars.ContextVar("variable", default="none")

        def inner():
            seen.append(variable.get())
            variable.set("inner")

        def outer():
            variable.set("outer")
            run(inner)
            seen.append(variable.get())

        async def outer_async():
            variable.set("async")
            await asyncio.sleep(0)
            run(inner)
            seen.append(variable.get())

        seen = []
        run(outer)
        run(outer_async)
        self.assertEqual(seen, ["none", "outer", "none", "async"])
        self.assertEqual(variable.get(), "none")


class Deadlines(unittest.TestCase):
    def interrupt(self):
        hook_runner._interrupted(2, None)

    def test_the_exception_names_the_hook_and_the_time(self):
        with self.assertRaises(HookTimeoutError) as caught:
            run(self.interrupt)
        self.assertEqual((caught.exception.hook_name, caught.exception.timeout), ("OnActivate", 30.0))
        self.assertEqual(str(caught.exception), "hook OnActivate took longer than 30 s")

    def test_outside_of_a_hook_it_is_a_timeout_error(self):
        with self.assertRaises(TimeoutError):
            self.interrupt()

    def test_an_async_handler_is_cancelled_and_the_error_says_where_it_waited(self):
        async def handler():
            asyncio.get_running_loop().call_later(0.001, strike)
            try:
                await asyncio.sleep(60)  # the line in question
            finally:
                done.append(True)

        def strike():
            raise KeyboardInterrupt

        done = []
        with self.assertRaises(KeyboardInterrupt) as caught:
            run(handler)
        self.assertEqual(done, [True])
        self.assertIn("await asyncio.sleep(60)  # the line in question", caught.exception.__notes__[0])
