// Firing a hook whose handler takes and returns what messages hold: from the bytes of a request to those of the response,
// with nothing of Python in between but the handler. What is not as usual (a hook on top of another, a coroutine, a result
// that has to be looked at) is left to functions of the SDK.
#include "module.h"
#include "message_object.h"

struct argument {
    struct mm_field *field;
    char mark; // '[': as a list; '?': None where it is not set; 0: as it is
};

enum { MAX_ARGUMENTS = 8 };

static PyObject *outside_name, *after_name; // of the runner's context that no hook has changed, and of what it calls after a hook

struct hook {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    PyObject *name, *handler;
    PyTypeObject *request, *response; // response NULL: the result says nothing
    struct mm_field *changed; // of the response: for a message that the handler gives back; NULL without one
    struct mm_field *numbers; // of the response: says which fields of that message differ; NULL without one
    struct mm_field *suffice; // of the request: whether the host takes them alone
    Py_ssize_t original; // the argument that they differ from
    PyObject *finish; // fills the response: hook, result, response
    PyObject *runner; // the dict of mattermost_plugin._internal.hook_runner
    PyObject *running; // its list of the hooks on the stack
    PyObject *failed; // makes the answer of an exception of a handler that is answered later, or None
    PyObject *respond; // hook_respond, bound: the answer for what a handler has returned
    Py_ssize_t count;
    struct argument arguments[MAX_ARGUMENTS];
};

static PyObject *argument_of(const struct argument *argument, struct mm_message *request) {
    if (argument->mark == '?' && !mm_field_present(request, argument->field))
        return Py_NewRef(Py_None);
    PyObject *value = mm_field_get(request, argument->field);
    if (!value || argument->mark != '[')
        return value;
    PyObject *list = PyList_GetSlice(((struct mm_repeated *)value)->list, 0, PY_SSIZE_T_MAX);
    Py_DECREF(value);
    return list;
}

static PyObject *function_of(struct hook *hook, const char *name) { // of the runner; borrowed
    PyObject *function = PyDict_GetItemString(hook->runner, name);
    if (!function && !PyErr_Occurred())
        PyErr_Format(PyExc_NameError, "hook_runner has no %s", name);
    return function;
}

static PyObject *answer(struct hook *hook, PyObject *result, bool watched);

static PyObject *answer_nested(struct hook *hook, PyObject **arguments) {
    PyObject *function = function_of(hook, "answer_hook"), *list = function ? PyList_New(hook->count) : NULL;
    for (Py_ssize_t i = 0; list && i < hook->count; i++)
        PyList_SET_ITEM(list, i, Py_NewRef(arguments[i]));
    PyObject *all[] = {hook->name, hook->handler, list, hook->respond, hook->failed};
    PyObject *bytes = list ? PyObject_Vectorcall(function, all, 5, NULL) : NULL;
    Py_XDECREF(list);
    return bytes;
}

// Whether something may have to be awaited; most results are of types that never are.
static int awaitable(PyObject *result) {
    if (result == Py_None || PyTuple_CheckExact(result) || PyUnicode_CheckExact(result) || mm_message_check(result))
        return 0;
    return PyObject_HasAttrStringWithError(result, "__await__");
}

// Calls the handler in the context and gives the answer to the hook; or PENDING, when the handler awaits something.
static PyObject *answer_in(struct hook *hook, PyObject *context, PyObject **arguments) {
    if (PyContext_Enter(context) < 0)
        return NULL;
    PyObject *result = PyObject_Vectorcall(hook->handler, arguments, (size_t)hook->count, NULL), *bytes = NULL;
    if (PyContext_Exit(context) < 0)
        Py_CLEAR(result);
    int wait = result ? awaitable(result) : -1;
    if (wait == 0) {
        bytes = answer(hook, result, true);
    } else if (wait > 0) {
        PyObject *function = function_of(hook, "answer_awaitable");
        PyObject *all[] = {hook->name, result, context, hook->respond, hook->failed};
        bytes = function ? PyObject_Vectorcall(function, all, 5, NULL) : NULL;
    }
    Py_XDECREF(result);
    return bytes;
}

