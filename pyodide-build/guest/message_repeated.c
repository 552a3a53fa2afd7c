// Repeated fields: lists that take only what the field takes. Elements that are messages are copied in.
#include "message_object.h"

static struct mm_repeated *as_repeated(PyObject *object) { return (struct mm_repeated *)object; }

static bool holds_messages(PyObject *self) { return Py_IS_TYPE(self, &mm_repeated_message_type); }

PyObject *mm_repeated_new(struct mm_message *owner, struct mm_field *field) {
    PyObject *list = PyList_New(0);
    if (!list)
        return NULL;
    PyObject_GC_UnTrack(list); // nothing that can lie in it takes part in a cycle
    PyTypeObject *type = field->value.kind == MM_MESSAGE ? &mm_repeated_message_type : &mm_repeated_scalar_type;
    struct mm_repeated *repeated = (struct mm_repeated *)type->tp_alloc(type, 0);
    if (!repeated) {
        Py_DECREF(list);
        return NULL;
    }
    repeated->owner = owner;
    repeated->field = (struct mm_field *)Py_NewRef(field);
    repeated->list = list;
    return (PyObject *)repeated;
}

static void repeated_dealloc(PyObject *self) {
    mm_bury_elements(self, &as_repeated(self)->list);
    Py_DECREF(as_repeated(self)->field);
    PyObject_Free(self);
}

static void touch(PyObject *self) {
    if (as_repeated(self)->owner)
        mm_touch(as_repeated(self)->owner);
}

static PyObject *convert_one(PyObject *self, PyObject *value) {
    struct mm_field *field = as_repeated(self)->field;
    return mm_value_from(&field->value, field->name, value);
}

// A new list of what is stored for values, which may be anything that can be iterated over.
static PyObject *convert_all(struct mm_repeated *repeated, PyObject *values, mm_convert *convert) {
    struct mm_field *field = repeated->field;
    PyObject *list = PySequence_List(values);
    for (Py_ssize_t i = 0; list && i < PyList_GET_SIZE(list); i++) {
        PyObject *stored = convert(&field->value, field->name, PyList_GET_ITEM(list, i));
        if (!stored || PyList_SetItem(list, i, stored) < 0)
            Py_CLEAR(list);
    }
    return list;
}

int mm_repeated_extend(struct mm_repeated *repeated, PyObject *values, mm_convert *convert) {
    PyObject *list = convert_all(repeated, values, convert);
    if (!list)
        return -1;
    touch((PyObject *)repeated);
    int result = PyList_SetSlice(repeated->list, PY_SSIZE_T_MAX, PY_SSIZE_T_MAX, list);
    Py_DECREF(list);
    return result;
}

