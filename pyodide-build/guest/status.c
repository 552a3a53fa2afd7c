// StatusError: what the host refused or failed, as an exception.
#include "module.h"

PyObject *mm_status_error; // _mmpy.StatusError

static const char *status_text(int64_t status) {
    switch (status) {
    case MM_STATUS_DENIED: return "permission denied";
    case MM_STATUS_QUOTA: return "quota exceeded";
    case MM_STATUS_INVALID: return "malformed request";
    case MM_STATUS_CANCELLED: return "cancelled";
    case MM_STATUS_UNAVAILABLE: return "unavailable";
    case MM_STATUS_UNIMPLEMENTED: return "not implemented by this host";
    case MM_STATUS_INTERNAL: return "internal error of the host";
    case MM_STATUS_BAD_POINTER: return "request outside of memory";
    }
    return "unknown status";
}

PyObject *mm_raise_status(PyObject *what, int64_t status) {
    if (!what)
        return NULL;
    if (status == MM_STATUS_CANCELLED && PyErr_CheckSignals() < 0)
        return NULL;
    PyObject *message = PyUnicode_FromFormat("%U: %s", what, status_text(status));
    PyObject *error = message ? PyObject_CallOneArg(mm_status_error, message) : NULL;
    PyObject *number = error ? PyLong_FromLongLong(status) : NULL;
    if (number && PyObject_SetAttrString(error, "method", what) == 0 && PyObject_SetAttrString(error, "status", number) == 0)
        PyErr_SetObject(mm_status_error, error);
    Py_XDECREF(number);
    Py_XDECREF(error);
    Py_XDECREF(message);
    return NULL;
}

PyObject *mm_raise_status_of(const char *function, int64_t status) {
    PyObject *name = PyUnicode_FromString(function);
    mm_raise_status(name, status);
    Py_XDECREF(name);
    return NULL;
}

int mm_status_register(PyObject *module) {
    mm_status_error = PyErr_NewExceptionWithDoc("_mmpy.StatusError",
                                             "The host did not carry out a call: attributes method (str), status (int).",
                                             NULL, NULL);
    return mm_status_error ? PyModule_AddObjectRef(module, "StatusError", mm_status_error) : -1;
}
