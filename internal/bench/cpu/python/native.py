"""Runs the workloads in a native interpreter: reads the number of one from a line, answers with its processor time in
nanoseconds and its result. The first line says what they are called, the second what the interpreter was built with."""

import sys
import sysconfig
import time

sys.path.insert(0, sys.argv[1])
import workloads  # noqa: E402

print(" ".join(workload.__name__ for workload in workloads.ALL))
print(sys.version.split()[0], *sysconfig.get_config_vars("CC", "PY_CFLAGS", "CONFIG_ARGS"), sep="\t", flush=True)
for line in sys.stdin:
    workload = workloads.ALL[int(line)]
    begin = time.thread_time_ns()
    result = workload()
    print(time.thread_time_ns() - begin, repr(result), flush=True)
