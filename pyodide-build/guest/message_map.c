// Map fields: dictionaries that take only what the field takes. Reading a key that is not there adds it, as google.protobuf
// has it.
#include "message_object.h"

static struct mm_map *as_map(PyObject *object) { return (struct mm_map *)object; }

static bool holds_messages(PyObject *self) { return Py_IS_TYPE(self, &mm_message_map_type); }

PyObject *mm_map_new(struct mm_message *owner, struct mm_field *field) {
    PyObject *dict = PyDict_New();
    if (!dict)
        return NULL;
    PyTypeObject *type = field->value.kind == MM_MESSAGE ? &mm_message_map_type : &mm_scalar_map_type;
    struct mm_map *map = (struct mm_map *)type->tp_alloc(type, 0);
    if (!map) {
        Py_DECREF(dict);
        return NULL;
    }
    map->owner = owner;
    map->field = (struct mm_field *)Py_NewRef(field);
    map->dict = dict;
    return (PyObject *)map;
}

static void map_dealloc(PyObject *self) {
    mm_bury_elements(self, &as_map(self)->dict);
    Py_DECREF(as_map(self)->field);
    PyObject_Free(self);
}

static void touch(PyObject *self) {
    if (as_map(self)->owner)
        mm_touch(as_map(self)->owner);
}

static PyObject *convert_key(PyObject *self, PyObject *key) {
    struct mm_field *field = as_map(self)->field;
    return mm_value_from(&field->key, field->name, key);
}

// The value of a key; a missing one is added with the default.
static PyObject *map_subscript(PyObject *self, PyObject *key) {
    struct mm_map *map = as_map(self);
    PyObject *value = NULL, *stored = convert_key(self, key);
    if (!stored)
        return NULL;
    if (PyDict_GetItemRef(map->dict, stored, &value) == 0 && (value = mm_value_default(&map->field->value))) {
        touch(self);
        if (PyDict_SetItem(map->dict, stored, value) < 0)
            Py_CLEAR(value);
    }
    Py_DECREF(stored);
    return value;
}

static int delete_key(PyObject *self, PyObject *stored) {
    touch(self);
    return PyDict_DelItem(as_map(self)->dict, stored);
}

static int set_key(struct mm_map *map, PyObject *stored, PyObject *value, mm_convert *convert) {
    PyObject *stored_value = convert(&map->field->value, map->field->name, value);
    if (!stored_value)
        return -1;
    touch((PyObject *)map);
    int result = PyDict_SetItem(map->dict, stored, stored_value);
    Py_DECREF(stored_value);
    return result;
}

static int map_assign(PyObject *self, PyObject *key, PyObject *value) {
    if (value && holds_messages(self)) {
        PyErr_SetString(PyExc_ValueError, "values that are messages cannot be assigned; map[key].CopyFrom(message) sets one");
        return -1;
    }
    PyObject *stored = convert_key(self, key);
    if (!stored)
        return -1;
    int result = value ? set_key(as_map(self), stored, value, mm_value_from) : delete_key(self, stored);
    Py_DECREF(stored);
    return result;
}

static int update_item(struct mm_map *map, PyObject *item, mm_convert *convert) {
    PyObject *pair = PySequence_Fast(item, "a map is updated from (key, value) pairs");
    if (!pair)
        return -1;
    int result = -1;
    if (PySequence_Fast_GET_SIZE(pair) != 2) {
        PyErr_SetString(PyExc_ValueError, "a map is updated from (key, value) pairs");
    } else {
        PyObject *value = Py_NewRef(PySequence_Fast_GET_ITEM(pair, 1));
        PyObject *stored = convert_key((PyObject *)map, PySequence_Fast_GET_ITEM(pair, 0));
        result = stored ? set_key(map, stored, value, convert) : -1;
        Py_XDECREF(stored);
        Py_DECREF(value);
    }
    Py_DECREF(pair);
    return result;
}

