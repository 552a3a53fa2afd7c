// The methods that every message has, named and behaving as google.protobuf.message.Message has them.
#include "message_object.h"

static struct mm_message *as_message(PyObject *object) { return (struct mm_message *)object; }

static PyObject *serialize(PyObject *self, bool deterministic) {
    struct mm_buffer buffer;
    mm_buffer_init(&buffer);
    PyObject *bytes = NULL;
    if (mm_message_write(as_message(self), &buffer, deterministic) == 0)
        bytes = PyBytes_FromStringAndSize((char *)buffer.data, (Py_ssize_t)buffer.length);
    mm_buffer_free(&buffer);
    return bytes;
}

static PyObject *message_serialize(PyObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"deterministic", NULL};
    PyObject *deterministic = Py_None;
    if (kwargs && !PyArg_ParseTupleAndKeywords(args, kwargs, "|$O:SerializeToString", names, &deterministic))
        return NULL;
    if (PyTuple_GET_SIZE(args)) {
        PyErr_SetString(PyExc_TypeError, "SerializeToString() takes no positional arguments");
        return NULL;
    }
    int truth = deterministic == Py_None ? 0 : PyObject_IsTrue(deterministic);
    return truth < 0 ? NULL : serialize(self, truth);
}

static PyObject *message_byte_size(PyObject *self, PyObject *unused) {
    struct mm_buffer buffer;
    mm_buffer_init(&buffer);
    PyObject *size = NULL;
    if (mm_message_write(as_message(self), &buffer, false) == 0)
        size = PyLong_FromSize_t(buffer.length);
    mm_buffer_free(&buffer);
    return size;
}

static PyObject *merge_from_bytes(PyObject *self, PyObject *data) {
    Py_buffer view;
    if (PyUnicode_Check(data) || PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) {
        PyErr_Format(PyExc_TypeError, "a message is parsed from bytes, not from %.200s", Py_TYPE(data)->tp_name);
        return NULL;
    }
    int result = mm_message_merge_bytes(as_message(self), view.buf, (size_t)view.len);
    PyObject *length = result < 0 ? NULL : PyLong_FromSsize_t(view.len);
    PyBuffer_Release(&view);
    return length;
}

static PyObject *message_parse(PyObject *self, PyObject *data) {
    mm_message_clear(as_message(self));
    return merge_from_bytes(self, data);
}

static PyObject *message_from_string(PyObject *type, PyObject *data) {
    PyObject *message = PyObject_CallNoArgs(type);
    PyObject *length = message ? merge_from_bytes(message, data) : NULL;
    Py_XDECREF(length);
    if (!length)
        Py_CLEAR(message);
    return message;
}

static int same_type(PyObject *self, PyObject *other, const char *method) {
    if (Py_TYPE(self) == Py_TYPE(other))
        return 0;
    PyErr_Format(PyExc_TypeError, "%s() needs a message of the same type: expected %.200s, got %.200s", method,
                 Py_TYPE(self)->tp_name, Py_TYPE(other)->tp_name);
    return -1;
}

