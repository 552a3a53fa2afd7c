// Submitted calls: waiting for them, and collecting their responses. A ticket is an int.
#include "module.h"
#include <math.h>

MM_IMPORT("mmpy", "wait") extern int64_t host_wait(uint64_t *tickets, uint32_t count, int64_t timeout);
MM_IMPORT("mmpy", "collect") extern int64_t host_collect(int64_t ticket, void *response, uint32_t capacity);
MM_IMPORT("mmpy", "forget") extern int64_t host_forget(int64_t ticket);

int64_t mm_timeout_of(PyObject *seconds) {
    if (seconds == Py_None)
        return -1;
    double value = PyFloat_AsDouble(seconds);
    if (value == -1 && PyErr_Occurred())
        return -2;
    if (isnan(value)) {
        PyErr_SetString(PyExc_ValueError, "the timeout is not a number");
        return -2;
    }
    double nanoseconds = ceil(value * 1e9);
    if (nanoseconds <= 0)
        return 0;
    return nanoseconds >= 0x1p63 ? INT64_MAX : (int64_t)nanoseconds;
}

// The first count of tickets as a list.
static PyObject *list_of(const uint64_t *tickets, Py_ssize_t count) {
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *ticket = PyLong_FromUnsignedLongLong(tickets[i]);
        if (ticket)
            PyList_SET_ITEM(list, i, ticket);
        else
            Py_CLEAR(list);
    }
    return list;
}

// What the host says of the tickets, which it puts in another order.
static PyObject *wait_for(uint64_t *tickets, Py_ssize_t count, int64_t timeout) {
    int64_t complete;
    MM_BEGIN_HOST_CALL
    complete = host_wait(tickets, (uint32_t)count, timeout);
    MM_END_HOST_CALL
    if (complete < 0)
        return mm_raise_status_of("wait", complete);
    return list_of(tickets, (Py_ssize_t)complete);
}

PyDoc_STRVAR(wait_doc, "wait(tickets, timeout)\n--\n\n"
                       "Let others run until at least one of the calls is complete, the timeout in seconds (or None) is\n"
                       "over, or one of the others has run. The result is a list of the tickets of complete calls.");
static PyObject *wait_function(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "wait(tickets: Sequence[int], timeout: float | None)");
        return NULL;
    }
    int64_t timeout = mm_timeout_of(args[1]);
    if (timeout < -1)
        return NULL;
    PyObject *items = PySequence_Tuple(args[0]);
    if (!items)
        return NULL;
    Py_ssize_t length = PyTuple_GET_SIZE(items);
    uint64_t *tickets = PyMem_New(uint64_t, length);
    PyObject *result = NULL;
    if (!tickets) {
        PyErr_NoMemory();
    } else {
        for (Py_ssize_t i = 0; i < length && !PyErr_Occurred(); i++)
            tickets[i] = PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(items, i));
        if (!PyErr_Occurred())
            result = wait_for(tickets, length, timeout);
    }
    PyMem_Free(tickets);
    Py_DECREF(items);
    return result;
}

PyDoc_STRVAR(collect_doc, "collect(ticket, response_type=None, method='collect')\n--\n\n"
                          "The answer of a complete call, as call gives it. The ticket is void afterwards. The method's name\n"
                          "is for the error.");
static PyObject *collect(PyObject *module, PyObject *args) {
    long long ticket;
    PyObject *type = NULL, *method = NULL;
    if (!PyArg_ParseTuple(args, "L|OU:collect", &ticket, &type, &method) || mm_response_type(&type) < 0)
        return NULL;
    uint8_t response[MM_RESPONSE_ON_STACK];
    int64_t length = host_collect(ticket, response, sizeof response);
    if (length < 0 && !method)
        return mm_raise_status_of("collect", length);
    return mm_response_object(method, length, response, type);
}

PyDoc_STRVAR(forget_doc, "forget(ticket)\n--\n\n"
                         "Give up a call: its answer is not wanted, and the ticket void. It may be carried out all the same.");
static PyObject *forget(PyObject *module, PyObject *argument) {
    long long ticket = PyLong_AsLongLong(argument);
    if (ticket == -1 && PyErr_Occurred())
        return NULL;
    int64_t status = host_forget(ticket);
    if (status < 0)
        return mm_raise_status_of("forget", status);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"wait", (PyCFunction)(void (*)(void))wait_function, METH_FASTCALL, wait_doc},
    {"collect", collect, METH_VARARGS, collect_doc},
    {"forget", forget, METH_O, forget_doc},
    {NULL, NULL, 0, NULL},
};

int mm_submitted_register(PyObject *module) { return PyModule_AddFunctions(module, functions); }
