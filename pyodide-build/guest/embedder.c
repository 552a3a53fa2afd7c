// The embedder: the functions that the host calls. abi/ABI.md is the contract; the comments here say only why.
#ifndef Py_BUILD_CORE
#define Py_BUILD_CORE 1 // for the two words that a signal handler would set, see mm_interrupt_info
#endif
#include "module.h"
#include "pycore_ceval.h"
#include "pycore_runtime.h"
#include "snapshot.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>

MM_IMPORT("mmpy", "respond") extern void host_respond(const void *data, uint32_t length);
MM_IMPORT("mmpy", "tick") extern void host_tick(void);

// The looptick tool finds the tick by its import, so the import must survive the linker.
__attribute__((used)) static void (*const keep_tick)(void) = host_tick;

// The entry module's dispatch, a list of what fires each hook or a function for all, and its wake(expired) when it has one,
// set by mm_load.
static PyObject *dispatch, *wake;

MM_EXPORT("mm_abi_version") int32_t mm_abi_version(void) { return MM_ABI_VERSION; }

// Where requests lie that fit. Nothing of one is needed any more when Python runs, and may call for the next.
static char request_buffer[MM_REQUEST_BUFFER];

MM_EXPORT("mm_alloc") void *mm_alloc(uint32_t length) { return length <= sizeof request_buffer ? request_buffer : malloc(length); }

static void release(char *request) {
    if (request != request_buffer)
        free(request);
}

// ---- answers ----

void mm_respond(const void *data, size_t length) { host_respond(data, (uint32_t)length); }

static void respond_text(const char *text) { mm_respond(text, strlen(text)); }

// "type NUL message NUL traceback" of an exception; NULL with an exception set when even that fails.
static PyObject *describe(PyObject *exception) {
    PyObject *type = NULL, *message = NULL, *module = NULL, *lines = NULL, *empty = NULL, *traceback = NULL, *parts = NULL;
    type = PyType_GetFullyQualifiedName(Py_TYPE(exception));
    message = type ? PyObject_Str(exception) : NULL;
    module = message ? PyImport_ImportModule("traceback") : NULL;
    lines = module ? PyObject_CallMethod(module, "format_exception", "O", exception) : NULL;
    empty = lines ? PyUnicode_FromStringAndSize(NULL, 0) : NULL;
    traceback = empty ? PyUnicode_Join(empty, lines) : NULL;
    parts = traceback ? PyUnicode_FromFormat("%U%c%U%c%U", type, 0, message, 0, traceback) : NULL;
    Py_XDECREF(type);
    Py_XDECREF(message);
    Py_XDECREF(module);
    Py_XDECREF(lines);
    Py_XDECREF(empty);
    Py_XDECREF(traceback);
    return parts;
}

PyObject *mm_exception_text(PyObject *exception) {
    PyObject *parts = describe(exception);
    if (!parts) { // the deadline's exception may strike here too, once
        PyErr_Clear();
        parts = describe(exception);
    }
    PyObject *bytes = parts ? PyUnicode_AsEncodedString(parts, "utf-8", "backslashreplace") : NULL;
    Py_XDECREF(parts);
    if (!bytes)
        PyErr_Clear();
    return bytes;
}

