// Records of the wire form, without a message in between: what most responses of API calls become. Where a field needs its
// message, or is told in a way that the host does not use, nothing comes of it and the message is made.
#include "record.h"

int mm_record_wire_init(struct record_reader *reader) {
    uint32_t greatest = 0;
    for (Py_ssize_t i = 0; i < reader->count; i++) {
        struct entry *entry = &reader->entries[i];
        if (entry->how == FUNCTION || entry->how == TABLE || entry->field->sibling || entry->field->number >= UINT16_MAX)
            return 0;
        greatest = entry->field->number > greatest ? entry->field->number : greatest;
    }
    reader->by_number = PyMem_Calloc(greatest + 1, sizeof *reader->by_number);
    reader->defaults = reader->by_number ? PyDict_Copy(reader->blank) : PyErr_NoMemory();
    PyDictUnicodeEntry *values = reader->defaults ? mm_dict_entries(reader->defaults, reader->count) : NULL;
    if (!values) {
        Py_CLEAR(reader->defaults);
        return PyErr_Occurred() ? -1 : 0;
    }
    reader->numbers = greatest + 1;
    for (Py_ssize_t i = 0; i < reader->count; i++) {
        struct entry *entry = &reader->entries[i];
        if (reader->by_number[entry->field->number]) { // two of one field
            Py_CLEAR(reader->defaults);
            return 0;
        }
        reader->by_number[entry->field->number] = (uint16_t)(i + 1);
        PyObject *value = entry->how == AS_IT_IS ? mm_value_default(&entry->field->value) : Py_NewRef(Py_None);
        if (!value)
            return -1;
        Py_SETREF(values[i].me_value, value);
    }
    return 0;
}

static PyObject *read_message(struct record_reader *reader, struct reader *part) {
    PyObject *record = reader->defaults ? mm_record_from_wire(reader, part) : NULL;
    if (record || PyErr_Occurred())
        return record;
    PyObject *message = mm_message_decode(reader->message, part->at, (size_t)(part->end - part->at), false);
    record = message ? mm_record_read(reader, message) : NULL;
    Py_XDECREF(message);
    return record;
}

static int append(PyObject *list, PyObject *value) {
    int result = value ? PyList_Append(list, value) : -1;
    Py_XDECREF(value);
    return result;
}

static int set_item(PyObject *dict, struct mm_field *field, struct reader *part) {
    PyObject *key = NULL, *value = NULL;
    int result = mm_read_entry(field, part, &key, &value);
    if (result == 0)
        result = PyDict_SetItem(dict, key, value);
    Py_XDECREF(key);
    Py_XDECREF(value);
    return result;
}

// Adds to a container, which is made with the first that is in it.
static int add(struct entry *entry, PyObject **value, struct reader *reader, enum mm_wire wire) {
    if (*value == Py_None) {
        PyObject *empty = entry->how == DICT ? PyDict_New() : PyList_New(0);
        if (!empty)
            return -1;
        Py_SETREF(*value, empty);
    }
    if (entry->how == LIST)
        return append(*value, mm_read_value(&entry->field->value, reader, wire, false));
    struct reader part;
    if (read_part(reader, &part) < 0)
        return -1;
    if (entry->how == DICT)
        return set_item(*value, entry->field, &part);
    struct record_reader *inner = mm_record_reader_of(entry);
    return inner ? append(*value, read_message(inner, &part)) : -1;
}

// Reads a field that is no container, and is read for the first time if it is a message; 1: not possible.
static int set(struct entry *entry, PyObject **value, struct reader *reader, enum mm_wire wire) {
    PyObject *read = NULL;
    if (entry->how == AS_IT_IS || entry->how == OPTIONAL) {
        read = mm_read_value(&entry->field->value, reader, wire, false);
    } else {
        struct reader part;
        struct record_reader *inner = entry->how == RECORD ? mm_record_reader_of(entry) : NULL;
        if (*value != Py_None)
            return 1;
        if (read_part(reader, &part) == 0 && (inner || entry->how == STRUCT))
            read = inner ? read_message(inner, &part) : mm_read_struct(&part);
    }
    if (!read)
        return -1;
    Py_SETREF(*value, read);
    return 0;
}

