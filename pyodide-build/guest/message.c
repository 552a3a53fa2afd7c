// The message object: its life, its constructor, its slots. What it can do is in message_methods.c.
#include "message_object.h"

struct mm_message *mm_message_new(PyTypeObject *type) { return (struct mm_message *)type->tp_alloc(type, 0); }

struct mm_watched mm_watched;

static void set_in_owner(struct mm_message *message) {
    while (message->owner) {
        struct mm_message *owner = message->owner;
        mm_field_clear_siblings(owner, message->field);
        message->owner = NULL;
        message = owner;
        mm_lose_track(message);
    }
}

void mm_touch(struct mm_message *message) {
    mm_lose_track(message);
    set_in_owner(message);
}

void mm_touch_field(struct mm_message *message, const struct mm_field *field) {
    if (message == mm_watched.message)
        mm_watched.changed |= UINT64_C(1) << field->slot;
    set_in_owner(message);
}

static size_t room(size_t length) { // that unknown fields of that length have: the next power of two
    size_t size = 16;
    while (size < length)
        size *= 2;
    return size;
}

int mm_unknown_append(struct mm_message *message, const uint8_t *data, size_t length) {
    size_t total = message->unknown_length + length;
    if (total > PY_SSIZE_T_MAX / 2) {
        PyErr_NoMemory();
        return -1;
    }
    if (!message->unknown || room(total) != room(message->unknown_length)) {
        uint8_t *grown = PyMem_Realloc(message->unknown, room(total));
        if (!grown) {
            PyErr_NoMemory();
            return -1;
        }
        message->unknown = grown;
    }
    memcpy(message->unknown + message->unknown_length, data, length);
    message->unknown_length = total;
    return 0;
}

// Dying messages are kept on a list, linked by their `owner`, and freed one by one: however deep a tree is, freeing it
// needs no more of the stack. A message is put there only with the last reference to it.
static void bury(PyObject *value, struct mm_message **dying) {
    struct mm_message *message = (struct mm_message *)value;
    message->owner = *dying;
    *dying = message;
}

// Takes over the messages that die with a container; the container must let go of them before they are freed. They do not
// die with it while an iterator holds the list or dict they lie in.
static void bury_elements(PyObject *container, struct mm_message **dying) {
    if (Py_TYPE(container) == &mm_repeated_message_type) {
        PyObject *list = ((struct mm_repeated *)container)->list;
        for (Py_ssize_t i = 0; list && Py_REFCNT(list) == 1 && i < PyList_GET_SIZE(list); i++) {
            PyObject *element = PyList_GET_ITEM(list, i);
            if (Py_REFCNT(element) == 1)
                bury(Py_NewRef(element), dying);
        }
    } else if (Py_TYPE(container) == &mm_message_map_type) {
        PyObject *dict = ((struct mm_map *)container)->dict, *key, *value;
        for (Py_ssize_t i = 0; dict && Py_REFCNT(dict) == 1 && PyDict_Next(dict, &i, &key, &value);)
            if (Py_REFCNT(value) == 1)
                bury(Py_NewRef(value), dying);
    }
}

static void bury_value(PyObject *value, struct mm_message **dying) {
    bool last = Py_REFCNT(value) == 1;
    if (mm_message_check(value)) {
        ((struct mm_message *)value)->owner = NULL;
        if (last) {
            bury(value, dying);
            return;
        }
    } else if (mm_is_repeated(value)) {
        ((struct mm_repeated *)value)->owner = NULL;
    } else if (mm_is_map(value)) {
        ((struct mm_map *)value)->owner = NULL;
    }
    if (last)
        bury_elements(value, dying);
    Py_DECREF(value);
}

static void bury_all(struct mm_message *dying) {
    while (dying) {
        struct mm_message *message = dying;
        dying = message->owner;
        PyTypeObject *type = Py_TYPE(message);
        for (Py_ssize_t i = 0; i < mm_layout(message)->count; i++)
            if (message->slots[i])
                bury_value(message->slots[i], &dying);
        PyMem_Free(message->unknown);
        type->tp_free(message);
        Py_DECREF(type);
    }
}

void mm_bury_elements(PyObject *container, PyObject **values) {
    struct mm_message *dying = NULL;
    bury_elements(container, &dying);
    Py_CLEAR(*values);
    bury_all(dying);
}

static void message_dealloc(PyObject *self) {
    ((struct mm_message *)self)->owner = NULL;
    bury_all((struct mm_message *)self);
}