static void pop(PyObject *list) {
    Py_ssize_t size = PyList_GET_SIZE(list) - 1;
    if (size < 0)
        return;
    PyObject *last = PyList_GET_ITEM(list, size);
    Py_SET_SIZE(list, size);
    Py_DECREF(last); // a str, or None: no code runs
}

// Tells the runner that the hook has ended, if it wants to know. An exception of the hook's stays.
static int after(struct hook *hook) {
    PyObject *function = PyDict_GetItemWithError(hook->runner, after_name);
    if (!function || function == Py_None)
        return 0;
    PyObject *raised = PyErr_GetRaisedException(), *result = PyObject_CallNoArgs(function);
    Py_XDECREF(result);
    if (raised) {
        PyErr_Clear();
        PyErr_SetRaisedException(raised);
    }
    return result ? 0 : -1;
}

// Whether the host takes what the handler changes of an argument for the whole.
static bool changes_suffice(struct hook *hook, struct mm_message *request) {
    return hook->numbers && hook->suffice && request->slots[hook->suffice->slot] == Py_True;
}

// What answer_hook of the SDK does, for the outermost hook.
static PyObject *answer_outermost(struct hook *hook, struct mm_message *request, PyObject **arguments) {
    mm_watched = (struct mm_watched){changes_suffice(hook, request) ? (struct mm_message *)arguments[hook->original] : NULL, 0, false};
    PyObject *outside = PyContext_CopyCurrent(), *context = outside ? PyContext_Copy(outside) : NULL, *bytes = NULL;
    if (context && PyDict_SetItem(hook->runner, outside_name, outside) == 0 && PyList_Append(hook->running, hook->name) == 0) {
        bytes = answer_in(hook, context, arguments);
        pop(hook->running);
        if (after(hook) < 0)
            Py_CLEAR(bytes);
    }
    mm_watched.message = NULL;
    Py_XDECREF(context);
    Py_XDECREF(outside);
    return bytes;
}

PyObject *mm_hook_answer(PyObject *self, PyObject *request) {
    struct hook *hook = (struct hook *)self;
    PyObject *arguments[MAX_ARGUMENTS], *bytes = NULL;
    Py_ssize_t count = 0;
    while (count < hook->count && (arguments[count] = argument_of(&hook->arguments[count], (struct mm_message *)request)))
        count++;
    if (count == hook->count)
        bytes = PyList_GET_SIZE(hook->running) ? answer_nested(hook, arguments) : answer_outermost(hook, (struct mm_message *)request, arguments);
    while (count > 0)
        Py_DECREF(arguments[--count]);
    return bytes;
}

// The message that a result consists of, alone or with an empty reason to reject it; NULL when it is something else.
static PyObject *changed(struct hook *hook, PyObject *result) {
    if (PyTuple_CheckExact(result) && PyTuple_GET_SIZE(result) == 2) {
        PyObject *reason = PyTuple_GET_ITEM(result, 1);
        if (reason != Py_None && !(PyUnicode_CheckExact(reason) && PyUnicode_GET_LENGTH(reason) == 0))
            return NULL;
        result = PyTuple_GET_ITEM(result, 0);
    }
    bool fits = Py_IS_TYPE(result, (PyTypeObject *)hook->changed->value.reference) && !((struct mm_message *)result)->owner;
    return fits ? result : NULL;
}

static PyObject *encoded(int failed, struct mm_buffer *buffer) {
    PyObject *bytes = failed ? NULL : PyBytes_FromStringAndSize((char *)buffer->data, (Py_ssize_t)buffer->length);
    mm_buffer_free(buffer);
    return bytes;
}

// Whether a message is the one that is watched, and no field of it was cleared: what clearing means depends on the host.
static bool differs_by_fields(struct mm_message *message) {
    if (message != mm_watched.message || mm_watched.lost)
        return false;
    const struct mm_layout *layout = mm_layout(message);
    for (Py_ssize_t i = 0; i < layout->count; i++) {
        struct mm_field *field = layout->fields[i];
        PyObject *value = message->slots[field->slot];
        if (mm_watched.changed >> field->slot & 1 && (!value || mm_value_is_zero(&field->value, value)))
            return false;
    }
    return true;
}