static int read_field(struct record_reader *reader, PyDictUnicodeEntry *values, struct reader *part) {
    uint32_t number;
    enum mm_wire wire;
    if (read_tag(part, &number, &wire) < 0)
        return -1;
    uint16_t index = number < reader->numbers ? reader->by_number[number] : 0;
    if (index == 0) {
        struct mm_field *field = mm_field_by_number(mm_layout_of(reader->message), number);
        for (Py_ssize_t i = 0; field && i < reader->count; i++)
            if (reader->entries[i].numbers == field)
                return 1; // numbers that do not fit into a Struct
        return mm_skip_value(part, number, wire);
    }
    struct entry *entry = &reader->entries[index - 1];
    PyObject **value = &values[index - 1].me_value;
    bool container = entry->how == LIST || entry->how == DICT || entry->how == RECORDS;
    if (wire != (entry->how == DICT ? MM_WIRE_BYTES : entry->field->value.wire)) // a list of packed numbers among others
        return 1;
    return container ? add(entry, value, part, wire) : set(entry, value, part, wire);
}

static int fill_in(struct record_reader *reader, PyDictUnicodeEntry *values) { // what containers are that nothing is in
    for (Py_ssize_t i = 0; i < reader->count; i++) {
        enum how how = reader->entries[i].how;
        if (values[i].me_value != Py_None || how == AS_IT_IS || how == OPTIONAL || how == RECORD)
            continue;
        PyObject *empty = how == DICT || how == STRUCT ? PyDict_New() : PyList_New(0);
        if (!empty)
            return -1;
        Py_SETREF(values[i].me_value, empty);
    }
    return 0;
}

PyObject *mm_record_from_wire(struct record_reader *reader, struct reader *part) {
    PyObject *dict = reader->defaults ? PyDict_Copy(reader->defaults) : NULL;
    PyDictUnicodeEntry *values = dict ? mm_dict_entries(dict, reader->count) : NULL;
    int result = values && !Py_EnterRecursiveCall(" while reading a record") ? 0 : 1;
    if (result == 0) {
        struct reader rest = *part;
        while (result == 0 && rest.at < rest.end)
            result = read_field(reader, values, &rest);
        Py_LeaveRecursiveCall();
    }
    if (result == 0)
        result = fill_in(reader, values);
    if (result == 0)
        return mm_record_of(reader, dict);
    Py_XDECREF(dict);
    return NULL;
}

// The record in the next field of a message; NULL as above, also when it is another field.
static PyObject *next_record(struct record_reader *reader, struct mm_field *field, struct reader *message) {
    uint32_t number;
    enum mm_wire wire;
    struct reader part;
    if (read_tag(message, &number, &wire) < 0 || number != field->number || wire != MM_WIRE_BYTES || read_part(message, &part) < 0)
        return NULL;
    return mm_record_from_wire(reader, &part);
}

PyObject *mm_record_of_field(struct record_reader *reader, struct mm_field *field, const uint8_t *data, size_t length) {
    struct reader message = {data, data + length, MM_MAX_DEPTH - 1, true, false};
    if (field->value.kind != MM_MESSAGE || field->shape == MM_MAP || mm_element_type(&field->value) != reader->message)
        return NULL;
    if (field->shape != MM_REPEATED) {
        PyObject *record = length ? next_record(reader, field, &message) : NULL;
        if (record && message.at < message.end)
            Py_CLEAR(record);
        return record;
    }
    PyObject *list = PyList_New(0);
    while (list && message.at < message.end)
        if (append(list, next_record(reader, field, &message)) < 0)
            Py_CLEAR(list);
    return list;
}
