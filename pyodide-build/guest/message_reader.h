// Reading the wire form: what the decoder (message_decode.c), the check (message_reader.c) and what reads a Struct
// (message_struct.c) have in common. Every length is checked against what is there.
#ifndef MMPY_MESSAGE_READER_H
#define MMPY_MESSAGE_READER_H

#include "message_object.h"

struct reader {
    const uint8_t *at;
    const uint8_t *end;
    int depth; // messages and groups that may still be entered
    bool checked; // the bytes are known to be well-formed
    bool defer; // messages right in this one are left pending
};

// message_reader.c; those that give an int: 0, or -1 with DecodeError set
int mm_malformed(const char *what); // always -1
int mm_read_long_varint(struct reader *reader, uint64_t *value);
int mm_skip_value(struct reader *reader, uint32_t number, enum mm_wire wire);
int mm_check_message(const struct mm_layout *layout, struct reader *reader); // whether a message could be decoded
bool mm_is_ascii(const uint8_t *data, size_t length);

// message_decode.c: one value; frequent says that the same may well come again. And the key and the value of a map's
// entry, both NULL before.
PyObject *mm_read_value(struct mm_element *element, struct reader *reader, enum mm_wire wire, bool frequent);
int mm_read_entry(struct mm_field *field, struct reader *entry, PyObject **key, PyObject **value);
PyObject *mm_read_struct(struct reader *part); // message_struct.c: the dict of a Struct

PyObject *mm_text(const char *data, size_t length); // message_decode.c: a str of UTF-8, or NULL with DecodeError set
PyObject *mm_frequent_text(const char *data, size_t length); // the same for one that may well come again

static inline int read_varint(struct reader *reader, uint64_t *value) {
    if (reader->at < reader->end && *reader->at < 0x80) {
        *value = *reader->at++;
        return 0;
    }
    return mm_read_long_varint(reader, value);
}

static inline int read_fixed(struct reader *reader, size_t size, uint64_t *value) {
    if ((size_t)(reader->end - reader->at) < size)
        return mm_malformed("truncated");
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
        return mm_malformed("truncated");
    *part = (struct reader){reader->at, reader->at + length, reader->depth, reader->checked, reader->defer};
    reader->at += length;
    return 0;
}

static inline int read_tag(struct reader *reader, uint32_t *number, enum mm_wire *wire) {
    uint64_t tag;
    const uint8_t *at = reader->at;
    if (reader->end - at >= 2 && at[0] >= 0x80 && at[1] < 0x80) { // as from field 16 on
        tag = (uint64_t)at[1] << 7 | (at[0] & 0x7f);
        reader->at += 2;
    } else if (read_varint(reader, &tag) < 0) {
        return -1;
    }
    if (tag >> 3 < 1 || tag >> 3 > MM_MAX_NUMBER)
        return mm_malformed("field number out of range");
    *number = (uint32_t)(tag >> 3);
    *wire = (enum mm_wire)(tag & 7);
    return 0;
}

static inline int read_number(struct reader *reader, enum mm_wire wire, uint64_t *raw) {
    if (wire == MM_WIRE_VARINT)
        return read_varint(reader, raw);
    return read_fixed(reader, wire == MM_WIRE_64 ? 8 : 4, raw);
}

static inline bool fits(const struct mm_field *field, enum mm_wire wire) {
    if (field->shape == MM_MAP)
        return wire == MM_WIRE_BYTES;
    return wire == field->value.wire || (wire == MM_WIRE_BYTES && field->shape == MM_REPEATED);
}

#endif
