// The builtin module _mmpy: the plugin API's host functions, the log, and (message_type.c) the messages.
#include "guest.h"
#include "message.h"
#include "mm_abi_gen.h"
#include <stddef.h>

MM_IMPORT("mmpy", "take") extern int64_t host_take(void *data, uint32_t length);
MM_IMPORT("mmpy", "log") extern void host_log(int32_t level, const void *text, uint32_t length);

typedef int64_t (*api_function)(const void *request, uint32_t request_length, void *response, uint32_t response_capacity);

#define DECLARE(name) \
    MM_IMPORT(MM_API_MODULE, #name) extern int64_t api_##name(const void *, uint32_t, void *, uint32_t);
MM_API_METHODS(DECLARE)

#define ENTRY(name) {#name, api_##name},
static const struct {
    const char *name;
    api_function call;
} methods[] = {MM_API_METHODS(ENTRY)};
enum { METHOD_COUNT = sizeof methods / sizeof *methods };

// A response up to this size needs no second trip to the host. It lies on the C stack, once for each nested hook.
enum { RESPONSE_ON_STACK = 4096 };

static PyObject *method_indexes; // name → index in methods
static PyObject *status_error;   // _mmpy.StatusError

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

static PyObject *raise_status(PyObject *method, int64_t status) {
    PyObject *message = PyUnicode_FromFormat("%U: %s", method, status_text(status));
    PyObject *error = message ? PyObject_CallOneArg(status_error, message) : NULL;
    PyObject *number = error ? PyLong_FromLongLong(status) : NULL;
    if (number && PyObject_SetAttrString(error, "method", method) == 0 && PyObject_SetAttrString(error, "status", number) == 0)
        PyErr_SetObject(status_error, error);
    Py_XDECREF(number);
    Py_XDECREF(error);
    Py_XDECREF(message);
    return NULL;
}

static PyObject *decode(PyObject *type, const void *data, int64_t length) {
    if (type)
        return mm_message_decode((PyTypeObject *)type, data, (size_t)length);
    return PyBytes_FromStringAndSize(data, (Py_ssize_t)length);
}

// Fetches a response that did not fit the buffer on the stack.
static PyObject *take(PyObject *method, PyObject *type, int64_t length) {
    if (length > PY_SSIZE_T_MAX)
        return PyErr_NoMemory();
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)length);
    if (!bytes)
        return NULL;
    int64_t taken = host_take(PyBytes_AS_STRING(bytes), (uint32_t)length);
    if (taken != length) {
        Py_DECREF(bytes);
        return raise_status(method, taken);
    }
    if (!type)
        return bytes;
    PyObject *message = decode(type, PyBytes_AS_STRING(bytes), length);
    Py_DECREF(bytes);
    return message;
}

static PyObject *call_method(PyObject *method, const void *request, size_t length, PyObject *type) {
    PyObject *index = PyDict_GetItemWithError(method_indexes, method);
    if (!index) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_AttributeError, "the plugin API has no method %R", method);
        return NULL;
    }
    if (length > UINT32_MAX)
        return PyErr_NoMemory();
    uint8_t response[RESPONSE_ON_STACK];
    int64_t result;
    MM_BEGIN_HOST_CALL
    result = methods[PyLong_AsLong(index)].call(request, (uint32_t)length, response, sizeof response);
    MM_END_HOST_CALL
    if (result < 0)
        return raise_status(method, result);
    if (result > (int64_t)sizeof response)
        return take(method, type, result);
    return decode(type, response, result);
}

PyDoc_STRVAR(call_doc, "call(method, request, response_type=None)\n--\n\n"
                       "Call the plugin API method of that name with a message, or its bytes. The answer is a message of\n"
                       "response_type, or bytes when that is None. Raises StatusError when the host did not answer.");
static PyObject *call(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    if (count < 2 || count > 3 || !PyUnicode_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "call(method: str, request: bytes | Message, response_type: type | None = None)");
        return NULL;
    }
    PyObject *type = count == 3 && args[2] != Py_None ? args[2] : NULL;
    if (type && !mm_message_type_check(type)) {
        PyErr_Format(PyExc_TypeError, "response_type must be a message type, not %R", type);
        return NULL;
    }
    if (PyBytes_Check(args[1]))
        return call_method(args[0], PyBytes_AS_STRING(args[1]), (size_t)PyBytes_GET_SIZE(args[1]), type);
    if (!mm_message_check(args[1])) {
        PyErr_Format(PyExc_TypeError, "request must be bytes or a message, not %.200s", Py_TYPE(args[1])->tp_name);
        return NULL;
    }
    struct mm_buffer buffer;
    mm_buffer_init(&buffer);
    PyObject *result = NULL;
    if (mm_message_encode(args[1], &buffer) == 0)
        result = call_method(args[0], buffer.data, buffer.length, type);
    mm_buffer_free(&buffer);
    return result;
}

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
    {"call", (PyCFunction)(void (*)(void))call, METH_FASTCALL, call_doc},
    {"log", log_record, METH_VARARGS, log_doc},
    {"_interrupted", interrupted, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int add_methods(PyObject *module) {
    method_indexes = PyDict_New();
    PyObject *names = method_indexes ? PyTuple_New(METHOD_COUNT) : NULL;
    if (!names)
        return -1;
    for (Py_ssize_t i = 0; i < METHOD_COUNT; i++) {
        PyObject *name = PyUnicode_InternFromString(methods[i].name);
        PyObject *index = name ? PyLong_FromSsize_t(i) : NULL;
        int failed = !index || PyDict_SetItem(method_indexes, name, index) < 0;
        Py_XDECREF(index);
        if (failed) {
            Py_XDECREF(name);
            Py_DECREF(names);
            return -1;
        }
        PyTuple_SET_ITEM(names, i, name);
    }
    return PyModule_Add(module, "METHODS", names);
}

static int execute(PyObject *module) {
    status_error = PyErr_NewExceptionWithDoc("_mmpy.StatusError",
                                             "The host did not carry out an API call: attributes method (str), status (int).",
                                             NULL, NULL);
    if (!status_error || PyModule_AddObjectRef(module, "StatusError", status_error) < 0)
        return -1;
    if (PyModule_AddIntConstant(module, "ABI_VERSION", MM_ABI_VERSION) < 0 || add_methods(module) < 0)
        return -1;
    return mm_message_register(module);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};
static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_mmpy", .m_doc = "The host of this interpreter.", .m_methods = functions, .m_slots = slots,
};
PyMODINIT_FUNC PyInit__mmpy(void) { return PyModuleDef_Init(&definition); }
