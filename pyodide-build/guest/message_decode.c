// The wire form to messages. Every length is checked against what is there, nesting against MM_MAX_DEPTH; what is allocated
// is in proportion to the input. No Python code runs here.
#include "message_object.h"

struct reader {
    const uint8_t *at;
    const uint8_t *end;
    int depth; // messages and groups that may still be entered
};

static int malformed(const char *what) {
    PyErr_Format(mm_decode_error, "error parsing message: %s", what);
    return -1;
}

static int truncated(void) { return malformed("truncated"); }

static int read_long_varint(struct reader *reader, uint64_t *value) {
    const uint8_t *at = reader->at;
    uint64_t result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (at == reader->end)
            return truncated();
        uint8_t byte = *at++;
        if (shift == 63 && byte > 1)
            break;
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            reader->at = at;
            *value = result;
            return 0;
        }
    }
    return malformed("varint of more than 64 bits");
}

static inline int read_varint(struct reader *reader, uint64_t *value) {
    if (reader->at < reader->end && *reader->at < 0x80) {
        *value = *reader->at++;
        return 0;
    }
    return read_long_varint(reader, value);
}

static inline int read_fixed(struct reader *reader, size_t size, uint64_t *value) {
    if ((size_t)(reader->end - reader->at) < size)
        return truncated();
    uint64_t result = 0;
    for (size_t i = 0; i < size; i++)
        result |= (uint64_t)reader->at[i] << (8 * i);
    reader->at += size;
    *value = result;
    return 0;
}

// Reads a length and narrows part to the bytes it announces.
static inline int read_part(struct reader *reader, struct reader *part) {
    uint64_t length;
    if (read_varint(reader, &length) < 0)
        return -1;
    if (length > (uint64_t)(reader->end - reader->at))
        return truncated();
    *part = (struct reader){reader->at, reader->at + length, reader->depth};
    reader->at += length;
    return 0;
}

static inline int read_tag(struct reader *reader, uint32_t *number, enum mm_wire *wire) {
    uint64_t tag;
    if (read_varint(reader, &tag) < 0)
        return -1;
    if (tag >> 3 < 1 || tag >> 3 > MM_MAX_NUMBER)
        return malformed("field number out of range");
    *number = (uint32_t)(tag >> 3);
    *wire = (enum mm_wire)(tag & 7);
    return 0;
}

static int skip_value(struct reader *reader, uint32_t number, enum mm_wire wire);

static int skip_group(struct reader *reader, uint32_t number) {
    if (reader->depth == 0)
        return malformed("nested too deeply");
    reader->depth--;
    for (;;) {
        uint32_t inner;
        enum mm_wire wire;
        if (read_tag(reader, &inner, &wire) < 0)
            return -1;
        if (wire == MM_WIRE_END_GROUP) {
            reader->depth++;
            return inner == number ? 0 : malformed("group ends with another number");
        }
        if (skip_value(reader, inner, wire) < 0)
            return -1;
    }
}

static int skip_value(struct reader *reader, uint32_t number, enum mm_wire wire) {
    uint64_t value;
    struct reader part;
    switch (wire) {
    case MM_WIRE_VARINT: return read_varint(reader, &value);
    case MM_WIRE_64: return read_fixed(reader, 8, &value);
    case MM_WIRE_32: return read_fixed(reader, 4, &value);
    case MM_WIRE_BYTES: return read_part(reader, &part);
    case MM_WIRE_GROUP: return skip_group(reader, number);
    default: return malformed("wire type out of range");
    }
}

enum mm_wire mm_kind_wire(enum mm_kind kind) {
    switch (kind) {
    case MM_DOUBLE:
    case MM_FIXED64:
    case MM_SFIXED64: return MM_WIRE_64;
    case MM_FLOAT:
    case MM_FIXED32:
    case MM_SFIXED32: return MM_WIRE_32;
    case MM_STRING:
    case MM_BYTES:
    case MM_MESSAGE: return MM_WIRE_BYTES;
    default: return MM_WIRE_VARINT;
    }
}

static PyObject *from_double_bits(uint64_t bits) {
    double number;
    memcpy(&number, &bits, sizeof number);
    return PyFloat_FromDouble(number);
}

static PyObject *from_float_bits(uint32_t bits) {
    float number;
    memcpy(&number, &bits, sizeof number);
    return PyFloat_FromDouble(number);
}

