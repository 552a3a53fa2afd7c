"""asyncio, as hooks use it: tasks, queues, time limits."""

import asyncio
import contextvars

current = contextvars.ContextVar("current", default=0)


async def worker(queue, results):
    while (job := await queue.get()) is not None:
        current.set(job)
        await asyncio.sleep(0)
        results.append(current.get() * 2)
        queue.task_done()


async def countdown(n):
    while n:
        yield n
        n -= 1
        await asyncio.sleep(0)


async def busy():
    queue, results, lock = asyncio.Queue(maxsize=10), [], asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(worker(queue, results))
        for job in range(400):
            await queue.put(job)
        for _ in range(5):
            await queue.put(None)
    gathered = await asyncio.gather(*(asyncio.sleep(0, result=i) for i in range(200)))
    async with lock:
        results += [n async for n in countdown(100)]
    try:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()
    except TimeoutError:
        results.append(-1)
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_result, 5)
    return len(results), sum(gathered), await future


def tasks():
    return asyncio.run(busy())


PROGRAMS = (tasks, tasks, tasks)
