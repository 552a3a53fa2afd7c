// The plugin API's host functions: calling one, and submitting a call.
#include "module.h"

MM_IMPORT("mmpy", "take") extern int64_t host_take(void *data, uint32_t length);

typedef int64_t (*api_function)(const void *request, uint32_t request_length, void *response, uint32_t response_capacity);

#define DECLARE(name) \
    MM_IMPORT(MM_API_MODULE, #name) extern int64_t api_##name(const void *, uint32_t, void *, uint32_t);
MM_API_METHODS(DECLARE)

// Called as the methods of the API are, and none of them.
MM_IMPORT("mmpy", "http_request") extern int64_t host_http_request(const void *, uint32_t, void *, uint32_t);

#define ENTRY(name) {#name, api_##name},
static const struct {
    const char *name;
    api_function call;
} methods[] = {MM_API_METHODS(ENTRY) {"http_request", host_http_request}};
enum { CALLABLE_COUNT = sizeof methods / sizeof *methods };

static PyObject *method_indexes; // name → index in methods

// ---- requests and responses ----

int mm_request_get(struct mm_request *request, PyObject *object) {
    request->view.obj = NULL;
    mm_buffer_init(&request->encoded);
    size_t length;
    if (PyBytes_Check(object)) {
        request->data = PyBytes_AS_STRING(object);
        length = (size_t)PyBytes_GET_SIZE(object);
    } else if (mm_message_check(object)) {
        if (mm_message_encode(object, &request->encoded) < 0)
            return -1;
        request->data = request->encoded.data;
        length = request->encoded.length;
    } else if (PyObject_CheckBuffer(object)) {
        if (PyObject_GetBuffer(object, &request->view, PyBUF_SIMPLE) < 0)
            return -1;
        request->data = request->view.buf;
        length = (size_t)request->view.len;
    } else {
        PyErr_Format(PyExc_TypeError, "request must be bytes or a message, not %.200s", Py_TYPE(object)->tp_name);
        return -1;
    }
    if (length > UINT32_MAX) {
        PyErr_NoMemory();
        return -1;
    }
    request->length = (uint32_t)length;
    return 0;
}

void mm_request_free(struct mm_request *request) {
    if (request->view.obj)
        PyBuffer_Release(&request->view);
    mm_buffer_free(&request->encoded);
}

int mm_response_type(PyObject **type) {
    if (*type == Py_None)
        *type = NULL;
    if (!*type || mm_message_type_check(*type))
        return 0;
    PyErr_Format(PyExc_TypeError, "response_type must be a message type, not %R", *type);
    return -1;
}

// Fetches a response that did not fit the buffer on the stack.
static PyObject *take(PyObject *method, int64_t length) {
    if (length > PY_SSIZE_T_MAX)
        return PyErr_NoMemory();
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)length);
    if (!bytes)
        return NULL;
    int64_t taken = host_take(PyBytes_AS_STRING(bytes), (uint32_t)length);
    if (taken == length)
        return bytes;
    Py_DECREF(bytes);
    return mm_raise_status(method, taken);
}

int mm_response_get(struct mm_response *response, PyObject *method, int64_t length, const void *buffer) {
    *response = (struct mm_response){buffer, (size_t)length, NULL};
    if (length < 0) {
        mm_raise_status(method, length);
        return -1;
    }
    if (length <= MM_RESPONSE_ON_STACK)
        return 0;
    if (!(response->bytes = take(method, length)))
        return -1;
    response->data = (const uint8_t *)PyBytes_AS_STRING(response->bytes);
    return 0;
}

PyObject *mm_response_decode(const struct mm_response *response, PyObject *type) {
    if (type)
        return mm_message_decode((PyTypeObject *)type, response->data, response->length, true);
    return response->bytes ? Py_NewRef(response->bytes) : PyBytes_FromStringAndSize((const char *)response->data, (Py_ssize_t)response->length);
}

PyObject *mm_response_object(PyObject *method, int64_t length, const void *buffer, PyObject *type) {
    struct mm_response response;
    PyObject *object = mm_response_get(&response, method, length, buffer) == 0 ? mm_response_decode(&response, type) : NULL;
    Py_XDECREF(response.bytes);
    return object;
}