// watched: the hook is the one whose argument is watched.
static PyObject *answer(struct hook *hook, PyObject *result, bool watched) {
    if (!hook->response)
        return PyBytes_FromStringAndSize(NULL, 0);
    struct mm_buffer buffer;
    mm_buffer_init(&buffer);
    PyObject *message = hook->changed ? changed(hook, result) : NULL;
    if (message && watched && differs_by_fields((struct mm_message *)message))
        return encoded(mm_changes_encode(hook->changed, hook->numbers, (struct mm_message *)message, mm_watched.changed, &buffer), &buffer);
    if (message)
        return encoded(mm_field_encode(hook->changed, message, &buffer), &buffer);
    PyObject *response = (PyObject *)mm_message_new(hook->response), *all[] = {hook->name, result, response};
    PyObject *done = response ? PyObject_Vectorcall(hook->finish, all, 3, NULL) : NULL;
    PyObject *bytes = done ? encoded(mm_message_encode(response, &buffer), &buffer) : NULL;
    Py_XDECREF(done);
    Py_XDECREF(response);
    return bytes;
}

PyObject *mm_hook_decode(PyObject *self, const uint8_t *data, size_t length) {
    return mm_message_decode(((struct hook *)self)->request, data, length, false);
}

static PyObject *hook_call(PyObject *self, PyObject *const *args, size_t flags, PyObject *names) {
    if (PyVectorcall_NARGS(flags) != 1 || (names && PyTuple_GET_SIZE(names)) || !PyBytes_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "a hook takes one argument, the bytes of its request");
        return NULL;
    }
    PyObject *request = mm_hook_decode(self, (const uint8_t *)PyBytes_AS_STRING(args[0]), (size_t)PyBytes_GET_SIZE(args[0]));
    PyObject *bytes = request ? mm_hook_answer(self, request) : NULL;
    Py_XDECREF(request);
    return bytes;
}

static PyObject *hook_respond(PyObject *self, PyObject *result) { return answer((struct hook *)self, result, false); }

static PyMethodDef respond_method = {"respond", hook_respond, METH_O, "respond(result)\n--\n\nThe answer for what the handler has returned."};

// ---- making one ----

