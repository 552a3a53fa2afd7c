// A field as an attribute: reading, assigning, presence. mm_field is the data descriptor in the type's dictionary.
#include "message_object.h"

bool mm_field_present(const struct mm_message *message, const struct mm_field *field) {
    PyObject *value = message->slots[field->slot];
    if (!value)
        return false;
    if (field->shape == MM_REPEATED)
        return PyList_GET_SIZE(((struct mm_repeated *)value)->list) > 0;
    if (field->shape == MM_MAP)
        return PyDict_GET_SIZE(((struct mm_map *)value)->dict) > 0;
    return field->value.kind != MM_MESSAGE || !((struct mm_message *)value)->owner;
}

void mm_field_clear(struct mm_message *message, struct mm_field *field) {
    PyObject *value = message->slots[field->slot];
    if (!value)
        return;
    message->slots[field->slot] = NULL;
    if (field->shape == MM_REPEATED)
        ((struct mm_repeated *)value)->owner = NULL;
    else if (field->shape == MM_MAP)
        ((struct mm_map *)value)->owner = NULL;
    else if (field->value.kind == MM_MESSAGE)
        ((struct mm_message *)value)->owner = NULL;
    Py_DECREF(value);
}

// A member of a oneof is about to be set: the one that was set no longer is.
void mm_field_clear_siblings(struct mm_message *message, struct mm_field *field) {
    if (field->sibling)
        for (struct mm_field *other = field->sibling; other != field; other = other->sibling)
            if (mm_field_present(message, other))
                mm_field_clear(message, other);
}

void mm_field_store(struct mm_message *message, struct mm_field *field, PyObject *value) {
    if (field->sibling || field->shape > MM_EXPLICIT || field->value.kind == MM_MESSAGE)
        mm_touch(message);
    else
        mm_touch_field(message, field);
    mm_field_clear_siblings(message, field);
    if (field->shape == MM_IMPLICIT && mm_value_is_zero(&field->value, value))
        Py_CLEAR(value);
    Py_XSETREF(message->slots[field->slot], value);
}

static PyObject *unset_message(struct mm_message *message, struct mm_field *field) {
    PyTypeObject *type = mm_element_type(&field->value);
    struct mm_message *child = type ? mm_message_new(type) : NULL;
    if (child) {
        child->owner = message;
        child->field = field;
    }
    return (PyObject *)child;
}

PyObject *mm_field_get(struct mm_message *message, struct mm_field *field) {
    if (mm_message_ready(message) < 0)
        return NULL;
    PyObject **slot = &message->slots[field->slot];
    if (field->shape > MM_EXPLICIT || field->value.kind == MM_MESSAGE)
        mm_lose_track(message);
    if (!*slot) {
        if (field->shape == MM_REPEATED)
            *slot = mm_repeated_new(message, field);
        else if (field->shape == MM_MAP)
            *slot = mm_map_new(message, field);
        else if (field->value.kind == MM_MESSAGE)
            *slot = unset_message(message, field);
        else
            return mm_value_default(&field->value);
    }
    return Py_XNewRef(*slot);
}

// Gives a well-known type (Struct from a dict, ListValue from a list) its value. 1 done, 0 not for this type, -1 failed.
static int assign_well_known(PyObject *child, PyObject *value) {
    PyObject *assign;
    if (mm_message_check(value) || PyObject_GetOptionalAttrString((PyObject *)Py_TYPE(child), "_internal_assign", &assign) < 0)
        return mm_message_check(value) ? 0 : -1;
    if (!assign)
        return 0;
    PyObject *result = PyObject_CallFunctionObjArgs(assign, child, value, NULL);
    Py_DECREF(assign);
    Py_XDECREF(result);
    return result ? result != Py_NotImplemented : -1;
}

