// google.protobuf.Struct and Value as plain Python values: the props of posts, configurations, payloads.
//
// The wire form is read, without making the many messages that a Struct consists of: a pending one has it, any other is
// encoded first.
#include "message_reader.h"
#include <math.h>

static int read_value_into(PyObject **value, struct reader *reader);

// Enters a part that is a message.
static int enter(struct reader *reader, struct reader *part) {
    if (read_part(reader, part) < 0)
        return -1;
    return part->depth-- > 0 ? 0 : mm_malformed("nested too deeply");
}

static PyObject *read_text(struct reader *reader) {
    struct reader part;
    return read_part(reader, &part) < 0 ? NULL : mm_text((const char *)part.at, (size_t)(part.end - part.at));
}

static PyObject *read_key(struct reader *reader) {
    struct reader part;
    return read_part(reader, &part) < 0 ? NULL : mm_frequent_text((const char *)part.at, (size_t)(part.end - part.at));
}

static int read_item(PyObject *dict, struct reader *reader) {
    PyObject *key = NULL, *value = NULL;
    int result = 0;
    while (result == 0 && reader->at < reader->end) {
        uint32_t number;
        enum mm_wire wire;
        struct reader part;
        if (read_tag(reader, &number, &wire) < 0) {
            result = -1;
        } else if (number == 1 && wire == MM_WIRE_BYTES) {
            Py_XSETREF(key, read_key(reader));
            result = key ? 0 : -1;
        } else if (number == 2 && wire == MM_WIRE_BYTES) {
            result = enter(reader, &part) < 0 ? -1 : read_value_into(&value, &part);
        } else {
            result = mm_skip_value(reader, number, wire);
        }
    }
    if (result == 0 && (key || (key = PyUnicode_New(0, 0))))
        result = PyDict_SetItem(dict, key, value ? value : Py_None);
    Py_XDECREF(key);
    Py_XDECREF(value);
    return key ? result : -1;
}

// Reads the items of a Struct, field 1, into a dict, or the elements of a ListValue, field 1 too, into a list.
static int read_contents(PyObject *container, struct reader *reader) {
    while (reader->at < reader->end) {
        uint32_t number;
        enum mm_wire wire;
        struct reader part;
        if (read_tag(reader, &number, &wire) < 0)
            return -1;
        if (number != 1 || wire != MM_WIRE_BYTES) {
            if (mm_skip_value(reader, number, wire) < 0)
                return -1;
        } else if (PyDict_CheckExact(container)) {
            if (read_part(reader, &part) < 0 || read_item(container, &part) < 0)
                return -1;
        } else {
            PyObject *element = NULL;
            int result = enter(reader, &part) < 0 ? -1 : read_value_into(&element, &part);
            if (result == 0)
                result = PyList_Append(container, element ? element : Py_None);
            Py_XDECREF(element);
            if (result < 0)
                return -1;
        }
    }
    return 0;
}

// A number that is whole becomes an int, as JSON would have it.
static PyObject *number_of(uint64_t bits) {
    double number;
    memcpy(&number, &bits, sizeof number);
    if (number >= -9007199254740992.0 && number <= 9007199254740992.0 && number == (double)(long long)number)
        return PyLong_FromLongLong((long long)number);
    return isfinite(number) && floor(number) == number ? PyLong_FromDouble(number) : PyFloat_FromDouble(number);
}

// One kind of a Value: its field, as struct.proto numbers them. What says the same kind twice is merged.
static int read_kind(PyObject **value, struct reader *reader, uint32_t number, enum mm_wire wire) {
    uint64_t raw;
    struct reader part;
    PyObject *read;
    if (number == 2 && wire == MM_WIRE_64) {
        read = read_fixed(reader, 8, &raw) < 0 ? NULL : number_of(raw);
    } else if (number == 3 && wire == MM_WIRE_BYTES) {
        read = read_text(reader);
    } else if (number == 4 && wire == MM_WIRE_VARINT) {
        read = read_varint(reader, &raw) < 0 ? NULL : PyBool_FromLong(raw != 0);
    } else if (number == 1 && wire == MM_WIRE_VARINT) {
        read = read_varint(reader, &raw) < 0 ? NULL : Py_NewRef(Py_None);
    } else if ((number == 5 || number == 6) && wire == MM_WIRE_BYTES) {
        if (enter(reader, &part) < 0)
            return -1;
        bool same = *value && (number == 5 ? PyDict_CheckExact(*value) : PyList_CheckExact(*value));
        read = same ? Py_NewRef(*value) : number == 5 ? PyDict_New() : PyList_New(0);
        if (read && read_contents(read, &part) < 0)
            Py_CLEAR(read);
    } else {
        return mm_skip_value(reader, number, wire);
    }
    if (!read)
        return -1;
    Py_XSETREF(*value, read);
    return 0;
}

// Reads a Value; *value is what was read of it before, or NULL.
static int read_value_into(PyObject **value, struct reader *reader) {
    while (reader->at < reader->end) {
        uint32_t number;
        enum mm_wire wire;
        if (read_tag(reader, &number, &wire) < 0 || read_kind(value, reader, number, wire) < 0)
            return -1;
    }
    return 0;
}

static PyObject *read_plain(struct reader *reader, bool is_struct) {
    PyObject *plain = is_struct ? PyDict_New() : NULL;
    int result = is_struct && !plain ? -1 : plain ? read_contents(plain, reader) : read_value_into(&plain, reader);
    if (result < 0)
        Py_CLEAR(plain);
    return plain || result < 0 ? plain : Py_NewRef(Py_None);
}

static PyObject *plain(PyObject *object, const char *full_name, bool is_struct) {
    struct mm_layout *layout = mm_message_check(object) ? mm_layout((struct mm_message *)object) : NULL;
    if (!layout || !PyUnicode_EqualToUTF8(layout->full_name, full_name))
        return PyErr_Format(PyExc_TypeError, "expected a %s, not %.200s", full_name, Py_TYPE(object)->tp_name);
    struct mm_message *message = (struct mm_message *)object;
    if (message->pending) {
        struct reader reader = {message->unknown, message->unknown + message->unknown_length, MM_MAX_DEPTH, true, false};
        return read_plain(&reader, is_struct);
    }
    struct mm_buffer buffer;
    mm_buffer_init(&buffer);
    PyObject *result = NULL;
    if (mm_message_encode(object, &buffer) == 0) {
        struct reader reader = {buffer.data, buffer.data + buffer.length, MM_MAX_DEPTH, true, false};
        result = read_plain(&reader, is_struct);
    }
    mm_buffer_free(&buffer);
    return result;
}

PyObject *mm_read_struct(struct reader *part) { return read_plain(part, true); }

PyObject *mm_struct_to_dict(PyObject *message) { return plain(message, "google.protobuf.Struct", true); }

static PyObject *struct_to_dict(PyObject *module, PyObject *message) { return mm_struct_to_dict(message); }

static PyObject *value_to_python(PyObject *module, PyObject *message) { return plain(message, "google.protobuf.Value", false); }

static PyMethodDef functions[] = {
    {"struct_to_dict", struct_to_dict, METH_O,
     "struct_to_dict(struct)\n--\n\nThe fields of a Struct. Numbers that are whole become int, as JSON would have them."},
    {"value_to_python", value_to_python, METH_O,
     "value_to_python(value)\n--\n\nWhat a google.protobuf.Value holds: None, bool, int, float, str, list or dict."},
    {NULL, NULL, 0, NULL},
};

int mm_struct_register(PyObject *module) { return PyModule_AddFunctions(module, functions); }
