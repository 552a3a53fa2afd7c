// Calls as the methods of the client make them: an error of Mattermost, or of the host, is an exception of the SDK.
#include "module.h"
#include "message_object.h"

struct invoker {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    PyObject *app_error; // raises what an AppError means
    PyObject *status_error; // raises what a StatusError means
};

static PyObject *error_name; // "error"

// Calls a function that raises an exception of its argument.
static PyObject *raise_by(PyObject *function, PyObject *argument) {
    PyObject *result = argument ? PyObject_CallOneArg(function, argument) : NULL;
    if (result)
        PyErr_SetString(PyExc_SystemError, "an API error was not raised");
    Py_XDECREF(result);
    return NULL;
}

static PyObject *invoke(PyObject *self, PyObject *const *args, size_t flags, PyObject *names) {
    struct invoker *invoker = (struct invoker *)self;
    if (PyVectorcall_NARGS(flags) != 3 || (names && PyTuple_GET_SIZE(names)) || !mm_message_type_check(args[2])) {
        PyErr_SetString(PyExc_TypeError, "_invoke(method, request, response_type)");
        return NULL;
    }
    PyObject *response = mm_call(NULL, args, 3);
    if (!response) {
        if (!PyErr_ExceptionMatches(mm_status_error))
            return NULL;
        PyObject *error = PyErr_GetRaisedException();
        raise_by(invoker->status_error, error);
        Py_DECREF(error);
        return NULL;
    }
    struct mm_message *message = (struct mm_message *)response;
    struct mm_field *field = mm_field_by_name(Py_TYPE(response), error_name);
    if (field && mm_field_present(message, field)) {
        raise_by(invoker->app_error, message->slots[field->slot]);
        Py_CLEAR(response);
    }
    return response;
}

static void invoker_dealloc(PyObject *self) {
    Py_XDECREF(((struct invoker *)self)->app_error);
    Py_XDECREF(((struct invoker *)self)->status_error);
    PyObject_Free(self);
}

static PyTypeObject invoker_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "_mmpy.Invoker",
    .tp_doc = "Calls a method of the plugin API; gives its response, or raises what the error in it means.",
    .tp_basicsize = sizeof(struct invoker),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_vectorcall_offset = offsetof(struct invoker, vectorcall),
    .tp_call = PyVectorcall_Call,
    .tp_dealloc = invoker_dealloc,
    .tp_free = PyObject_Free,
};

static PyObject *new_invoker(PyObject *module, PyObject *args) {
    PyObject *app_error, *status_error;
    if (!PyArg_ParseTuple(args, "OO:invoker", &app_error, &status_error))
        return NULL;
    struct invoker *invoker = (struct invoker *)invoker_type.tp_alloc(&invoker_type, 0);
    if (!invoker)
        return NULL;
    invoker->vectorcall = invoke;
    invoker->app_error = Py_NewRef(app_error);
    invoker->status_error = Py_NewRef(status_error);
    return (PyObject *)invoker;
}

static PyMethodDef functions[] = {
    {"invoker", new_invoker, METH_VARARGS,
     "invoker(app_error, status_error)\n--\n\nWhat calls API methods; the functions raise what an error means."},
    {NULL, NULL, 0, NULL},
};

int mm_invoker_register(PyObject *module) {
    error_name = PyUnicode_InternFromString("error");
    if (!error_name || PyType_Ready(&invoker_type) < 0)
        return -1;
    return PyModule_AddFunctions(module, functions);
}
