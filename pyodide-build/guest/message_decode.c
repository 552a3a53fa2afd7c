// The wire form to messages. What is allocated is in proportion to the input. No Python code runs here.
//
// A Struct (the props of a post, say) is a tree of many small messages that most hooks never look at. It is checked, but
// made only when somebody looks into it: until then the message has its bytes and is `pending` (mm_message_ready). So are
// the messages right in the response of an API call, which mostly become records (record_wire.c).
#include "message_reader.h"

enum { WORTH_DEFERRING = 24, SHORT = 8 }; // bytes

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

// Copies a short text by words, the last two of which may overlap, and says whether it is ASCII.
static inline bool copy_ascii(uint8_t *to, const uint8_t *from, size_t length) {
    uint64_t word, seen = 0;
    if (length < sizeof word) {
        for (size_t i = 0; i < length; i++)
            seen |= to[i] = from[i];
        return !(seen & 0x80);
    }
    for (size_t i = 0; i < length; i += sizeof word) {
        size_t at = i + sizeof word <= length ? i : length - sizeof word;
        memcpy(&word, from + at, sizeof word);
        memcpy(to + at, &word, sizeof word);
        seen |= word;
    }
    return !(seen & 0x8080808080808080);
}

PyObject *mm_text(const char *data, size_t length) {
    enum { BY_WORDS = 64 };
    if (length > 1 && (length <= BY_WORDS || mm_is_ascii((const uint8_t *)data, length))) {
        PyObject *text = PyUnicode_New((Py_ssize_t)length, 127);
        if (!text)
            return NULL;
        if (length > BY_WORDS)
            memcpy(PyUnicode_1BYTE_DATA(text), data, length);
        else if (!copy_ascii(PyUnicode_1BYTE_DATA(text), (const uint8_t *)data, length))
            Py_CLEAR(text);
        if (text)
            return text;
    }
    PyObject *text = PyUnicode_DecodeUTF8(data, (Py_ssize_t)length, NULL);
    if (!text && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
        PyErr_Clear();
        mm_malformed("string is not UTF-8");
    }
    return text;
}

// The bytes of a short text as two words, which may overlap.
static inline void words_of(const char *data, size_t length, uint64_t *first, uint64_t *last) {
    *first = *last = 0;
    size_t size = length < sizeof *first ? length : sizeof *first;
    if (size == sizeof *first) {
        memcpy(first, data, sizeof *first);
        memcpy(last, data + length - sizeof *last, sizeof *last);
    } else {
        for (size_t i = 0; i < size; i++)
            *first = *first << 8 | (uint8_t)data[i];
    }
}

// Texts that come again and again, the keys of maps above all, are kept: one that is found needs no memory, and has its
// hash already.
PyObject *mm_frequent_text(const char *data, size_t length) {
    enum { SIZE = 512, LONGEST = 32 };
    static PyObject *kept[SIZE]; // ASCII
    if (length < 2 || length > LONGEST)
        return mm_text(data, length);
    uint64_t first, last, kept_first, kept_last;
    words_of(data, length, &first, &last);
    uint64_t hash = ((first ^ (last << 23 | last >> 41)) + length) * 0x9e3779b97f4a7c15;
    PyObject **slot = &kept[hash >> 32 & (SIZE - 1)];
    if (*slot && (size_t)PyUnicode_GET_LENGTH(*slot) == length) {
        const char *text = (const char *)PyUnicode_1BYTE_DATA(*slot);
        words_of(text, length, &kept_first, &kept_last);
        bool same = first == kept_first && last == kept_last;
        if (same && (length <= 2 * sizeof first || memcmp(text, data, length) == 0))
            return Py_NewRef(*slot);
    }
    PyObject *text = mm_text(data, length);
    if (text && PyUnicode_IS_ASCII(text))
        Py_XSETREF(*slot, Py_NewRef(text));
    return text;
}

static int decode_fields(struct mm_message *message, struct reader *reader);

// Leaves a message that has nothing yet pending; 1 done, 0 when it is not worth it, -1 failed.
static int defer(struct mm_message *message, struct reader *part) {
    size_t length = (size_t)(part->end - part->at);
    if (!(mm_layout(message)->deferred || part->defer) || length < WORTH_DEFERRING)
        return 0;
    struct reader unread = *part;
    if ((!part->checked && mm_check_message(mm_layout(message), &unread) < 0) || mm_unknown_append(message, part->at, length) < 0)
        return -1;
    message->pending = true;
    return 1;
}

// Reads part into a message; fresh says that it has nothing yet.
static int decode_message(struct mm_message *message, struct reader *part, bool fresh) {
    int deferred = fresh ? defer(message, part) : mm_message_ready(message);
    if (deferred)
        return deferred < 0 ? -1 : 0;
    part->defer = false;
    if (part->depth == 0)
        return mm_malformed("nested too deeply");
    part->depth--;
    return decode_fields(message, part);
}

int mm_message_make(struct mm_message *message) {
    uint8_t *bytes = message->unknown;
    struct reader reader = {bytes, bytes + message->unknown_length, MM_MAX_DEPTH, true, false};
    message->unknown = NULL;
    message->unknown_length = 0;
    message->pending = false;
    if (decode_fields(message, &reader) == 0) {
        PyMem_Free(bytes);
        return 0;
    }
    mm_message_clear(message); // and nothing is lost
    message->unknown = bytes;
    message->unknown_length = (size_t)(reader.end - bytes);
    message->pending = true;
    return -1;
}