static int init_field(struct mm_message *message, PyObject *name, PyObject *value) {
    struct mm_field *field = PyUnicode_Check(name) ? mm_field_by_name(Py_TYPE(message), name) : NULL;
    if (field)
        return mm_field_init(message, field, value);
    PyErr_Format(PyExc_ValueError, "protocol message %.200s has no field %R", Py_TYPE(message)->tp_name, name);
    return -1;
}

int mm_message_init(struct mm_message *message, PyObject *fields) {
    PyObject *items = PyDict_Items(fields); // a copy: what a value does while it is converted cannot reach it
    if (!items)
        return -1;
    int result = 0;
    for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(items); i++) {
        PyObject *item = PyList_GET_ITEM(items, i);
        result = init_field(message, PyTuple_GET_ITEM(item, 0), PyTuple_GET_ITEM(item, 1));
    }
    Py_DECREF(items);
    return result;
}

static PyObject *new_message(PyTypeObject *type) {
    if (mm_layout_of(type))
        return (PyObject *)mm_message_new(type);
    PyErr_Format(PyExc_TypeError, "%.200s is no message type with fields; message_type makes those", type->tp_name);
    return NULL;
}

static PyObject *message_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) { return new_message(type); }

static int no_positional(PyTypeObject *type, Py_ssize_t count) {
    if (count)
        PyErr_Format(PyExc_TypeError, "%.200s takes its fields by name only", type->tp_name);
    return count ? -1 : 0;
}

static int message_init(PyObject *self, PyObject *args, PyObject *kwargs) {
    if (no_positional(Py_TYPE(self), PyTuple_GET_SIZE(args)) < 0)
        return -1;
    return kwargs ? mm_message_init((struct mm_message *)self, kwargs) : 0;
}

// The constructor without the detour over a dict of keywords.
PyObject *mm_message_vectorcall(PyObject *type, PyObject *const *args, size_t flags, PyObject *names) {
    Py_ssize_t count = PyVectorcall_NARGS(flags);
    if (no_positional((PyTypeObject *)type, count) < 0)
        return NULL;
    PyObject *message = new_message((PyTypeObject *)type);
    for (Py_ssize_t i = 0; message && names && i < PyTuple_GET_SIZE(names); i++)
        if (init_field((struct mm_message *)message, PyTuple_GET_ITEM(names, i), args[i]) < 0)
            Py_CLEAR(message);
    return message;
}

static int message_setattr(PyObject *self, PyObject *name, PyObject *value) {
    struct mm_field *field = mm_field_by_name(Py_TYPE(self), name);
    if (field)
        return mm_field_set((struct mm_message *)self, field, value);
    PyErr_Format(PyExc_AttributeError, "protocol message %.200s has no field %R", Py_TYPE(self)->tp_name, name);
    return -1;
}

// What a well-known type that may be compared with plain Python values says to it.
static PyObject *compare_well_known(PyObject *self, PyObject *other) {
    PyObject *compare;
    if (mm_message_check(other) || PyObject_GetOptionalAttrString((PyObject *)Py_TYPE(self), "_internal_compare", &compare) < 0)
        return mm_message_check(other) ? Py_NewRef(Py_NotImplemented) : NULL;
    if (!compare)
        return Py_NewRef(Py_NotImplemented);
    PyObject *result = PyObject_CallFunctionObjArgs(compare, self, other, NULL);
    Py_DECREF(compare);
    return result;
}

static PyObject *message_compare(PyObject *self, PyObject *other, int operation) {
    if (operation != Py_EQ && operation != Py_NE)
        Py_RETURN_NOTIMPLEMENTED;
    int equal;
    if (Py_TYPE(self) == Py_TYPE(other)) {
        equal = mm_message_equal((struct mm_message *)self, (struct mm_message *)other);
    } else {
        PyObject *result = compare_well_known(self, other);
        if (!result || result == Py_NotImplemented)
            return result;
        equal = PyObject_IsTrue(result);
        Py_DECREF(result);
    }
    return equal < 0 ? NULL : PyBool_FromLong(equal == (operation == Py_EQ));
}

PyTypeObject mm_message_base = {
    PyVarObject_HEAD_INIT(&mm_class_type, 0).tp_name = "google.protobuf.message.Message",
    .tp_doc = "The base of all protobuf messages.",
    .tp_basicsize = sizeof(struct mm_message),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = message_new,
    .tp_init = message_init,
    .tp_dealloc = message_dealloc,
    .tp_free = PyObject_Free,
    .tp_setattro = message_setattr,
    .tp_richcompare = message_compare,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_repr = mm_message_text,
    .tp_methods = mm_message_methods,
};