int mm_map_update(struct mm_map *map, PyObject *values, mm_convert *convert) {
    if (mm_is_map(values))
        values = as_map(values)->dict;
    int mapping = PyDict_Check(values) ? 1 : PyObject_HasAttrStringWithError(values, "keys");
    PyObject *items = mapping < 0 ? NULL : mapping ? PyMapping_Items(values) : PySequence_List(values);
    if (!items)
        return -1;
    touch((PyObject *)map);
    int result = 0;
    for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(items); i++)
        result = update_item(map, PyList_GET_ITEM(items, i), convert);
    Py_DECREF(items);
    return result;
}

static PyObject *map_update(PyObject *self, PyObject *args, PyObject *kwargs) {
    PyObject *values = NULL;
    if (!PyArg_ParseTuple(args, "|O:update", &values))
        return NULL;
    if (holds_messages(self)) {
        PyErr_SetString(PyExc_ValueError, "values that are messages cannot be assigned; MergeFrom takes another map's");
        return NULL;
    }
    if (values && mm_map_update(as_map(self), values, mm_value_from) < 0)
        return NULL;
    if (kwargs && mm_map_update(as_map(self), kwargs, mm_value_from) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *map_merge(PyObject *self, PyObject *other) {
    if (!mm_is_map(other) || as_map(other)->field->value.kind != as_map(self)->field->value.kind)
        return PyErr_Format(PyExc_TypeError, "MergeFrom() needs a map of the same type, not %.200s", Py_TYPE(other)->tp_name);
    return mm_map_update(as_map(self), other, mm_value_from) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *map_get(PyObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"key", "default", NULL};
    PyObject *key, *otherwise = Py_None, *value = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:get", names, &key, &otherwise))
        return NULL;
    PyObject *stored = convert_key(self, key);
    if (!stored)
        return NULL;
    if (PyDict_GetItemRef(as_map(self)->dict, stored, &value) == 0)
        value = Py_NewRef(otherwise);
    Py_DECREF(stored);
    return value;
}

static PyObject *map_pop(PyObject *self, PyObject *args) {
    PyObject *key, *otherwise = NULL, *value = NULL;
    if (!PyArg_ParseTuple(args, "O|O:pop", &key, &otherwise))
        return NULL;
    PyObject *stored = convert_key(self, key);
    if (!stored)
        return NULL;
    touch(self);
    if (PyDict_Pop(as_map(self)->dict, stored, &value) == 0) {
        value = Py_XNewRef(otherwise);
        if (!value)
            PyErr_SetObject(PyExc_KeyError, key);
    }
    Py_DECREF(stored);
    return value;
}

static PyObject *map_setdefault(PyObject *self, PyObject *args) {
    PyObject *key, *value = Py_None;
    if (!PyArg_ParseTuple(args, "O|O:setdefault", &key, &value))
        return NULL;
    PyObject *stored = convert_key(self, key);
    int present = stored ? PyDict_Contains(as_map(self)->dict, stored) : -1;
    Py_XDECREF(stored);
    if (present < 0 || (!present && map_assign(self, key, value) < 0))
        return NULL;
    return map_subscript(self, key);
}

static PyObject *of_dict(PyObject *self, const char *method) { return PyObject_CallMethod(as_map(self)->dict, method, NULL); }

static PyObject *map_popitem(PyObject *self, PyObject *unused) {
    touch(self);
    return of_dict(self, "popitem");
}

static PyObject *map_clear(PyObject *self, PyObject *unused) {
    touch(self);
    PyDict_Clear(as_map(self)->dict);
    Py_RETURN_NONE;
}

static PyObject *map_keys(PyObject *self, PyObject *unused) { return of_dict(self, "keys"); }
static PyObject *map_values(PyObject *self, PyObject *unused) { return of_dict(self, "values"); }
static PyObject *map_items(PyObject *self, PyObject *unused) { return of_dict(self, "items"); }

// A copy that belongs to no message.
static PyObject *map_copy(PyObject *self, PyObject *unused) {
    PyObject *copy = mm_map_new(NULL, as_map(self)->field);
    if (copy && mm_map_update(as_map(copy), self, mm_value_from) < 0)
        Py_CLEAR(copy);
    return copy;
}

static Py_ssize_t map_length(PyObject *self) { return PyDict_GET_SIZE(as_map(self)->dict); }

static int map_contains(PyObject *self, PyObject *key) {
    PyObject *stored = convert_key(self, key);
    int result = stored ? PyDict_Contains(as_map(self)->dict, stored) : -1;
    Py_XDECREF(stored);
    return result;
}

static PyObject *map_iterate(PyObject *self) { return PyObject_GetIter(as_map(self)->dict); }

static PyObject *map_repr(PyObject *self) { return PyObject_Repr(as_map(self)->dict); }

static PyObject *map_compare(PyObject *self, PyObject *other, int operation) {
    if (mm_is_map(other))
        other = as_map(other)->dict;
    return PyObject_RichCompare(as_map(self)->dict, other, operation);
}

#define METHODS                                                                                                                \
    {"get", (PyCFunction)(void (*)(void))map_get, METH_VARARGS | METH_KEYWORDS, NULL}, {"pop", map_pop, METH_VARARGS, NULL},   \
    {"popitem", map_popitem, METH_NOARGS, NULL}, {"setdefault", map_setdefault, METH_VARARGS, NULL},                           \
    {"update", (PyCFunction)(void (*)(void))map_update, METH_VARARGS | METH_KEYWORDS, NULL}, {"clear", map_clear, METH_NOARGS, NULL}, \
    {"keys", map_keys, METH_NOARGS, NULL}, {"values", map_values, METH_NOARGS, NULL}, {"items", map_items, METH_NOARGS, NULL}, \
    {"MergeFrom", map_merge, METH_O, NULL}, {"__deepcopy__", map_copy, METH_O, NULL}, {"__copy__", map_copy, METH_NOARGS, NULL}

static PyMethodDef scalar_methods[] = {METHODS, {NULL, NULL, 0, NULL}};
static PyMethodDef message_methods[] = {
    METHODS,
    {"get_or_create", map_subscript, METH_O, "get_or_create($self, key, /)\n--\n\nThe message of a key; a missing one is added."},
    {NULL, NULL, 0, NULL},
};

static PySequenceMethods as_sequence = {.sq_contains = map_contains};
static PyMappingMethods as_mapping = {.mp_length = map_length, .mp_subscript = map_subscript, .mp_ass_subscript = map_assign};

#define MAP_TYPE(name, doc, methods)                                                                                           \
    {                                                                                                                          \
        PyVarObject_HEAD_INIT(NULL, 0).tp_name = name, .tp_doc = doc, .tp_basicsize = sizeof(struct mm_map),                   \
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_MAPPING | Py_TPFLAGS_DISALLOW_INSTANTIATION, .tp_dealloc = map_dealloc,    \
        .tp_free = PyObject_Free, .tp_repr = map_repr, .tp_iter = map_iterate, .tp_richcompare = map_compare,                  \
        .tp_hash = PyObject_HashNotImplemented, .tp_as_sequence = &as_sequence, .tp_as_mapping = &as_mapping,                  \
        .tp_methods = methods,                                                                                                 \
    }

PyTypeObject mm_scalar_map_type = MAP_TYPE("google.protobuf.internal.containers.ScalarMap", "A map of plain values.", scalar_methods);
PyTypeObject mm_message_map_type = MAP_TYPE("google.protobuf.internal.containers.MessageMap", "A map of messages.", message_methods);

static int register_as(PyObject *module, const char *kind, PyTypeObject *type) {
    PyObject *abstract = PyObject_GetAttrString(module, kind);
    PyObject *result = abstract ? PyObject_CallMethod(abstract, "register", "O", type) : NULL;
    Py_XDECREF(abstract);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

int mm_containers_register(void) {
    PyObject *module = PyImport_ImportModule("_collections_abc");
    int result = -1;
    if (module && register_as(module, "MutableSequence", &mm_repeated_scalar_type) == 0 &&
        register_as(module, "MutableSequence", &mm_repeated_message_type) == 0 &&
        register_as(module, "MutableMapping", &mm_scalar_map_type) == 0)
        result = register_as(module, "MutableMapping", &mm_message_map_type);
    Py_XDECREF(module);
    return result;
}
