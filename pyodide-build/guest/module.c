// The builtin module _mmpy: the plugin API (calls.c, submitted.c), hooks that are
// answered later (deferred.c), streams (streams.c), the messages (message_type.c), and the log.
#include "module.h"

MM_IMPORT("mmpy", "log") extern void host_log(int32_t level, const void *text, uint32_t length);

PyDoc_STRVAR(log_doc, "log(level, message)\n--\n\n"
                      "Give the host one log record; level is 1 debug, 2 info, 3 warning, 4 error, 5 critical.");
static PyObject *log_record(PyObject *module, PyObject *args) {
    int level;
    const char *text;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(args, "is#:log", &level, &text, &length))
        return NULL;
    host_log(level, text, (uint32_t)length);
    Py_RETURN_NONE;
}

static PyObject *interrupted(PyObject *module, PyObject *args) {
    PyErr_SetString(PyExc_TimeoutError, "deadline exceeded");
    return NULL;
}

static PyMethodDef functions[] = {
    {"log", log_record, METH_VARARGS, log_doc},
    {"_interrupted", interrupted, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module) {
    if (PyModule_AddIntConstant(module, "ABI_VERSION", MM_ABI_VERSION) < 0 || mm_status_register(module) < 0 ||
        mm_calls_register(module) < 0 || mm_submitted_register(module) < 0 || mm_deferred_register(module) < 0 ||
        mm_streams_register(module) < 0)
        return -1;
    if (mm_message_register(module) < 0 || mm_struct_register(module) < 0)
        return -1;
    return mm_record_register(module) < 0 || mm_hooks_register(module) < 0 ? -1 : mm_invoker_register(module);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};
static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_mmpy", .m_doc = "The host of this interpreter.", .m_methods = functions, .m_slots = slots,
};
PyMODINIT_FUNC PyInit__mmpy(void) { return PyModuleDef_Init(&definition); }
