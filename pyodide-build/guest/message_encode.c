// Messages to the wire form. It is written from its last byte to its first (see mm_buffer): fields in falling order of their
// numbers, so that they come out rising, with unknown fields at the end.
#include "message_object.h"

void mm_buffer_init(struct mm_buffer *buffer) {
    buffer->start = buffer->stack;
    buffer->data = buffer->end = buffer->stack + sizeof buffer->stack;
    buffer->length = 0;
}

void mm_buffer_free(struct mm_buffer *buffer) {
    if (buffer->start != buffer->stack)
        PyMem_Free(buffer->start);
}

struct writer {
    struct mm_buffer *buffer;
    bool deterministic;
    int depth;
};

static int too_long(void) {
    PyErr_SetString(mm_encode_error, "message is longer than 2 GiB");
    return -1;
}

static int grow(struct mm_buffer *buffer, size_t size) {
    size_t used = (size_t)(buffer->end - buffer->data), room = (size_t)(buffer->end - buffer->start);
    if (size > INT32_MAX - used)
        return too_long();
    room = used + size < room * 2 ? room * 2 : used + size;
    uint8_t *grown = PyMem_Malloc(room);
    if (!grown) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(grown + room - used, buffer->data, used);
    mm_buffer_free(buffer);
    buffer->start = grown;
    buffer->end = grown + room;
    buffer->data = buffer->end - used;
    return 0;
}

// Makes room for size bytes in front of what was written, and counts them as written. NULL without memory.
static inline uint8_t *extend(struct writer *writer, size_t size) {
    struct mm_buffer *buffer = writer->buffer;
    if ((size_t)(buffer->data - buffer->start) < size && grow(buffer, size) < 0)
        return NULL;
    return buffer->data -= size;
}

static inline int write_bytes(struct writer *writer, const void *data, size_t size) {
    uint8_t *at = extend(writer, size);
    if (!at)
        return -1;
    memcpy(at, data, size);
    return 0;
}

static inline int write_varint(struct writer *writer, uint64_t value) {
    size_t size = 1;
    for (uint64_t rest = value >> 7; rest; rest >>= 7)
        size++;
    uint8_t *at = extend(writer, size);
    if (!at)
        return -1;
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at = (uint8_t)value;
    return 0;
}

static inline int write_fixed(struct writer *writer, uint64_t value, size_t size) {
    uint8_t *at = extend(writer, size);
    if (!at)
        return -1;
    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> (8 * i));
    return 0;
}

static inline size_t written(const struct writer *writer) { return (size_t)(writer->buffer->end - writer->buffer->data); }

static int write_real(struct writer *writer, enum mm_kind kind, PyObject *value) {
    double number = PyFloat_AS_DOUBLE(value);
    if (kind == MM_DOUBLE) {
        uint64_t bits;
        memcpy(&bits, &number, sizeof bits);
        return write_fixed(writer, bits, 8);
    }
    float narrow = (float)number;
    uint32_t bits;
    memcpy(&bits, &narrow, sizeof bits);
    return write_fixed(writer, bits, 4);
}

// A stored integer, which is in range; those of one or two digits, such as times, without the detour over bytes.
static int64_t integer(PyObject *value) {
    const _PyLongValue *digits = &((PyLongObject *)value)->long_value;
    int64_t sign = 1 - (int64_t)(digits->lv_tag & 3);
    switch (digits->lv_tag >> 3) {
    case 0: return 0;
    case 1: return sign * digits->ob_digit[0];
    case 2: return sign * (digits->ob_digit[0] | (int64_t)digits->ob_digit[1] << PyLong_SHIFT);
    default: return PyLong_AsLongLong(value);
    }
}

static int write_number(struct writer *writer, enum mm_kind kind, PyObject *value) {
    if (kind == MM_DOUBLE || kind == MM_FLOAT)
        return write_real(writer, kind, value);
    if (kind == MM_BOOL)
        return write_varint(writer, value == Py_True);
    if (kind == MM_UINT64 || kind == MM_FIXED64) {
        uint64_t number = PyLong_AsUnsignedLongLong(value);
        return kind == MM_UINT64 ? write_varint(writer, number) : write_fixed(writer, number, 8);
    }
    int64_t number = integer(value);
    switch (kind) {
    case MM_SFIXED64: return write_fixed(writer, (uint64_t)number, 8);
    case MM_FIXED32:
    case MM_SFIXED32: return write_fixed(writer, (uint64_t)number, 4);
    case MM_SINT32:
    case MM_SINT64: return write_varint(writer, (uint64_t)number << 1 ^ -((uint64_t)number >> 63));
    default: return write_varint(writer, (uint64_t)number);
    }
}

static int write_message(struct writer *writer, struct mm_message *message);

// Writes a value without its tag; strings, bytes and messages with their length.
static int write_value(struct writer *writer, enum mm_kind kind, PyObject *value) {
    size_t before = written(writer);
    switch (kind) {
    case MM_STRING: {
        Py_ssize_t length;
        const char *text = PyUnicode_AsUTF8AndSize(value, &length);
        if (!text || write_bytes(writer, text, (size_t)length) < 0)
            return -1;
        break;
    }
    case MM_BYTES:
        if (write_bytes(writer, PyBytes_AS_STRING(value), (size_t)PyBytes_GET_SIZE(value)) < 0)
            return -1;
        break;
    case MM_MESSAGE:
        if (write_message(writer, (struct mm_message *)value) < 0)
            return -1;
        break;
    default: return write_number(writer, kind, value);
    }
    return write_varint(writer, written(writer) - before);
}