// Answers with the exception that is set, and clears it.
void mm_respond_exception(void) {
    PyObject *exception = PyErr_GetRaisedException();
    PyObject *bytes = mm_exception_text(exception);
    if (bytes) {
        mm_respond(PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
    } else { // no memory to describe it, or __str__ raised
        respond_text(Py_TYPE(exception)->tp_name);
    }
    Py_XDECREF(bytes);
    Py_DECREF(exception);
}

// Takes over result, a bytes object or None; 0, or 1 when it is neither or NULL.
static int32_t respond_result(PyObject *result, const char *what) {
    if (result && result != Py_None && !PyBytes_Check(result)) {
        PyErr_Format(PyExc_TypeError, "%s must return bytes or None, not %.200s", what, Py_TYPE(result)->tp_name);
        Py_CLEAR(result);
    }
    if (!result) {
        mm_respond_exception();
        return 1;
    }
    if (result != Py_None)
        host_respond(PyBytes_AS_STRING(result), (uint32_t)PyBytes_GET_SIZE(result));
    Py_DECREF(result);
    return 0;
}

// ---- starting ----

// The next of the NUL-terminated strings in [*at, end), or NULL.
static const char *next_string(const char **at, const char *end) {
    const char *start = *at;
    const char *nul = start < end ? memchr(start, 0, (size_t)(end - start)) : NULL;
    if (!nul)
        return NULL;
    *at = nul + 1;
    return start;
}

static PyStatus append(PyWideStringList *list, const char *text) {
    wchar_t *wide = Py_DecodeLocale(text, NULL);
    if (!wide)
        return PyStatus_NoMemory();
    PyStatus status = PyWideStringList_Append(list, wide);
    PyMem_RawFree(wide);
    return status;
}

// Until the entry module installs a handler of its own, a passed deadline is a TimeoutError.
static int handle_interrupts(void) {
    PyObject *module = PyImport_ImportModule("_mmpy");
    PyObject *handler = module ? PyObject_GetAttrString(module, "_interrupted") : NULL;
    PyObject *signals = handler ? PyImport_ImportModule("_signal") : NULL;
    PyObject *old = signals ? PyObject_CallMethod(signals, "signal", "iO", SIGINT, handler) : NULL;
    int failed = !old;
    Py_XDECREF(old);
    Py_XDECREF(signals);
    Py_XDECREF(handler);
    Py_XDECREF(module);
    return failed ? -1 : 0;
}

// Starts the interpreter with the module search path at *at, up to an empty string or the end; argv follows it.
static PyStatus start(const char **at, const char *end, int command_line) {
    PyPreConfig preconfig;
    PyPreConfig_InitIsolatedConfig(&preconfig);
    preconfig.utf8_mode = 1;
    PyStatus status = Py_PreInitialize(&preconfig);
    if (PyStatus_Exception(status))
        return status;
    if (PyImport_AppendInittab("_mmpy", PyInit__mmpy) < 0)
        return PyStatus_NoMemory();

    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    config.site_import = command_line;
    config.user_site_directory = 0;
    config.write_bytecode = 0;
    config.install_signal_handlers = 0;
    config.buffered_stdio = command_line; // a plugin's output must not wait in a buffer that dies with the instance
    config.parse_argv = command_line;
    config.module_search_paths_set = 1;
    config.safe_path = !command_line;
    status = PyConfig_SetBytesString(&config, &config.program_name, "python");
    if (!PyStatus_Exception(status))
        status = PyConfig_SetString(&config, &config.executable, L"");
    if (!PyStatus_Exception(status))
        status = PyConfig_SetString(&config, &config.prefix, L"/usr");
    if (!PyStatus_Exception(status))
        status = PyConfig_SetString(&config, &config.exec_prefix, L"/usr");
    if (!PyStatus_Exception(status))
        status = PyConfig_SetString(&config, &config.stdlib_dir, L"/lib");
    const char *text;
    while (!PyStatus_Exception(status) && (text = next_string(at, end)) && *text)
        status = append(&config.module_search_paths, text);
    while (command_line && !PyStatus_Exception(status) && (text = next_string(at, end)))
        status = append(&config.argv, text);
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    return status;
}

MM_EXPORT("mm_init") int32_t mm_init(char *request, uint32_t length) {
    const char *at = request;
    PyStatus status = start(&at, request + length, 0);
    release(request);
    if (PyStatus_Exception(status)) {
        respond_text(status.err_msg ? status.err_msg : "the interpreter did not start");
        return 1;
    }
    if (handle_interrupts() < 0) {
        mm_respond_exception();
        return 1;
    }
    return 0;
}

MM_EXPORT("mm_main") int32_t mm_main(char *request, uint32_t length) {
    const char *at = request;
    PyStatus status = start(&at, request + length, 1);
    release(request);
    if (PyStatus_IsExit(status))
        return status.exitcode;
    if (PyStatus_Exception(status)) {
        fprintf(stderr, "python: %s\n", status.err_msg ? status.err_msg : "the interpreter did not start");
        return 1;
    }
    if (handle_interrupts() < 0) {
        PyErr_Print();
        return 1;
    }
    return Py_RunMain();
}

MM_EXPORT("mm_load") int32_t mm_load(char *request, uint32_t length) {
    MM_ENTER_PYTHON
    const char *at = request, *end = request + length;
    const char *entry = next_string(&at, end);
    const char *argument = entry ? next_string(&at, end) : NULL;
    PyObject *result = NULL;
    if (!argument) {
        PyErr_SetString(PyExc_ValueError, "mm_load: the request must be two NUL-terminated strings");
    } else {
        mm_loading(1);
        PyObject *module = PyImport_ImportModule(entry);
        result = module ? PyObject_CallMethod(module, "load", "s", argument) : NULL;
        if (result)
            Py_XSETREF(dispatch, PyObject_GetAttrString(module, "dispatch"));
        mm_loading(0);
        if (!dispatch || PyObject_GetOptionalAttrString(module, "wake", &wake) < 0 || mm_loaded(module) < 0)
            Py_CLEAR(result);
        Py_XDECREF(module);
    }
    release(request);
    int32_t code = respond_result(result, "load");
    MM_LEAVE_PYTHON
    return code;
}

// ---- hooks ----

// Fires a hook by a function of the request, or of the hook's id and the request.
static PyObject *fire(PyObject *function, PyObject *id, char *request, uint32_t length) {
    PyObject *arguments[] = {id, PyBytes_FromStringAndSize(request, (Py_ssize_t)length)}, *result = NULL;
    release(request);
    if (arguments[1])
        result = id ? PyObject_Vectorcall(function, arguments, 2, NULL) : PyObject_CallOneArg(function, arguments[1]);
    Py_XDECREF(arguments[1]);
    return result;
}

// Fires what is in the list for a hook.
static PyObject *fire_listed(uint32_t id, char *request, uint32_t length) {
    if (id >= (size_t)PyList_GET_SIZE(dispatch)) {
        release(request);
        return PyErr_Format(PyExc_IndexError, "there is no hook %lu", (unsigned long)id);
    }
    PyObject *hook = Py_NewRef(PyList_GET_ITEM(dispatch, (Py_ssize_t)id)), *result = NULL;
    if (mm_hook_check(hook)) {
        PyObject *message = mm_hook_decode(hook, (const uint8_t *)request, length);
        release(request);
        if (message)
            result = mm_hook_answer(hook, message);
        Py_XDECREF(message);
    } else {
        result = fire(hook, NULL, request, length);
    }
    Py_DECREF(hook);
    return result;
}

MM_EXPORT("mm_hook") int32_t mm_hook(uint32_t id, char *request, uint32_t length) {
    MM_ENTER_PYTHON
    PyObject *result = NULL;
    if (!dispatch) {
        release(request);
        PyErr_SetString(PyExc_RuntimeError, "mm_hook: nothing is loaded");
    } else if (PyList_CheckExact(dispatch)) {
        result = fire_listed(id, request, length);
    } else {
        PyObject *number = PyLong_FromUnsignedLong(id);
        if (number)
            result = fire(dispatch, number, request, length);
        else
            release(request);
        Py_XDECREF(number);
    }
    int32_t code = MM_HOOK_PENDING;
    if (result == mm_pending)
        Py_DECREF(result);
    else
        code = respond_result(result, "dispatch");
    MM_LEAVE_PYTHON
    return code;
}

MM_EXPORT("mm_wake") int32_t mm_wake(int64_t expired) {
    if (!wake)
        return 0;
    MM_ENTER_PYTHON
    int32_t code = respond_result(PyObject_CallFunction(wake, "L", (long long)expired), "wake");
    MM_LEAVE_PYTHON
    return code;
}

// Where the host raises the soft deadline's exception: what CPython's own signal handler would write. The host writes
// it from within a host function, so no guest code runs meanwhile, and no guest stack is needed in the middle of a leaf.
MM_EXPORT("mm_interrupt_info") const uint32_t *mm_interrupt_info(void) {
    static uint32_t info[4];
    PyThreadState *state = PyThreadState_Get();
    info[0] = (uint32_t)(uintptr_t)&state->eval_breaker;
    info[1] = _PY_SIGNALS_PENDING_BIT;
    info[2] = (uint32_t)(uintptr_t)&_PyRuntime.signals.is_tripped;
    info[3] = (uint32_t)(uintptr_t)&_PyRuntime.signals.handlers[SIGINT].tripped;
    return info;
}