int mm_field_set(struct mm_message *message, struct mm_field *field, PyObject *value) {
    if (!value) {
        PyErr_Format(PyExc_AttributeError, "field %U cannot be deleted; ClearField(\"%U\") unsets it", field->name, field->name);
        return -1;
    }
    if (mm_message_ready(message) < 0)
        return -1;
    if (field->shape <= MM_EXPLICIT && field->value.kind != MM_MESSAGE) {
        PyObject *stored = mm_value_from(&field->value, field->name, value);
        if (stored)
            mm_field_store(message, field, stored);
        return stored ? 0 : -1;
    }
    if (value == message->slots[field->slot]) // the end of message.field += values
        return 0;
    if (field->shape <= MM_EXPLICIT) {
        PyObject *child = mm_field_get(message, field);
        int done = child ? assign_well_known(child, value) : -1;
        Py_XDECREF(child);
        if (done)
            return done < 0 ? -1 : 0;
    }
    PyErr_Format(PyExc_AttributeError, "assignment not allowed to message, map, or repeated field \"%U\" of %.200s", field->name,
                 field->type->tp_name);
    return -1;
}

// Fills a message that is a part of what a constructor builds, from a message or a dict.
static int build_message(struct mm_message *message, PyObject *name, PyObject *value) {
    if (Py_TYPE(value) == Py_TYPE(message))
        return mm_message_merge(message, (struct mm_message *)value);
    int done = assign_well_known((PyObject *)message, value);
    if (done)
        return done < 0 ? -1 : 0;
    if (!PyDict_Check(value))
        return mm_refuse(name, value, Py_TYPE(message)->tp_name);
    return mm_message_init(message, value);
}

// What a constructor stores for a value: as mm_value_from, with dicts for messages.
PyObject *mm_value_build(struct mm_element *element, PyObject *name, PyObject *value) {
    if (element->kind != MM_MESSAGE || Py_TYPE(value) == (PyTypeObject *)element->reference)
        return mm_value_from(element, name, value);
    PyObject *message = mm_value_default(element);
    if (message && build_message((struct mm_message *)message, name, value) < 0)
        Py_CLEAR(message);
    return message;
}

int mm_field_init(struct mm_message *message, struct mm_field *field, PyObject *value) {
    if (value == Py_None)
        return 0;
    if (field->shape <= MM_EXPLICIT && field->value.kind != MM_MESSAGE)
        return mm_field_set(message, field, value);
    PyObject *part = mm_field_get(message, field);
    if (!part)
        return -1;
    int result;
    if (field->shape == MM_REPEATED)
        result = mm_repeated_extend((struct mm_repeated *)part, value, mm_value_build);
    else if (field->shape == MM_MAP)
        result = mm_map_update((struct mm_map *)part, value, mm_value_build);
    else if ((result = build_message((struct mm_message *)part, field->name, value)) == 0)
        mm_touch((struct mm_message *)part);
    Py_DECREF(part);
    return result;
}

static PyObject *field_get(PyObject *self, PyObject *object, PyObject *type) {
    struct mm_field *field = (struct mm_field *)self;
    if (!object)
        return Py_NewRef(self);
    if (Py_TYPE(object) != field->type) {
        PyErr_Format(PyExc_TypeError, "field %U belongs to %.200s, not to %.200s", field->name, field->type->tp_name,
                     Py_TYPE(object)->tp_name);
        return NULL;
    }
    return mm_field_get((struct mm_message *)object, field);
}

static int field_set(PyObject *self, PyObject *object, PyObject *value) {
    struct mm_field *field = (struct mm_field *)self;
    if (Py_TYPE(object) != field->type) {
        PyErr_Format(PyExc_TypeError, "field %U belongs to %.200s, not to %.200s", field->name, field->type->tp_name,
                     Py_TYPE(object)->tp_name);
        return -1;
    }
    return mm_field_set((struct mm_message *)object, field, value);
}

static void field_dealloc(PyObject *self) {
    struct mm_field *field = (struct mm_field *)self;
    Py_XDECREF(field->name);
    Py_XDECREF(field->value.reference);
    Py_XDECREF(field->key.reference);
    Py_XDECREF(field->oneof);
    PyObject_Free(self);
}

static PyObject *field_repr(PyObject *self) {
    struct mm_field *field = (struct mm_field *)self;
    return PyUnicode_FromFormat("<field %U of %s>", field->name, field->type->tp_name);
}

PyTypeObject mm_field_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "_mmpy.Field",
    .tp_doc = "A field of a message type.",
    .tp_basicsize = sizeof(struct mm_field),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_dealloc = field_dealloc,
    .tp_repr = field_repr,
    .tp_descr_get = field_get,
    .tp_descr_set = field_set,
};