static int write_tag(struct writer *writer, const struct mm_field *field) { return write_bytes(writer, field->tag, field->tag_length); }

static int write_repeated(struct writer *writer, const struct mm_field *field, PyObject *list) {
    bool packed = field->value.wire != MM_WIRE_BYTES;
    size_t before = written(writer);
    for (Py_ssize_t i = PyList_GET_SIZE(list); i-- > 0;) {
        if (write_value(writer, field->value.kind, PyList_GET_ITEM(list, i)) < 0 || (!packed && write_tag(writer, field) < 0))
            return -1;
    }
    if (!packed || PyList_GET_SIZE(list) == 0)
        return 0;
    return write_varint(writer, written(writer) - before) < 0 ? -1 : write_tag(writer, field);
}

static int write_entry(struct writer *writer, const struct mm_field *field, PyObject *key, PyObject *value) {
    size_t before = written(writer);
    if (write_value(writer, field->value.kind, value) < 0 || write_varint(writer, 2 << 3 | field->value.wire) < 0)
        return -1;
    if (write_value(writer, field->key.kind, key) < 0 || write_varint(writer, 1 << 3 | field->key.wire) < 0)
        return -1;
    return write_varint(writer, written(writer) - before) < 0 ? -1 : write_tag(writer, field);
}

static int write_map(struct writer *writer, const struct mm_field *field, PyObject *dict) {
    if (PyDict_GET_SIZE(dict) == 0)
        return 0;
    PyObject *keys = PyDict_Keys(dict);
    int result = keys ? 0 : -1;
    if (keys && writer->deterministic)
        result = PyList_Sort(keys); // strings by code point, which is the order of their bytes in UTF-8
    for (Py_ssize_t i = keys ? PyList_GET_SIZE(keys) : 0; result == 0 && i-- > 0;) {
        PyObject *key = PyList_GET_ITEM(keys, i), *value = PyDict_GetItemWithError(dict, key);
        result = value ? write_entry(writer, field, key, value) : -1;
    }
    Py_XDECREF(keys);
    return result;
}

static int write_field(struct writer *writer, const struct mm_field *field, PyObject *value) {
    if (field->shape == MM_REPEATED)
        return write_repeated(writer, field, ((struct mm_repeated *)value)->list);
    if (field->shape == MM_MAP)
        return write_map(writer, field, ((struct mm_map *)value)->dict);
    if (field->value.kind == MM_MESSAGE && ((struct mm_message *)value)->owner)
        return 0;
    return write_value(writer, field->value.kind, value) < 0 ? -1 : write_tag(writer, field);
}

static int write_fields(struct writer *writer, struct mm_message *message) {
    const struct mm_layout *layout = mm_layout(message);
    if (writer->deterministic && mm_message_ready(message) < 0)
        return -1;
    if (message->unknown_length && write_bytes(writer, message->unknown, message->unknown_length) < 0)
        return -1;
    for (Py_ssize_t i = layout->count; i-- > 0;) {
        const struct mm_field *field = layout->fields[i];
        PyObject *value = message->slots[field->slot];
        if (value && write_field(writer, field, value) < 0)
            return -1;
    }
    return 0;
}

static int write_message(struct writer *writer, struct mm_message *message) {
    if (writer->depth == 0) {
        PyErr_Format(mm_encode_error, "message is nested more than %d deep", MM_MAX_DEPTH);
        return -1;
    }
    writer->depth--;
    int result = write_fields(writer, message);
    writer->depth++;
    return result;
}

int mm_message_write(struct mm_message *message, struct mm_buffer *buffer, bool deterministic) {
    struct writer writer = {buffer, deterministic, MM_MAX_DEPTH};
    if (write_fields(&writer, message) < 0)
        return -1;
    buffer->length = (size_t)(buffer->end - buffer->data);
    return 0;
}

int mm_field_encode(const struct mm_field *field, PyObject *value, struct mm_buffer *buffer) {
    struct writer writer = {buffer, false, MM_MAX_DEPTH};
    if (write_value(&writer, field->value.kind, value) < 0 || write_tag(&writer, field) < 0)
        return -1;
    buffer->length = (size_t)(buffer->end - buffer->data);
    return 0;
}

int mm_changes_encode(const struct mm_field *field, const struct mm_field *numbers, struct mm_message *message, uint64_t slots,
                      struct mm_buffer *buffer) {
    struct writer writer = {buffer, false, MM_MAX_DEPTH};
    const struct mm_layout *layout = mm_layout(message);
    if (!slots && write_varint(&writer, 0) < 0)
        return -1;
    for (Py_ssize_t i = layout->count; i-- > 0;)
        if (slots >> layout->fields[i]->slot & 1 && write_varint(&writer, layout->fields[i]->number) < 0)
            return -1;
    if (write_varint(&writer, written(&writer)) < 0 || write_tag(&writer, numbers) < 0)
        return -1;
    size_t before = written(&writer);
    for (Py_ssize_t i = layout->count; i-- > 0;)
        if (slots >> layout->fields[i]->slot & 1 && write_field(&writer, layout->fields[i], message->slots[layout->fields[i]->slot]) < 0)
            return -1;
    if (write_varint(&writer, written(&writer) - before) < 0 || write_tag(&writer, field) < 0)
        return -1;
    buffer->length = (size_t)(buffer->end - buffer->data);
    return 0;
}

int mm_message_encode(PyObject *message, struct mm_buffer *buffer) {
    return mm_message_write((struct mm_message *)message, buffer, false);
}