// The Python value of a number as it lies on the wire.
static PyObject *from_number(enum mm_kind kind, uint64_t raw) {
    switch (kind) {
    case MM_DOUBLE: return from_double_bits(raw);
    case MM_FLOAT: return from_float_bits((uint32_t)raw);
    case MM_BOOL: return PyBool_FromLong(raw != 0);
    case MM_INT32:
    case MM_ENUM:
    case MM_SFIXED32: return PyLong_FromLong((int32_t)(uint32_t)raw);
    case MM_UINT32:
    case MM_FIXED32: return PyLong_FromUnsignedLong((uint32_t)raw);
    case MM_SINT32: return PyLong_FromLong((int32_t)((uint32_t)raw >> 1 ^ -((uint32_t)raw & 1)));
    case MM_SINT64: return PyLong_FromLongLong((int64_t)(raw >> 1 ^ -(raw & 1)));
    case MM_UINT64:
    case MM_FIXED64: return PyLong_FromUnsignedLongLong(raw);
    default: return PyLong_FromLongLong((int64_t)raw);
    }
}

static int read_number(struct reader *reader, enum mm_wire wire, uint64_t *raw) {
    if (wire == MM_WIRE_VARINT)
        return read_varint(reader, raw);
    return read_fixed(reader, wire == MM_WIRE_64 ? 8 : 4, raw);
}

static PyObject *from_text(const uint8_t *data, size_t length) {
    PyObject *text = PyUnicode_DecodeUTF8((const char *)data, (Py_ssize_t)length, NULL);
    if (!text && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
        PyErr_Clear();
        malformed("string is not UTF-8");
    }
    return text;
}

static int decode_fields(struct mm_message *message, struct reader *reader);

static int decode_message(struct mm_message *message, struct reader *part) {
    if (part->depth == 0)
        return malformed("nested too deeply");
    part->depth--;
    return decode_fields(message, part);
}

// One value that is no part of an existing message.
static PyObject *read_value(struct mm_element *element, struct reader *reader, enum mm_wire wire) {
    if (wire != MM_WIRE_BYTES) {
        uint64_t raw;
        return read_number(reader, wire, &raw) < 0 ? NULL : from_number(element->kind, raw);
    }
    struct reader part;
    if (read_part(reader, &part) < 0)
        return NULL;
    if (element->kind == MM_STRING)
        return from_text(part.at, (size_t)(part.end - part.at));
    if (element->kind == MM_BYTES)
        return PyBytes_FromStringAndSize((const char *)part.at, part.end - part.at);
    PyObject *message = mm_value_default(element);
    if (message && decode_message((struct mm_message *)message, &part) < 0)
        Py_CLEAR(message);
    return message;
}

static int store_singular(struct mm_message *message, struct mm_field *field, struct reader *reader, enum mm_wire wire) {
    PyObject *value = read_value(&field->value, reader, wire);
    if (!value)
        return -1;
    if (field->sibling)
        mm_field_clear_siblings(message, field);
    if (field->shape == MM_IMPLICIT && mm_value_is_zero(&field->value, value))
        Py_CLEAR(value);
    Py_XSETREF(message->slots[field->slot], value);
    return 0;
}

static int merge_submessage(struct mm_message *message, struct mm_field *field, struct reader *reader) {
    struct reader part;
    if (read_part(reader, &part) < 0)
        return -1;
    PyObject *child = mm_field_get(message, field);
    if (!child)
        return -1;
    mm_touch((struct mm_message *)child);
    int result = decode_message((struct mm_message *)child, &part);
    Py_DECREF(child);
    return result;
}

static int append_value(PyObject *list, PyObject *value) {
    int result = value ? PyList_Append(list, value) : -1;
    Py_XDECREF(value);
    return result;
}

static int append_packed(PyObject *list, struct mm_field *field, struct reader *reader) {
    struct reader part;
    if (read_part(reader, &part) < 0)
        return -1;
    enum mm_wire wire = mm_kind_wire(field->value.kind);
    while (part.at < part.end) {
        uint64_t raw;
        if (read_number(&part, wire, &raw) < 0 || append_value(list, from_number(field->value.kind, raw)) < 0)
            return -1;
    }
    return 0;
}

