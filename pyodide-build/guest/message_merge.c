// Whole messages: merge, copy, compare, clear.
#include "message_object.h"

PyObject *mm_value_copy(const struct mm_element *element, PyObject *value) {
    return element->kind == MM_MESSAGE ? mm_message_copy((struct mm_message *)value) : Py_NewRef(value);
}

static int merge_repeated(struct mm_message *into, struct mm_field *field, PyObject *from) {
    PyObject *list = ((struct mm_repeated *)from)->list, *target = mm_field_get(into, field);
    int result = target ? 0 : -1;
    for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(list); i++) {
        PyObject *copy = mm_value_copy(&field->value, PyList_GET_ITEM(list, i));
        result = copy ? PyList_Append(((struct mm_repeated *)target)->list, copy) : -1;
        Py_XDECREF(copy);
    }
    Py_XDECREF(target);
    return result;
}

static int merge_map(struct mm_message *into, struct mm_field *field, PyObject *from) {
    PyObject *dict = ((struct mm_map *)from)->dict, *target = mm_field_get(into, field), *key, *value;
    int result = target ? 0 : -1;
    for (Py_ssize_t i = 0; result == 0 && PyDict_Next(dict, &i, &key, &value);) {
        PyObject *copy = mm_value_copy(&field->value, value);
        result = copy ? PyDict_SetItem(((struct mm_map *)target)->dict, key, copy) : -1;
        Py_XDECREF(copy);
    }
    Py_XDECREF(target);
    return result;
}

static int merge_message(struct mm_message *into, struct mm_field *field, PyObject *from) {
    if (!into->slots[field->slot]) { // what has nothing yet becomes a copy, which is less work
        PyObject *copy = mm_message_copy((struct mm_message *)from);
        if (copy)
            mm_field_store(into, field, copy);
        return copy ? 0 : -1;
    }
    PyObject *child = mm_field_get(into, field);
    int result = child ? mm_message_merge((struct mm_message *)child, (struct mm_message *)from) : -1;
    Py_XDECREF(child);
    return result;
}

static int merge_fields(struct mm_message *into, struct mm_message *from) {
    const struct mm_layout *layout = mm_layout(into);
    for (Py_ssize_t i = 0; i < layout->count; i++) {
        struct mm_field *field = layout->fields[i];
        if (!mm_field_present(from, field))
            continue;
        PyObject *value = from->slots[field->slot];
        int result = 0;
        if (field->shape == MM_REPEATED)
            result = merge_repeated(into, field, value);
        else if (field->shape == MM_MAP)
            result = merge_map(into, field, value);
        else if (field->value.kind == MM_MESSAGE)
            result = merge_message(into, field, value);
        else
            mm_field_store(into, field, Py_NewRef(value));
        if (result < 0)
            return -1;
    }
    return from->unknown_length ? mm_unknown_append(into, from->unknown, from->unknown_length) : 0;
}

int mm_message_merge(struct mm_message *into, struct mm_message *from) {
    if (into == from) {
        PyObject *copy = mm_message_copy(from);
        int result = copy ? merge_fields(into, (struct mm_message *)copy) : -1;
        Py_XDECREF(copy);
        return result;
    }
    if (mm_message_ready(into) < 0 || mm_message_ready(from) < 0 || Py_EnterRecursiveCall(" while copying a message"))
        return -1;
    mm_touch(into);
    int result = merge_fields(into, from);
    Py_LeaveRecursiveCall();
    return result;
}

PyObject *mm_message_copy(struct mm_message *message) {
    struct mm_message *copy = mm_message_new(Py_TYPE(message));
    if (!copy)
        return NULL;
    copy->pending = message->pending;
    if ((message->pending ? mm_unknown_append(copy, message->unknown, message->unknown_length) : mm_message_merge(copy, message)) < 0)
        Py_CLEAR(copy);
    return (PyObject *)copy;
}