// One value that is no part of an existing message; frequent says that the same may well come again.
PyObject *mm_read_value(struct mm_element *element, struct reader *reader, enum mm_wire wire, bool frequent) {
    if (wire != MM_WIRE_BYTES) {
        uint64_t raw;
        return read_number(reader, wire, &raw) < 0 ? NULL : from_number(element->kind, raw);
    }
    struct reader part;
    if (read_part(reader, &part) < 0)
        return NULL;
    if (element->kind == MM_STRING) {
        const char *text = (const char *)part.at;
        size_t length = (size_t)(part.end - part.at);
        return frequent || length <= SHORT ? mm_frequent_text(text, length) : mm_text(text, length);
    }
    if (element->kind == MM_BYTES)
        return PyBytes_FromStringAndSize((const char *)part.at, part.end - part.at);
    PyObject *message = mm_value_default(element);
    if (message && decode_message((struct mm_message *)message, &part, true) < 0)
        Py_CLEAR(message);
    return message;
}

static int store_singular(struct mm_message *message, struct mm_field *field, struct reader *reader, enum mm_wire wire) {
    PyObject *value = mm_read_value(&field->value, reader, wire, false);
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
    bool fresh = !message->slots[field->slot];
    PyObject *child = mm_field_get(message, field);
    if (!child)
        return -1;
    mm_touch((struct mm_message *)child);
    int result = decode_message((struct mm_message *)child, &part, fresh);
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
    enum mm_wire wire = field->value.wire;
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
    if (wire == MM_WIRE_BYTES && field->value.wire != MM_WIRE_BYTES)
        result = append_packed(list, field, reader);
    else
        result = append_value(list, mm_read_value(&field->value, reader, wire, false));
    Py_DECREF(repeated);
    return result;
}

// Reads into *value what an entry says of a key or a value; a message named twice is merged.
static int read_entry_part(struct mm_element *element, struct reader *entry, enum mm_wire wire, PyObject **value, bool is_key) {
    if (element->kind == MM_MESSAGE && *value) {
        struct reader part;
        return read_part(entry, &part) < 0 ? -1 : decode_message((struct mm_message *)*value, &part, false);
    }
    PyObject *read = mm_read_value(element, entry, wire, is_key);
    if (!read)
        return -1;
    Py_XSETREF(*value, read);
    return 0;
}

// Reads an entry of two short texts in the usual order; 0 when it is none.
static int read_texts(struct mm_field *field, struct reader *entry, PyObject **key, PyObject **value) {
    const uint8_t *at = entry->at;
    ptrdiff_t length = entry->end - at;
    if (field->key.kind != MM_STRING || field->value.kind != MM_STRING || length < 4 || at[0] != 0x0a || at[1] >= 0x80 || at[1] + 4 > length)
        return 0;
    const uint8_t *second = at + 2 + at[1];
    if (second[0] != 0x12 || second + 2 + second[1] != entry->end || second[1] >= 0x80)
        return 0;
    *key = mm_frequent_text((const char *)at + 2, at[1]);
    *value = !*key ? NULL : second[1] <= SHORT ? mm_frequent_text((const char *)second + 2, second[1]) : mm_text((const char *)second + 2, second[1]);
    entry->at = entry->end;
    return *value ? 1 : -1;
}

int mm_read_entry(struct mm_field *field, struct reader *entry, PyObject **key, PyObject **value) {
    int texts = read_texts(field, entry, key, value);
    if (texts)
        return texts < 0 ? -1 : 0;
    while (entry->at < entry->end) {
        uint32_t number;
        enum mm_wire wire;
        if (read_tag(entry, &number, &wire) < 0)
            return -1;
        int result;
        if (number == 1 && wire == field->key.wire)
            result = read_entry_part(&field->key, entry, wire, key, true);
        else if (number == 2 && wire == field->value.wire)
            result = read_entry_part(&field->value, entry, wire, value, false);
        else
            result = mm_skip_value(entry, number, wire);
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
    int result = map ? mm_read_entry(field, &entry, &key, &value) : -1;
    if (result == 0)
        result = PyDict_SetItem(((struct mm_map *)map)->dict, key, value);
    Py_XDECREF(value);
    Py_XDECREF(key);
    Py_XDECREF(map);
    return result;
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
        } else if (mm_skip_value(reader, number, wire) < 0 || mm_unknown_append(message, start, (size_t)(reader->at - start)) < 0) {
            return -1;
        }
    }
    return 0;
}

int mm_message_merge_bytes(struct mm_message *message, const uint8_t *data, size_t length) {
    struct reader reader = {data, data + length, MM_MAX_DEPTH, false, false};
    mm_touch(message);
    return mm_message_ready(message) < 0 ? -1 : decode_fields(message, &reader);
}

PyObject *mm_message_decode(PyTypeObject *type, const uint8_t *data, size_t length, bool defer) {
    struct mm_message *message = mm_message_new(type);
    struct reader reader = {data, data + length, MM_MAX_DEPTH, true, defer};
    if (message && decode_fields(message, &reader) < 0)
        Py_CLEAR(message);
    return (PyObject *)message;
}
