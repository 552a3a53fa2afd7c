// What reads records: record.c makes them of messages, record_wire.c of the wire form where that is possible.
#ifndef MMPY_RECORD_H
#define MMPY_RECORD_H

#define Py_BUILD_CORE
#include "module.h"
#include "message_reader.h"
#include <pycore_dict.h>

enum how {
    AS_IT_IS,       // the field's value, of a scalar
    OPTIONAL,       // the same, None where it is not set
    LIST, DICT,     // a copy of a repeated field, of a map
    RECORD,         // of a message, None where it is not set
    RECORDS, TABLE, // of each message in a repeated field, in a map
    STRUCT,         // a dict of a Struct, by a function where numbers do not fit its doubles
    FUNCTION,       // what a function makes of message and field name
    HOWS,
};

struct entry {
    PyObject *source; // the field's name in the message
    enum how how;
    struct mm_field *field; // NULL for FUNCTION
    struct mm_field *numbers; // of STRUCT: the list of what does not fit; may be NULL
    PyObject *argument; // the function; of records: what gives the reader, then the reader itself
};

struct record_reader {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    PyTypeObject *record; // the class
    PyTypeObject *message;
    PyObject *blank; // a dict with the record's fields in their order
    Py_ssize_t count;
    struct entry *entries;
    PyObject *defaults; // as blank, with what unset scalars are; NULL: records are only read from messages
    uint32_t numbers; // by_number has an entry for the fields below
    uint16_t *by_number; // index in entries + 1, or 0
};

// record.c
struct record_reader *mm_record_reader(PyObject *object); // NULL for any other object; borrowed
PyObject *mm_record_read(struct record_reader *reader, PyObject *message);
PyObject *mm_record_of(struct record_reader *reader, PyObject *values); // with the values, a dict, which it takes over
struct record_reader *mm_record_reader_of(struct entry *entry); // of the records in a field; borrowed

// record_wire.c
int mm_record_wire_init(struct record_reader *reader); // when all entries are set; 0, or -1 with an exception set
PyObject *mm_record_from_wire(struct record_reader *reader, struct reader *part); // NULL without an exception: not possible

// The record, or the list of records, in the only field that a message has; NULL as above.
PyObject *mm_record_of_field(struct record_reader *reader, struct mm_field *field, const uint8_t *data, size_t length);

// The values of a dict in their order, where it is a copy of one that nobody has changed; otherwise NULL.
static inline PyDictUnicodeEntry *mm_dict_entries(PyObject *dict, Py_ssize_t count) {
    PyDictKeysObject *keys = ((PyDictObject *)dict)->ma_keys;
    bool plain = !_PyDict_HasSplitTable((PyDictObject *)dict) && DK_IS_UNICODE(keys) && keys->dk_nentries == count;
    return plain ? DK_UNICODE_ENTRIES(keys) : NULL;
}

#endif