static int equal_values(struct mm_field *field, PyObject *a, PyObject *b) {
    if (field->shape == MM_REPEATED)
        return PyObject_RichCompareBool(((struct mm_repeated *)a)->list, ((struct mm_repeated *)b)->list, Py_EQ);
    if (field->shape == MM_MAP)
        return PyObject_RichCompareBool(((struct mm_map *)a)->dict, ((struct mm_map *)b)->dict, Py_EQ);
    if (field->value.kind == MM_MESSAGE)
        return mm_message_equal((struct mm_message *)a, (struct mm_message *)b);
    if (field->value.kind == MM_DOUBLE || field->value.kind == MM_FLOAT)
        return PyFloat_AS_DOUBLE(a) == PyFloat_AS_DOUBLE(b); // not a number equals nothing, itself included
    return PyObject_RichCompareBool(a, b, Py_EQ);
}

static int equal_fields(struct mm_message *a, struct mm_message *b) {
    const struct mm_layout *layout = mm_layout(a);
    if (a->unknown_length != b->unknown_length || (a->unknown_length && memcmp(a->unknown, b->unknown, a->unknown_length)))
        return 0;
    for (Py_ssize_t i = 0; i < layout->count; i++) {
        struct mm_field *field = layout->fields[i];
        bool present = mm_field_present(a, field);
        if (present != mm_field_present(b, field))
            return 0;
        int equal = present ? equal_values(field, a->slots[field->slot], b->slots[field->slot]) : 1;
        if (equal <= 0)
            return equal;
    }
    return 1;
}

int mm_message_equal(struct mm_message *a, struct mm_message *b) {
    if (mm_message_ready(a) < 0 || mm_message_ready(b) < 0 || Py_EnterRecursiveCall(" while comparing messages"))
        return -1;
    int equal = equal_fields(a, b);
    Py_LeaveRecursiveCall();
    return equal;
}

void mm_message_clear(struct mm_message *message) {
    const struct mm_layout *layout = mm_layout(message);
    mm_touch(message);
    for (Py_ssize_t i = 0; i < layout->count; i++)
        mm_field_clear(message, layout->fields[i]);
    PyMem_Free(message->unknown);
    message->unknown = NULL;
    message->unknown_length = 0;
    message->pending = false;
}

void mm_message_become(struct mm_message *message, struct mm_message *copy) {
    mm_message_clear(message);
    for (Py_ssize_t i = 0; i < mm_layout(message)->count; i++) {
        PyObject *value = message->slots[i] = copy->slots[i];
        copy->slots[i] = NULL;
        if (value && mm_is_repeated(value))
            ((struct mm_repeated *)value)->owner = message;
        else if (value && mm_is_map(value))
            ((struct mm_map *)value)->owner = message;
    }
    message->unknown = copy->unknown;
    message->unknown_length = copy->unknown_length;
    message->pending = copy->pending;
    copy->pending = false;
    copy->unknown = NULL;
    copy->unknown_length = 0;
}

static int discard_in_value(struct mm_field *field, PyObject *value) {
    int result = 0;
    if (field->shape == MM_REPEATED) {
        PyObject *list = ((struct mm_repeated *)value)->list;
        for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(list); i++)
            result = mm_message_discard_unknown((struct mm_message *)PyList_GET_ITEM(list, i));
    } else if (field->shape == MM_MAP) {
        PyObject *key, *element;
        for (Py_ssize_t i = 0; result == 0 && PyDict_Next(((struct mm_map *)value)->dict, &i, &key, &element);)
            result = mm_message_discard_unknown((struct mm_message *)element);
    } else {
        result = mm_message_discard_unknown((struct mm_message *)value);
    }
    return result;
}

int mm_message_discard_unknown(struct mm_message *message) {
    const struct mm_layout *layout = mm_layout(message);
    if (mm_message_ready(message) < 0 || Py_EnterRecursiveCall(" while discarding unknown fields"))
        return -1;
    mm_lose_track(message);
    PyMem_Free(message->unknown);
    message->unknown = NULL;
    message->unknown_length = 0;
    int result = 0;
    for (Py_ssize_t i = 0; result == 0 && i < layout->count; i++) {
        struct mm_field *field = layout->fields[i];
        if (field->value.kind == MM_MESSAGE && message->slots[field->slot])
            result = discard_in_value(field, message->slots[field->slot]);
    }
    Py_LeaveRecursiveCall();
    return result;
}