static PyObject *message_merge_from(PyObject *self, PyObject *other) {
    if (same_type(self, other, "MergeFrom") < 0 || mm_message_merge(as_message(self), as_message(other)) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *message_copy_from(PyObject *self, PyObject *other) {
    if (same_type(self, other, "CopyFrom") < 0)
        return NULL;
    if (self == other)
        Py_RETURN_NONE;
    // The copy comes first: other may be a part of self, which clearing takes apart.
    PyObject *copy = mm_message_copy(as_message(other));
    if (!copy)
        return NULL;
    mm_message_become(as_message(self), as_message(copy));
    Py_DECREF(copy);
    Py_RETURN_NONE;
}

// CopyFrom for the field of a message that is only made to be serialized: the field has the other message itself.
static PyObject *message_lend(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    struct mm_field *field = count == 2 && PyUnicode_Check(args[0]) ? mm_field_by_name(Py_TYPE(self), args[0]) : NULL;
    if (!field || field->shape > MM_EXPLICIT || field->value.kind != MM_MESSAGE) {
        PyErr_SetString(PyExc_TypeError, "_lend(name of a message field, message)");
        return NULL;
    }
    PyTypeObject *type = mm_element_type(&field->value);
    if (!type || mm_message_ready(as_message(self)) < 0)
        return NULL;
    if (Py_TYPE(args[1]) != type) {
        PyObject *child = mm_field_get(as_message(self), field), *result = child ? message_copy_from(child, args[1]) : NULL;
        Py_XDECREF(child);
        return result;
    }
    PyObject *lent = as_message(args[1])->owner ? mm_message_copy(as_message(args[1])) : Py_NewRef(args[1]);
    if (!lent)
        return NULL;
    mm_field_store(as_message(self), field, lent);
    Py_RETURN_NONE;
}

static PyObject *message_clear(PyObject *self, PyObject *unused) {
    mm_message_clear(as_message(self));
    Py_RETURN_NONE;
}

static bool is_oneof(struct mm_field *field, PyObject *name) {
    return field->oneof && PyUnicode_Compare(field->oneof, name) == 0;
}

// The first member of the oneof of that name, or NULL without an exception.
static struct mm_field *oneof_member(PyObject *self, PyObject *name) {
    const struct mm_layout *layout = mm_layout(as_message(self));
    for (Py_ssize_t i = 0; PyUnicode_Check(name) && i < layout->count; i++)
        if (is_oneof(layout->fields[i], name))
            return layout->fields[i];
    return NULL;
}

// The member that is set, or NULL.
static struct mm_field *set_member(PyObject *self, struct mm_field *first) {
    struct mm_field *member = first;
    do {
        if (mm_field_present(as_message(self), member))
            return member;
        member = member->sibling;
    } while (member && member != first);
    return NULL;
}

static PyObject *unknown_name(PyObject *self, PyObject *name) {
    return PyErr_Format(PyExc_ValueError, "protocol message %.200s has no field %R", Py_TYPE(self)->tp_name, name);
}

static struct mm_field *field_of(PyObject *self, PyObject *name) {
    return PyUnicode_Check(name) ? mm_field_by_name(Py_TYPE(self), name) : NULL;
}

static PyObject *message_has_field(PyObject *self, PyObject *name) {
    struct mm_field *field = field_of(self, name);
    if (mm_message_ready(as_message(self)) < 0)
        return NULL;
    if (!field) {
        struct mm_field *member = oneof_member(self, name);
        return member ? PyBool_FromLong(set_member(self, member) != NULL) : unknown_name(self, name);
    }
    if (field->shape > MM_EXPLICIT || (field->shape == MM_IMPLICIT && field->value.kind != MM_MESSAGE))
        return PyErr_Format(PyExc_ValueError, "field %.200s.%U does not have presence", Py_TYPE(self)->tp_name, name);
    return PyBool_FromLong(mm_field_present(as_message(self), field));
}

static PyObject *message_clear_field(PyObject *self, PyObject *name) {
    struct mm_field *field = field_of(self, name);
    if (mm_message_ready(as_message(self)) < 0)
        return NULL;
    if (!field) {
        struct mm_field *member = oneof_member(self, name);
        if (!member)
            return unknown_name(self, name);
        field = set_member(self, member);
    }
    mm_touch(as_message(self));
    if (field)
        mm_field_clear(as_message(self), field);
    Py_RETURN_NONE;
}

static PyObject *message_which_oneof(PyObject *self, PyObject *name) {
    struct mm_field *member = oneof_member(self, name);
    if (!member)
        return PyErr_Format(PyExc_ValueError, "protocol message %.200s has no oneof %R", Py_TYPE(self)->tp_name, name);
    if (mm_message_ready(as_message(self)) < 0)
        return NULL;
    member = set_member(self, member);
    return Py_NewRef(member ? member->name : Py_None);
}

static PyObject *message_list_fields(PyObject *self, PyObject *unused) {
    struct mm_message *message = as_message(self);
    const struct mm_layout *layout = mm_layout(message);
    if (mm_message_ready(message) < 0)
        return NULL;
    mm_lose_track(message);
    PyObject *descriptors = mm_descriptor_fields(Py_TYPE(self)), *result = descriptors ? PyList_New(0) : NULL;
    for (Py_ssize_t i = 0; result && i < layout->count; i++) {
        struct mm_field *field = layout->fields[i];
        if (!mm_field_present(message, field))
            continue;
        PyObject *pair = PyTuple_Pack(2, PyTuple_GET_ITEM(descriptors, i), message->slots[field->slot]);
        if (!pair || PyList_Append(result, pair) < 0)
            Py_CLEAR(result);
        Py_XDECREF(pair);
    }
    Py_XDECREF(descriptors);
    return result;
}

static PyObject *message_is_initialized(PyObject *self, PyObject *args) { Py_RETURN_TRUE; } // no field is required in proto3

static PyObject *message_find_errors(PyObject *self, PyObject *unused) { return PyList_New(0); }

static PyObject *message_set_in_parent(PyObject *self, PyObject *unused) {
    mm_touch(as_message(self));
    Py_RETURN_NONE;
}

static PyObject *message_discard_unknown(PyObject *self, PyObject *unused) {
    return mm_message_discard_unknown(as_message(self)) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *message_copy(PyObject *self, PyObject *unused) { return mm_message_copy(as_message(self)); }

// Pickled as the wire form and the type's FromString.
static PyObject *message_reduce(PyObject *self, PyObject *unused) {
    PyObject *parse = PyObject_GetAttrString((PyObject *)Py_TYPE(self), "FromString");
    PyObject *bytes = parse ? serialize(self, false) : NULL;
    PyObject *result = bytes ? Py_BuildValue("(O(O))", parse, bytes) : NULL;
    Py_XDECREF(bytes);
    Py_XDECREF(parse);
    return result;
}

PyMethodDef mm_message_methods[] = {
    {"SerializeToString", (PyCFunction)(void (*)(void))message_serialize, METH_VARARGS | METH_KEYWORDS,
     "SerializeToString($self, /, *, deterministic=None)\n--\n\nThe wire form, as bytes."},
    {"SerializePartialToString", (PyCFunction)(void (*)(void))message_serialize, METH_VARARGS | METH_KEYWORDS,
     "SerializePartialToString($self, /, *, deterministic=None)\n--\n\nThe wire form, as bytes."},
    {"ByteSize", message_byte_size, METH_NOARGS, "ByteSize($self, /)\n--\n\nThe length of the wire form."},
    {"ParseFromString", message_parse, METH_O,
     "ParseFromString($self, data, /)\n--\n\nBecome what data, a wire form, says; returns its length."},
    {"MergeFromString", merge_from_bytes, METH_O,
     "MergeFromString($self, data, /)\n--\n\nTake over what data, a wire form, says; returns its length."},
    {"FromString", message_from_string, METH_O | METH_CLASS, "FromString($type, data, /)\n--\n\nA new message from its wire form."},
    {"MergeFrom", message_merge_from, METH_O,
     "MergeFrom($self, other, /)\n--\n\nTake over other's set fields; repeated fields are appended, maps and messages merged."},
    {"CopyFrom", message_copy_from, METH_O, "CopyFrom($self, other, /)\n--\n\nBecome a copy of other."},
    {"_lend", (PyCFunction)(void (*)(void))message_lend, METH_FASTCALL,
     "_lend($self, name, message, /)\n--\n\nSet a field to a message without a copy, until this one is serialized."},
    {"Clear", message_clear, METH_NOARGS, "Clear($self, /)\n--\n\nUnset every field."},
    {"HasField", message_has_field, METH_O,
     "HasField($self, name, /)\n--\n\nWhether a field with presence, or one of a oneof, is set; else ValueError."},
    {"ClearField", message_clear_field, METH_O, "ClearField($self, name, /)\n--\n\nUnset a field, or what is set of a oneof."},
    {"WhichOneof", message_which_oneof, METH_O,
     "WhichOneof($self, name, /)\n--\n\nThe name of the field of that oneof which is set, or None."},
    {"ListFields", message_list_fields, METH_NOARGS,
     "ListFields($self, /)\n--\n\n(field descriptor, value) of the fields that are set, by number."},
    {"IsInitialized", message_is_initialized, METH_VARARGS, "IsInitialized($self, /)\n--\n\nTrue."},
    {"FindInitializationErrors", message_find_errors, METH_NOARGS, "FindInitializationErrors($self, /)\n--\n\nAn empty list."},
    {"SetInParent", message_set_in_parent, METH_NOARGS,
     "SetInParent($self, /)\n--\n\nMake this message set in the message it was read from."},
    {"DiscardUnknownFields", message_discard_unknown, METH_NOARGS,
     "DiscardUnknownFields($self, /)\n--\n\nForget the fields that the type does not have, here and below."},
    {"__copy__", message_copy, METH_NOARGS, NULL},
    {"__deepcopy__", message_copy, METH_O, NULL},
    {"__reduce__", message_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