static int append_repeated(struct mm_message *message, struct mm_field *field, struct reader *reader, enum mm_wire wire) {
    PyObject *repeated = mm_field_get(message, field);
    if (!repeated)
        return -1;
    PyObject *list = ((struct mm_repeated *)repeated)->list;
    int result;
    if (wire == MM_WIRE_BYTES && mm_kind_wire(field->value.kind) != MM_WIRE_BYTES)
        result = append_packed(list, field, reader);
    else
        result = append_value(list, read_value(&field->value, reader, wire));
    Py_DECREF(repeated);
    return result;
}

// Reads into *value what an entry says of a key or a value; a message named twice is merged.
static int read_entry_part(struct mm_element *element, struct reader *entry, enum mm_wire wire, PyObject **value) {
    if (element->kind == MM_MESSAGE && *value) {
        struct reader part;
        return read_part(entry, &part) < 0 ? -1 : decode_message((struct mm_message *)*value, &part);
    }
    PyObject *read = read_value(element, entry, wire);
    if (!read)
        return -1;
    Py_XSETREF(*value, read);
    return 0;
}

static int read_entry(struct mm_field *field, struct reader *entry, PyObject **key, PyObject **value) {
    while (entry->at < entry->end) {
        uint32_t number;
        enum mm_wire wire;
        if (read_tag(entry, &number, &wire) < 0)
            return -1;
        int result;
        if (number == 1 && wire == mm_kind_wire(field->key.kind))
            result = read_entry_part(&field->key, entry, wire, key);
        else if (number == 2 && wire == mm_kind_wire(field->value.kind))
            result = read_entry_part(&field->value, entry, wire, value);
        else
            result = skip_value(entry, number, wire);
        if (result < 0)
            return -1;
    }
    if (!*key)
        *key = mm_value_default(&field->key);
    if (!*value)
        *value = mm_value_default(&field->value);
    return *key && *value ? 0 : -1;
}

static int set_entry(struct mm_message *message, struct mm_field *field, struct reader *reader) {
    struct reader entry;
    if (read_part(reader, &entry) < 0)
        return -1;
    PyObject *map = mm_field_get(message, field), *key = NULL, *value = NULL;
    int result = map ? read_entry(field, &entry, &key, &value) : -1;
    if (result == 0)
        result = PyDict_SetItem(((struct mm_map *)map)->dict, key, value);
    Py_XDECREF(value);
    Py_XDECREF(key);
    Py_XDECREF(map);
    return result;
}

static inline bool fits(const struct mm_field *field, enum mm_wire wire) {
    if (field->shape == MM_MAP)
        return wire == MM_WIRE_BYTES;
    return wire == mm_kind_wire(field->value.kind) || (wire == MM_WIRE_BYTES && field->shape == MM_REPEATED);
}

static int decode_field(struct mm_message *message, struct mm_field *field, struct reader *reader, enum mm_wire wire) {
    switch (field->shape) {
    case MM_REPEATED: return append_repeated(message, field, reader, wire);
    case MM_MAP: return set_entry(message, field, reader);
    default:
        return field->value.kind == MM_MESSAGE ? merge_submessage(message, field, reader) : store_singular(message, field, reader, wire);
    }
}

static int decode_fields(struct mm_message *message, struct reader *reader) {
    const struct mm_layout *layout = mm_layout(message);
    while (reader->at < reader->end) {
        const uint8_t *start = reader->at;
        uint32_t number;
        enum mm_wire wire;
        if (read_tag(reader, &number, &wire) < 0)
            return -1;
        struct mm_field *field = mm_field_by_number(layout, number);
        if (field && fits(field, wire)) {
            if (decode_field(message, field, reader, wire) < 0)
                return -1;
        } else if (skip_value(reader, number, wire) < 0 || mm_unknown_append(message, start, (size_t)(reader->at - start)) < 0) {
            return -1;
        }
    }
    return 0;
}

int mm_message_merge_bytes(struct mm_message *message, const uint8_t *data, size_t length) {
    struct reader reader = {data, data + length, MM_MAX_DEPTH};
    mm_touch(message);
    return decode_fields(message, &reader);
}

PyObject *mm_message_decode(PyTypeObject *type, const uint8_t *data, size_t length) {
    struct mm_message *message = mm_message_new(type);
    if (message && mm_message_merge_bytes(message, data, length) < 0)
        Py_CLEAR(message);
    return (PyObject *)message;
}