static PyObject *repeated_append(PyObject *self, PyObject *value) {
    PyObject *stored = convert_one(self, value);
    if (!stored)
        return NULL;
    touch(self);
    int result = PyList_Append(as_repeated(self)->list, stored);
    Py_DECREF(stored);
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *repeated_extend(PyObject *self, PyObject *values) {
    return mm_repeated_extend(as_repeated(self), values, mm_value_from) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *repeated_insert(PyObject *self, PyObject *args) {
    Py_ssize_t index;
    PyObject *value;
    if (!PyArg_ParseTuple(args, "nO:insert", &index, &value))
        return NULL;
    PyObject *stored = convert_one(self, value);
    if (!stored)
        return NULL;
    touch(self);
    int result = PyList_Insert(as_repeated(self)->list, index, stored);
    Py_DECREF(stored);
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *repeated_add(PyObject *self, PyObject *args, PyObject *kwargs) {
    struct mm_repeated *repeated = as_repeated(self);
    if (!PyArg_ParseTuple(args, ":add"))
        return NULL;
    PyObject *message = mm_value_default(&repeated->field->value);
    if (message && kwargs && mm_message_init((struct mm_message *)message, kwargs) < 0)
        Py_CLEAR(message);
    if (!message)
        return NULL;
    touch(self);
    if (PyList_Append(repeated->list, message) < 0)
        Py_CLEAR(message);
    return message;
}

// What the list inside does just as well: its own method, with the same arguments.
static PyObject *of_list(PyObject *self, const char *method, PyObject *args, PyObject *kwargs) {
    PyObject *bound = PyObject_GetAttrString(as_repeated(self)->list, method);
    PyObject *result = bound ? PyObject_Call(bound, args, kwargs) : NULL;
    Py_XDECREF(bound);
    return result;
}

static PyObject *changed(PyObject *self, PyObject *result) {
    if (result)
        touch(self);
    return result;
}

static PyObject *repeated_pop(PyObject *self, PyObject *args) { return changed(self, of_list(self, "pop", args, NULL)); }
static PyObject *repeated_remove(PyObject *self, PyObject *args) { return changed(self, of_list(self, "remove", args, NULL)); }
static PyObject *repeated_clear(PyObject *self, PyObject *args) { return changed(self, of_list(self, "clear", args, NULL)); }
static PyObject *repeated_reverse(PyObject *self, PyObject *args) { return changed(self, of_list(self, "reverse", args, NULL)); }
static PyObject *repeated_index(PyObject *self, PyObject *args) { return of_list(self, "index", args, NULL); }
static PyObject *repeated_count(PyObject *self, PyObject *args) { return of_list(self, "count", args, NULL); }
static PyObject *repeated_sort(PyObject *self, PyObject *args, PyObject *kwargs) {
    return changed(self, of_list(self, "sort", args, kwargs));
}

// A copy that belongs to no message.
static PyObject *repeated_copy(PyObject *self, PyObject *unused) {
    PyObject *copy = mm_repeated_new(NULL, as_repeated(self)->field);
    if (copy && mm_repeated_extend(as_repeated(copy), self, mm_value_from) < 0)
        Py_CLEAR(copy);
    return copy;
}

static Py_ssize_t repeated_length(PyObject *self) { return PyList_GET_SIZE(as_repeated(self)->list); }

static PyObject *repeated_item(PyObject *self, Py_ssize_t index) {
    PyObject *list = as_repeated(self)->list;
    if (index < 0 || index >= PyList_GET_SIZE(list))
        return PyErr_Format(PyExc_IndexError, "index %zd is out of range", index);
    return Py_NewRef(PyList_GET_ITEM(list, index));
}

static int repeated_contains(PyObject *self, PyObject *value) { return PySequence_Contains(as_repeated(self)->list, value); }

static PyObject *repeated_subscript(PyObject *self, PyObject *key) { return PyObject_GetItem(as_repeated(self)->list, key); }

static int repeated_assign(PyObject *self, PyObject *key, PyObject *value) {
    PyObject *list = as_repeated(self)->list;
    if (!value) {
        touch(self);
        return PyObject_DelItem(list, key);
    }
    if (holds_messages(self)) {
        PyErr_SetString(PyExc_TypeError, "elements that are messages cannot be assigned; CopyFrom changes them");
        return -1;
    }
    PyObject *stored = PySlice_Check(key) ? convert_all(as_repeated(self), value, mm_value_from) : convert_one(self, value);
    if (!stored)
        return -1;
    touch(self);
    int result = PyObject_SetItem(list, key, stored);
    Py_DECREF(stored);
    return result;
}

static PyObject *repeated_add_in_place(PyObject *self, PyObject *values) {
    return mm_repeated_extend(as_repeated(self), values, mm_value_from) < 0 ? NULL : Py_NewRef(self);
}

static PyObject *repeated_iterate(PyObject *self) { return PyObject_GetIter(as_repeated(self)->list); }

static PyObject *repeated_repr(PyObject *self) { return PyObject_Repr(as_repeated(self)->list); }

static PyObject *repeated_compare(PyObject *self, PyObject *other, int operation) {
    if (mm_is_repeated(other))
        other = as_repeated(other)->list;
    return PyObject_RichCompare(as_repeated(self)->list, other, operation);
}

#define METHODS                                                                                                                \
    {"append", repeated_append, METH_O, NULL}, {"extend", repeated_extend, METH_O, NULL},                                      \
    {"MergeFrom", repeated_extend, METH_O, NULL}, {"insert", repeated_insert, METH_VARARGS, NULL},                             \
    {"pop", repeated_pop, METH_VARARGS, NULL}, {"remove", repeated_remove, METH_VARARGS, NULL},                                \
    {"clear", repeated_clear, METH_VARARGS, NULL}, {"reverse", repeated_reverse, METH_VARARGS, NULL},                          \
    {"index", repeated_index, METH_VARARGS, NULL}, {"count", repeated_count, METH_VARARGS, NULL},                              \
    {"sort", (PyCFunction)(void (*)(void))repeated_sort, METH_VARARGS | METH_KEYWORDS, NULL},                                  \
    {"__deepcopy__", repeated_copy, METH_O, NULL}, {"__copy__", repeated_copy, METH_NOARGS, NULL}

static PyMethodDef scalar_methods[] = {METHODS, {NULL, NULL, 0, NULL}};
static PyMethodDef message_methods[] = {
    METHODS,
    {"add", (PyCFunction)(void (*)(void))repeated_add, METH_VARARGS | METH_KEYWORDS,
     "add($self, /, **fields)\n--\n\nAppend a new message and return it."},
    {NULL, NULL, 0, NULL},
};

static PySequenceMethods as_sequence = {
    .sq_length = repeated_length, .sq_item = repeated_item, .sq_contains = repeated_contains, .sq_inplace_concat = repeated_add_in_place,
};
static PyMappingMethods as_mapping = {
    .mp_length = repeated_length, .mp_subscript = repeated_subscript, .mp_ass_subscript = repeated_assign,
};

#define REPEATED_TYPE(name, doc, methods)                                                                                      \
    {                                                                                                                          \
        PyVarObject_HEAD_INIT(NULL, 0).tp_name = name, .tp_doc = doc, .tp_basicsize = sizeof(struct mm_repeated),              \
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_SEQUENCE | Py_TPFLAGS_DISALLOW_INSTANTIATION, .tp_dealloc = repeated_dealloc, \
        .tp_free = PyObject_Free, .tp_repr = repeated_repr, .tp_iter = repeated_iterate, .tp_richcompare = repeated_compare,   \
        .tp_hash = PyObject_HashNotImplemented, .tp_as_sequence = &as_sequence, .tp_as_mapping = &as_mapping,                  \
        .tp_methods = methods,                                                                                                 \
    }

PyTypeObject mm_repeated_scalar_type =
    REPEATED_TYPE("google.protobuf.internal.containers.RepeatedScalarFieldContainer", "A repeated field of plain values.", scalar_methods);
PyTypeObject mm_repeated_message_type =
    REPEATED_TYPE("google.protobuf.internal.containers.RepeatedCompositeFieldContainer", "A repeated field of messages.", message_methods);
