// Calls as the methods of the client make them: an error of Mattermost, or of the host, is an exception of the SDK.
#include "record.h"

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

// Raises what a StatusError means; other exceptions stay.
static void raise_status(struct invoker *invoker) {
    if (!PyErr_ExceptionMatches(mm_status_error))
        return;
    PyObject *error = PyErr_GetRaisedException();
    raise_by(invoker->status_error, error);
    Py_DECREF(error);
}

// The message of a response, unless it tells of an error.
static struct mm_message *checked(struct invoker *invoker, const struct mm_response *response, PyObject *type) {
    struct mm_message *message = (struct mm_message *)mm_response_decode(response, type);
    struct mm_field *error = message ? mm_field_by_name((PyTypeObject *)type, error_name) : NULL;
    if (error && mm_field_present(message, error)) {
        raise_by(invoker->app_error, message->slots[error->slot]);
        Py_CLEAR(message);
    }
    return message;
}

// What read makes of a field; of each message in it where it is repeated.
static PyObject *read_value(struct mm_field *field, PyObject *value, PyObject *read) {
    if (field->shape != MM_REPEATED)
        return PyObject_CallOneArg(read, value);
    PyObject *values = PySequence_List(value);
    for (Py_ssize_t i = 0; values && i < PyList_GET_SIZE(values); i++) {
        PyObject *made = PyObject_CallOneArg(read, PyList_GET_ITEM(values, i));
        if (!made || PyList_SetItem(values, i, made) < 0)
            Py_CLEAR(values);
    }
    return values;
}

static PyObject *read_field(struct invoker *invoker, const struct mm_response *response, PyTypeObject *type, PyObject *name, PyObject *read) {
    struct mm_field *field = PyUnicode_Check(name) ? mm_field_by_name(type, name) : NULL;
    if (!field)
        return PyErr_Format(PyExc_ValueError, "%.200s has no field %R", type->tp_name, name);
    struct record_reader *reader = mm_record_reader(read);
    PyObject *result = reader ? mm_record_of_field(reader, field, response->data, response->length) : NULL;
    if (result || PyErr_Occurred())
        return result;
    struct mm_message *message = checked(invoker, response, (PyObject *)type);
    PyObject *value = message ? mm_field_get(message, field) : NULL;
    if (value)
        result = read_value(field, value, read);
    Py_XDECREF(value);
    Py_XDECREF(message);
    return result;
}

static PyObject *invoke(PyObject *self, PyObject *const *args, size_t flags, PyObject *names) {
    struct invoker *invoker = (struct invoker *)self;
    Py_ssize_t count = PyVectorcall_NARGS(flags);
    if ((count != 3 && count != 5) || (names && PyTuple_GET_SIZE(names)) || !PyUnicode_Check(args[0]) || !mm_message_type_check(args[2])) {
        PyErr_SetString(PyExc_TypeError, "_invoke(method, request, response_type) or _invoke(method, request, response_type, field, read)");
        return NULL;
    }
    uint8_t buffer[MM_RESPONSE_ON_STACK];
    struct mm_response response;
    PyObject *result = NULL;
    if (mm_call(args[0], args[1], buffer, &response) < 0)
        raise_status(invoker);
    else if (count == 3)
        result = (PyObject *)checked(invoker, &response, args[2]);
    else
        result = read_field(invoker, &response, (PyTypeObject *)args[2], args[3], args[4]);
    Py_XDECREF(response.bytes);
    return result;
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