// ---- calls ----

// The API function of a method's name, or NULL with an exception set.
static api_function find(PyObject *method) {
    PyObject *index = PyDict_GetItemWithError(method_indexes, method);
    if (index)
        return methods[PyLong_AsLong(index)].call;
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_AttributeError, "the plugin API has no method %R", method);
    return NULL;
}

int mm_call(PyObject *method, PyObject *object, uint8_t *buffer, struct mm_response *response) {
    response->bytes = NULL;
    api_function function = find(method);
    if (!function)
        return -1;
    struct mm_request request;
    int result = mm_request_get(&request, object);
    if (result == 0) {
        int64_t length;
        MM_BEGIN_HOST_CALL
        length = function(request.data, request.length, buffer, MM_RESPONSE_ON_STACK);
        MM_END_HOST_CALL
        result = mm_response_get(response, method, length, buffer);
    }
    mm_request_free(&request);
    return result;
}

PyDoc_STRVAR(call_doc, "call(method, request, response_type=None)\n--\n\n"
                       "Call the plugin API method of that name with a message, or its bytes. The answer is a message of\n"
                       "response_type, or bytes when that is None. Raises StatusError when the host did not answer.");
static PyObject *call(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    if (count < 2 || count > 3 || !PyUnicode_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "call(method: str, request: bytes | Message, response_type: type | None = None)");
        return NULL;
    }
    PyObject *type = count == 3 ? args[2] : NULL;
    if (mm_response_type(&type) < 0)
        return NULL;
    uint8_t buffer[MM_RESPONSE_ON_STACK];
    struct mm_response response;
    PyObject *result = mm_call(args[0], args[1], buffer, &response) == 0 ? mm_response_decode(&response, type) : NULL;
    Py_XDECREF(response.bytes);
    return result;
}

PyDoc_STRVAR(submit_doc, "submit(method, request, wake=False)\n--\n\n"
                         "Have the plugin API method of that name called while this goes on. The result is a ticket, for\n"
                         "wait and then collect, or for forget. wake: the host wakes the guest when the call is complete.\n"
                         "Raises StatusError when the host has not begun the call.");
static PyObject *submit(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    if (count < 2 || count > 3 || !PyUnicode_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "submit(method: str, request: bytes | Message, wake: bool = False)");
        return NULL;
    }
    int wake = count == 3 ? PyObject_IsTrue(args[2]) : 0;
    api_function function = wake < 0 ? NULL : find(args[0]);
    if (!function)
        return NULL;
    struct mm_request request;
    PyObject *result = NULL;
    if (mm_request_get(&request, args[1]) == 0) {
        int64_t ticket = function(request.data, request.length, (void *)(uintptr_t)(wake ? MM_WAKE : 0), MM_SUBMIT);
        result = ticket < 0 ? mm_raise_status(args[0], ticket) : PyLong_FromLongLong(ticket);
    }
    mm_request_free(&request);
    return result;
}

static PyMethodDef functions[] = {
    {"call", (PyCFunction)(void (*)(void))call, METH_FASTCALL, call_doc},
    {"submit", (PyCFunction)(void (*)(void))submit, METH_FASTCALL, submit_doc},
    {NULL, NULL, 0, NULL},
};

int mm_calls_register(PyObject *module) {
    method_indexes = PyDict_New();
    PyObject *names = method_indexes ? PyTuple_New(MM_API_METHOD_COUNT) : NULL;
    if (!names)
        return -1;
    for (Py_ssize_t i = 0; i < CALLABLE_COUNT; i++) {
        PyObject *name = PyUnicode_InternFromString(methods[i].name);
        PyObject *index = name ? PyLong_FromSsize_t(i) : NULL;
        int failed = !index || PyDict_SetItem(method_indexes, name, index) < 0;
        Py_XDECREF(index);
        if (failed) {
            Py_XDECREF(name);
            Py_DECREF(names);
            return -1;
        }
        if (i < MM_API_METHOD_COUNT)
            PyTuple_SET_ITEM(names, i, name);
        else
            Py_DECREF(name);
    }
    if (PyModule_Add(module, "METHODS", names) < 0)
        return -1;
    return PyModule_AddFunctions(module, functions);
}
