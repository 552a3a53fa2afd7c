// What reading the wire form needs beside the decoder: skipping a value, and checking a message without making it.
// Nesting is held against MM_MAX_DEPTH.
#include "message_reader.h"

int mm_malformed(const char *what) {
    PyErr_Format(mm_decode_error, "error parsing message: %s", what);
    return -1;
}

// Reads a varint of up to eight bytes in one go; 0 when it is longer, or too near to the end.
static inline size_t varint_of_word(const uint8_t *at, const uint8_t *end, uint64_t *value) {
    uint64_t word, last;
    if (end - at < (ptrdiff_t)sizeof word)
        return 0;
    memcpy(&word, at, sizeof word);
    last = ~word & 0x8080808080808080;
    if (!last)
        return 0;
    word &= (last ^ (last - 1)) & 0x7f7f7f7f7f7f7f7f; // seven bits of each byte up to the last one
    word = (word & 0x007f007f007f007f) | (word & 0x7f007f007f007f00) >> 1;
    word = (word & 0x00003fff00003fff) | (word & 0x3fff00003fff0000) >> 2;
    *value = (word & 0x000000000fffffff) | (word & 0x0fffffff00000000) >> 4;
    return (size_t)__builtin_ctzll(last) / 8 + 1;
}

int mm_read_long_varint(struct reader *reader, uint64_t *value) {
    const uint8_t *at = reader->at;
    size_t length = varint_of_word(at, reader->end, value);
    if (length) {
        reader->at += length;
        return 0;
    }
    uint64_t result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (at == reader->end)
            return mm_malformed("truncated");
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
    return mm_malformed("varint of more than 64 bits");
}

static int skip_group(struct reader *reader, uint32_t number) {
    if (reader->depth == 0)
        return mm_malformed("nested too deeply");
    reader->depth--;
    for (;;) {
        uint32_t inner;
        enum mm_wire wire;
        if (read_tag(reader, &inner, &wire) < 0)
            return -1;
        if (wire == MM_WIRE_END_GROUP) {
            reader->depth++;
            return inner == number ? 0 : mm_malformed("group ends with another number");
        }
        if (mm_skip_value(reader, inner, wire) < 0)
            return -1;
    }
}

int mm_skip_value(struct reader *reader, uint32_t number, enum mm_wire wire) {
    uint64_t value;
    struct reader part;
    switch (wire) {
    case MM_WIRE_VARINT: return read_varint(reader, &value);
    case MM_WIRE_64: return read_fixed(reader, 8, &value);
    case MM_WIRE_32: return read_fixed(reader, 4, &value);
    case MM_WIRE_BYTES: return read_part(reader, &part);
    case MM_WIRE_GROUP: return skip_group(reader, number);
    default: return mm_malformed("wire type out of range");
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

// ---- text ----

bool mm_is_ascii(const uint8_t *data, size_t length) {
    uint64_t word = 0;
    for (; length >= sizeof word; data += sizeof word, length -= sizeof word) {
        memcpy(&word, data, sizeof word);
        if (word & 0x8080808080808080)
            return false;
    }
    for (; length > 0; length--)
        if (*data++ >= 0x80)
            return false;
    return true;
}

// The length of the character at a byte that is not ASCII, or 0 when that is no UTF-8.
static size_t character(const uint8_t *at, size_t length) {
    uint8_t first = at[0];
    size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (first < 0xc2 || first > 0xf4 || length < size)
        return 0;
    uint8_t least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80; // shorter forms would do for less
    uint8_t greatest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf; // surrogates; beyond U+10FFFF
    if (at[1] < least || at[1] > greatest)
        return 0;
    for (size_t i = 2; i < size; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return size;
}

static int check_text(const uint8_t *at, size_t length) {
    if (mm_is_ascii(at, length))
        return 0;
    while (length > 0) {
        size_t size = *at < 0x80 ? 1 : character(at, length);
        if (size == 0)
            return mm_malformed("string is not UTF-8");
        at += size;
        length -= size;
    }
    return 0;
}

// ---- checking a message ----

static int check_value(struct mm_element *element, struct reader *reader, enum mm_wire wire) {
    uint64_t raw;
    if (wire != MM_WIRE_BYTES)
        return read_number(reader, wire, &raw);
    struct reader part;
    if (read_part(reader, &part) < 0)
        return -1;
    if (element->kind == MM_STRING)
        return check_text(part.at, (size_t)(part.end - part.at));
    if (element->kind == MM_BYTES)
        return 0;
    if (element->kind == MM_MESSAGE) {
        PyTypeObject *type = mm_element_type(element);
        return type ? mm_check_message(mm_layout_of(type), &part) : -1;
    }
    while (part.at < part.end)
        if (read_number(&part, element->wire, &raw) < 0)
            return -1;
    return 0;
}

static int check_entry(struct mm_field *field, struct reader *reader) {
    struct reader entry;
    if (read_part(reader, &entry) < 0)
        return -1;
    while (entry.at < entry.end) {
        uint32_t number;
        enum mm_wire wire;
        if (read_tag(&entry, &number, &wire) < 0)
            return -1;
        struct mm_element *element = number == 1 ? &field->key : number == 2 ? &field->value : NULL;
        bool known = element && wire == element->wire;
        if ((known ? check_value(element, &entry, wire) : mm_skip_value(&entry, number, wire)) < 0)
            return -1;
    }
    return 0;
}

static int check_field(struct mm_field *field, struct reader *reader, uint32_t number, enum mm_wire wire) {
    if (!field || !fits(field, wire))
        return mm_skip_value(reader, number, wire);
    return field->shape == MM_MAP ? check_entry(field, reader) : check_value(&field->value, reader, wire);
}

int mm_check_message(const struct mm_layout *layout, struct reader *reader) {
    if (reader->depth == 0)
        return mm_malformed("nested too deeply");
    reader->depth--;
    while (reader->at < reader->end) {
        uint32_t number;
        enum mm_wire wire;
        if (read_tag(reader, &number, &wire) < 0 ||
            check_field(mm_field_by_number(layout, number), reader, number, wire) < 0)
            return -1;
    }
    return 0;
}
