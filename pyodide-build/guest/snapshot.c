// What a snapshot of a loaded interpreter needs: mm_freeze before it is taken, mm_thaw in each instance that is made of it.
#ifndef Py_BUILD_CORE
#define Py_BUILD_CORE 1 // for the frames that call what must not be frozen, without making objects of them
#endif
#include "guest.h"
#include "pycore_frame.h"
#include "pycore_pystate.h"
#include "pycore_runtime.h"
#include "snapshot.h"
#include <string.h>
#include <time.h>
#include <unistd.h>

// ---- what cannot be frozen ----

// The plugin's own code reads the clock, or takes random bytes, while it is loaded: what it keeps of that would be the
// same in every instance, for as long as the snapshot is used. The linker puts these functions into the place of the C
// library's (--wrap).
enum { MAX_REASONS = 16 };
static struct reason {
    const char *what;
    char file[200];
    int line;
} reasons[MAX_REASONS];
static int reason_count, loading;

// The frame of the plugin's code that asks for something: the innermost, unless the standard library is being imported
// on its behalf, which knows how to live with a snapshot.
static _PyInterpreterFrame *asking(void) {
    PyInterpreterState *interpreter = _PyRuntime.interpreters.main; // this may be where the GIL is not held
    PyThreadState *state = interpreter ? PyInterpreterState_ThreadHead(interpreter) : NULL;
    for (_PyInterpreterFrame *frame = state ? _PyThreadState_GetFrame(state) : NULL; frame; frame = frame->previous) {
        if (frame->owner == FRAME_OWNED_BY_CSTACK || _PyFrame_IsIncomplete(frame))
            continue;
        const char *file = PyUnicode_AsUTF8(_PyFrame_GetCode(frame)->co_filename);
        if (!file) {
            PyErr_Clear();
            return NULL;
        }
        if (strncmp(file, "<frozen importlib", 17) == 0)
            return NULL;
        if (strncmp(file, MM_PLUGIN_DIR, sizeof MM_PLUGIN_DIR - 1) == 0)
            return frame;
    }
    return NULL;
}

static void note(const char *what) {
    _PyInterpreterFrame *frame = loading && reason_count < MAX_REASONS ? asking() : NULL;
    if (!frame)
        return;
    struct reason *reason = &reasons[reason_count];
    reason->what = what;
    reason->line = PyUnstable_InterpreterFrame_GetLine(frame);
    snprintf(reason->file, sizeof reason->file, "%s", PyUnicode_AsUTF8(_PyFrame_GetCode(frame)->co_filename));
    for (int i = 0; i < reason_count; i++)
        if (reasons[i].what == what && reasons[i].line == reason->line && strcmp(reasons[i].file, reason->file) == 0)
            return;
    reason_count++;
}

int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
    note("reads the clock");
    return __real_clock_gettime(clock, time);
}

int __real_getentropy(void *buffer, size_t length);
int __wrap_getentropy(void *buffer, size_t length) {
    note("takes random bytes");
    return __real_getentropy(buffer, length);
}

void mm_loading(int on) { loading = on; }

// ---- the module random ----

// Whether something was drawn from the module's generator: then its state is no longer that of a new one, whose numbers
// are all still to be made.
static int random_drawn(void) {
    enum { STATE_WORDS = 624 };
    PyObject *name = PyUnicode_FromString("random");
    PyObject *module = name ? PyImport_GetModule(name) : NULL;
    PyObject *state = module ? PyObject_CallMethod(module, "getstate", NULL) : NULL;
    PyObject *words = state && PyTuple_Check(state) && PyTuple_GET_SIZE(state) > 1 ? PyTuple_GET_ITEM(state, 1) : NULL;
    int drawn = 0;
    if (words && PyTuple_Check(words) && PyTuple_GET_SIZE(words) == STATE_WORDS + 1)
        drawn = PyLong_AsLong(PyTuple_GET_ITEM(words, STATE_WORDS)) != STATE_WORDS;
    Py_XDECREF(state);
    Py_XDECREF(module);
    Py_XDECREF(name);
    PyErr_Clear();
    return drawn;
}

// ---- freeze and thaw ----

// Calls a function of a module, if that has been imported; -1 with an exception set.
static int call_imported(const char *module_name, const char *function) {
    PyObject *name = PyUnicode_FromString(module_name);
    PyObject *module = name ? PyImport_GetModule(name) : NULL;
    PyObject *result = module ? PyObject_CallMethod(module, function, NULL) : NULL;
    int failed = PyErr_Occurred() != NULL;
    Py_XDECREF(result);
    Py_XDECREF(module);
    Py_XDECREF(name);
    return failed ? -1 : 0;
}

static PyObject *freeze; // of the entry module, NULL when it has none

int mm_loaded(PyObject *entry) { return PyObject_GetOptionalAttrString(entry, "freeze", &freeze) < 0 ? -1 : 0; }

// What will be imported sooner or later is in the snapshot too: here what every exception needs for its traceback, and what
// the entry module knows of.
static int complete(void) {
    PyObject *module = PyImport_ImportModule("traceback");
    PyObject *result = !module ? NULL : freeze ? PyObject_CallNoArgs(freeze) : Py_NewRef(Py_None);
    Py_XDECREF(result);
    Py_XDECREF(module);
    return result ? 0 : -1;
}

// gc.collect() drops what loading has left, gc.freeze() keeps later collections from touching, and so copying, every page.
static int tidy(void) {
    PyGC_Collect();
    PyObject *gc = PyImport_ImportModule("gc");
    PyObject *result = gc ? PyObject_CallMethod(gc, "freeze", NULL) : NULL;
    Py_XDECREF(result);
    Py_XDECREF(gc);
    return result ? 0 : -1;
}

MM_EXPORT("mm_freeze") int32_t mm_freeze(void) {
    MM_ENTER_PYTHON
    int32_t code = 0;
    if (reason_count > 0 || random_drawn()) {
        char text[MAX_REASONS * 256];
        size_t used = 0;
        for (int i = 0; i < reason_count; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s:%d %s\n", reasons[i].file, reasons[i].line, reasons[i].what);
        if (random_drawn())
            used += (size_t)snprintf(text + used, sizeof text - used, "it draws from the module random\n");
        mm_respond(text, used ? used - 1 : 0);
        code = 1;
    } else if (complete() < 0 || tidy() < 0) {
        mm_respond_exception();
        code = 2;
    }
    MM_LEAVE_PYTHON
    return code;
}

// logging counts its relative times from when it was imported.
static int restart_logging(void) {
    PyObject *name = PyUnicode_FromString("logging");
    PyObject *module = name ? PyImport_GetModule(name) : NULL;
    PyObject *time = module ? PyImport_ImportModule("time") : NULL;
    PyObject *now = time ? PyObject_CallMethod(time, "time_ns", NULL) : NULL;
    int failed = now ? PyObject_SetAttrString(module, "_startTime", now) : PyErr_Occurred() ? -1 : 0;
    Py_XDECREF(now);
    Py_XDECREF(time);
    Py_XDECREF(module);
    Py_XDECREF(name);
    return failed;
}

MM_EXPORT("mm_thaw") int32_t mm_thaw(void) {
    MM_ENTER_PYTHON
    int32_t code = 0;
    if (call_imported("random", "seed") < 0 || restart_logging() < 0) {
        mm_respond_exception();
        code = 1;
    }
    MM_LEAVE_PYTHON
    return code;
}
