// Hooks that are answered later, and when the host is to wake the guest for them.
#include "module.h"

MM_IMPORT("mmpy", "defer") extern int64_t host_defer(void);
MM_IMPORT("mmpy", "complete") extern int64_t host_complete(int64_t number, int32_t failed, const void *data, uint32_t length);
MM_IMPORT("mmpy", "over") extern int32_t host_over(int64_t number);
MM_IMPORT("mmpy", "alarm") extern void host_alarm(int64_t timeout);

PyObject *mm_pending;

PyDoc_STRVAR(defer_doc, "defer()\n--\n\n"
                        "Answer the hook that runs later. The result is its number, for complete or fail; dispatch must\n"
                        "return PENDING. Raises StatusError when too many are pending.");
static PyObject *defer(PyObject *module, PyObject *Py_UNUSED(argument)) {
    int64_t number = host_defer();
    if (number < 0)
        return mm_raise_status_of("defer", number);
    return PyLong_FromLongLong(number);
}

// Whether the host took the answer: it does not when nobody waits for it any more.
static PyObject *taken(const char *function, int64_t status) {
    if (status < 0 && status != MM_STATUS_INVALID)
        return mm_raise_status_of(function, status);
    return PyBool_FromLong(status >= 0);
}

PyDoc_STRVAR(complete_doc, "complete(number, answer)\n--\n\n"
                           "Give a deferred hook its answer, bytes. The result is whether somebody still waits for it.");
static PyObject *complete(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    if (count != 2 || !PyBytes_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "complete(number: int, answer: bytes)");
        return NULL;
    }
    long long number = PyLong_AsLongLong(args[0]);
    if (number == -1 && PyErr_Occurred())
        return NULL;
    return taken("complete", host_complete(number, 0, PyBytes_AS_STRING(args[1]), (uint32_t)PyBytes_GET_SIZE(args[1])));
}

PyDoc_STRVAR(fail_doc, "fail(number, exception)\n--\n\n"
                       "End a deferred hook with an exception. The result is whether somebody still waits for it.");
static PyObject *fail(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    if (count != 2 || !PyExceptionInstance_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "fail(number: int, exception: BaseException)");
        return NULL;
    }
    long long number = PyLong_AsLongLong(args[0]);
    if (number == -1 && PyErr_Occurred())
        return NULL;
    PyObject *text = mm_exception_text(args[1]);
    int64_t status = text ? host_complete(number, 1, PyBytes_AS_STRING(text), (uint32_t)PyBytes_GET_SIZE(text))
                          : host_complete(number, 1, Py_TYPE(args[1])->tp_name, (uint32_t)strlen(Py_TYPE(args[1])->tp_name));
    Py_XDECREF(text);
    return taken("fail", status);
}

PyDoc_STRVAR(over_doc, "over(number)\n--\n\n"
                       "Why an interrupt has come, for the code of the hook of that number that runs, or of none (0):\n"
                       "0 for another reason, 1 because its time is over, 2 because that of a call below is.");
static PyObject *over(PyObject *module, PyObject *argument) {
    long long number = PyLong_AsLongLong(argument);
    if (number == -1 && PyErr_Occurred())
        return NULL;
    return PyLong_FromLong(host_over(number));
}

PyDoc_STRVAR(alarm_doc, "alarm(timeout)\n--\n\n"
                        "Have the guest woken in that many seconds, in place of what was said before; None: not at all.");
static PyObject *alarm_function(PyObject *module, PyObject *seconds) {
    int64_t timeout = mm_timeout_of(seconds);
    if (timeout < -1)
        return NULL;
    host_alarm(timeout);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"defer", defer, METH_NOARGS, defer_doc},
    {"complete", (PyCFunction)(void (*)(void))complete, METH_FASTCALL, complete_doc},
    {"fail", (PyCFunction)(void (*)(void))fail, METH_FASTCALL, fail_doc},
    {"over", over, METH_O, over_doc},
    {"alarm", alarm_function, METH_O, alarm_doc},
    {NULL, NULL, 0, NULL},
};

int mm_deferred_register(PyObject *module) {
    Py_XSETREF(mm_pending, PyObject_CallNoArgs((PyObject *)&PyBaseObject_Type));
    if (!mm_pending || PyModule_AddObjectRef(module, "PENDING", mm_pending) < 0)
        return -1;
    return PyModule_AddFunctions(module, functions);
}