// Takes an argument's field from its text: a name, with [] or ? behind it.
static int set_argument(struct hook *hook, PyObject *text) {
    if (!PyUnicode_Check(text) || hook->count == MAX_ARGUMENTS) {
        PyErr_Format(PyExc_ValueError, "hook %U: wrong or too many arguments: %R", hook->name, text);
        return -1;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    Py_UCS4 last = length ? PyUnicode_READ_CHAR(text, length - 1) : 0;
    struct argument *argument = &hook->arguments[hook->count];
    argument->mark = last == ']' ? '[' : last == '?' ? '?' : 0;
    PyObject *name = PyUnicode_Substring(text, 0, length - (last == ']' ? 2 : last == '?' ? 1 : 0));
    argument->field = name ? mm_field_by_name(hook->request, name) : NULL;
    Py_XDECREF(name);
    if (!argument->field || (argument->mark == '[' && argument->field->shape != MM_REPEATED)) {
        PyErr_Format(PyExc_ValueError, "hook %U: no such field of the request: %R", hook->name, text);
        return -1;
    }
    hook->count++;
    return 0;
}

// Finds out whether the response can tell what of an argument has changed.
static int set_changes(struct hook *hook) {
    PyTypeObject *type = hook->changed ? (PyTypeObject *)hook->changed->value.reference : NULL;
    if (!type || mm_layout_of(type)->count > 64)
        return 0;
    while (hook->original < hook->count) {
        const struct argument *argument = &hook->arguments[hook->original];
        if (!argument->mark && argument->field->shape <= MM_EXPLICIT && argument->field->value.kind == MM_MESSAGE &&
            mm_element_type(&argument->field->value) == type)
            break;
        hook->original++;
    }
    PyObject *numbers = PyUnicode_FromString("changed_fields"), *suffice = PyUnicode_FromString("changes_suffice");
    if (numbers && suffice && hook->original < hook->count) {
        hook->numbers = mm_field_by_name(hook->response, numbers);
        hook->suffice = mm_field_by_name(hook->request, suffice);
    }
    int result = numbers && suffice ? 0 : -1;
    Py_XDECREF(numbers);
    Py_XDECREF(suffice);
    return result;
}

static int set_response(struct hook *hook, PyObject *response, PyObject *field) {
    if (response == Py_None)
        return 0;
    hook->response = (PyTypeObject *)Py_NewRef(response);
    if (field == Py_None)
        return 0;
    hook->changed = mm_field_by_name(hook->response, field);
    if (!hook->changed || hook->changed->shape > MM_EXPLICIT || hook->changed->value.kind != MM_MESSAGE) {
        PyErr_Format(PyExc_ValueError, "hook %U: no message field of the response: %R", hook->name, field);
        return -1;
    }
    return mm_element_type(&hook->changed->value) ? 0 : -1;
}

static PyTypeObject hook_type;

static PyObject *new_hook(PyObject *module, PyObject *args) {
    PyObject *name, *handler, *request, *response, *arguments, *field, *finish, *runner, *running, *failed;
    if (!PyArg_ParseTuple(args, "UOOOO!OOO!O:hook", &name, &handler, &request, &response, &PyTuple_Type, &arguments, &field, &finish,
                          &PyDict_Type, &runner, &failed))
        return NULL;
    if (!mm_message_type_check(request) || (response != Py_None && !mm_message_type_check(response)))
        return PyErr_Format(PyExc_TypeError, "hook %U: request and response must be message types", name);
    if (!(running = PyDict_GetItemString(runner, "_running")) || !PyList_CheckExact(running))
        return PyErr_Format(PyExc_TypeError, "hook %U: the runner has no list of running hooks", name);
    struct hook *hook = (struct hook *)hook_type.tp_alloc(&hook_type, 0);
    if (!hook)
        return NULL;
    hook->vectorcall = hook_call;
    hook->name = Py_NewRef(name);
    hook->handler = Py_NewRef(handler);
    hook->request = (PyTypeObject *)Py_NewRef(request);
    hook->finish = Py_NewRef(finish);
    hook->runner = Py_NewRef(runner);
    hook->running = Py_NewRef(running);
    hook->failed = Py_NewRef(failed);
    hook->respond = PyCFunction_New(&respond_method, (PyObject *)hook); // a hook lives as long as the interpreter
    int result = hook->respond ? set_response(hook, response, field) : -1;
    for (Py_ssize_t i = 0; result == 0 && i < PyTuple_GET_SIZE(arguments); i++)
        result = set_argument(hook, PyTuple_GET_ITEM(arguments, i));
    if (result < 0 || set_changes(hook) < 0)
        Py_CLEAR(hook);
    return (PyObject *)hook;
}

static void hook_dealloc(PyObject *self) {
    struct hook *hook = (struct hook *)self;
    Py_XDECREF(hook->name);
    Py_XDECREF(hook->handler);
    Py_XDECREF(hook->request);
    Py_XDECREF(hook->response);
    Py_XDECREF(hook->finish);
    Py_XDECREF(hook->runner);
    Py_XDECREF(hook->running);
    Py_XDECREF(hook->failed);
    Py_XDECREF(hook->respond);
    PyObject_Free(self);
}

static PyTypeObject hook_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "_mmpy.Hook",
    .tp_doc = "Fires a hook: from the bytes of its request to those of its response.",
    .tp_basicsize = sizeof(struct hook),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_vectorcall_offset = offsetof(struct hook, vectorcall),
    .tp_call = PyVectorcall_Call,
    .tp_dealloc = hook_dealloc,
    .tp_free = PyObject_Free,
};

static PyMethodDef functions[] = {
    {"hook", new_hook, METH_VARARGS,
     "hook(name, handler, request, response, arguments, field, finish, runner, failed)\n--\n\nWhat fires a hook, from bytes to bytes."},
    {NULL, NULL, 0, NULL},
};

bool mm_hook_check(PyObject *object) { return Py_IS_TYPE(object, &hook_type); }

int mm_hooks_register(PyObject *module) {
    outside_name = PyUnicode_InternFromString("_outside");
    after_name = PyUnicode_InternFromString("after_hook");
    return !outside_name || !after_name || PyType_Ready(&hook_type) < 0 ? -1 : PyModule_AddFunctions(module, functions);
}
