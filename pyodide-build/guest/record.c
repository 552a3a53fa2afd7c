// Records of messages: what WireRecord.from_proto does, in one go. A reader is made once for a record class, from a table of
// its fields (mattermost_plugin._internal.wire has the rule that makes it).
#include "record.h"

static const char *const hows[HOWS] = {"as it is", "optional", "list", "dict", "record", "records", "table", "struct", "function"};

static PyTypeObject reader_type;

struct record_reader *mm_record_reader(PyObject *object) {
    return Py_IS_TYPE(object, &reader_type) ? (struct record_reader *)object : NULL;
}

// The reader of the records in a field, which is looked for when it is first needed: records may hold each other.
struct record_reader *mm_record_reader_of(struct entry *entry) {
    struct record_reader *found = mm_record_reader(entry->argument);
    if (found)
        return found;
    PyObject *reader = PyObject_CallNoArgs(entry->argument);
    if (reader && !mm_record_reader(reader)) {
        PyErr_Format(PyExc_TypeError, "field %U: expected a record_reader, not %R", entry->source, reader);
        Py_CLEAR(reader);
    }
    if (reader)
        Py_SETREF(entry->argument, reader);
    return (struct record_reader *)reader;
}

static PyObject *read_records(struct entry *entry, PyObject *list) {
    struct record_reader *reader = mm_record_reader_of(entry);
    Py_ssize_t count = PyList_GET_SIZE(list);
    PyObject *records = reader ? PyList_New(count) : NULL;
    for (Py_ssize_t i = 0; records && i < count; i++) {
        PyObject *record = i < PyList_GET_SIZE(list) ? mm_record_read(reader, PyList_GET_ITEM(list, i)) : Py_NewRef(Py_None);
        if (!record)
            Py_CLEAR(records);
        else
            PyList_SET_ITEM(records, i, record);
    }
    return records;
}

static PyObject *read_table(struct entry *entry, PyObject *dict) {
    struct record_reader *reader = mm_record_reader_of(entry);
    PyObject *items = reader ? PyDict_Items(dict) : NULL, *table = items ? PyDict_New() : NULL;
    for (Py_ssize_t i = 0; table && i < PyList_GET_SIZE(items); i++) {
        PyObject *item = PyList_GET_ITEM(items, i), *record = mm_record_read(reader, PyTuple_GET_ITEM(item, 1));
        if (!record || PyDict_SetItem(table, PyTuple_GET_ITEM(item, 0), record) < 0)
            Py_CLEAR(table);
        Py_XDECREF(record);
    }
    Py_XDECREF(items);
    return table;
}

static PyObject *read_struct(struct entry *entry, struct mm_message *message, PyObject *value) {
    if (entry->numbers && mm_field_present(message, entry->numbers)) {
        PyObject *arguments[] = {(PyObject *)message, entry->source};
        return PyObject_Vectorcall(entry->argument, arguments, 2, NULL);
    }
    return value ? mm_struct_to_dict(value) : PyDict_New();
}

// The value of one field of a record; the message is ready.
static PyObject *read_field(struct entry *entry, struct mm_message *message) {
    if (entry->how == FUNCTION) {
        PyObject *arguments[] = {(PyObject *)message, entry->source};
        return PyObject_Vectorcall(entry->argument, arguments, 2, NULL);
    }
    PyObject *value = message->slots[entry->field->slot];
    switch (entry->how) {
    case OPTIONAL: return Py_NewRef(value ? value : Py_None);
    case LIST: return value ? PyList_GetSlice(((struct mm_repeated *)value)->list, 0, PY_SSIZE_T_MAX) : PyList_New(0);
    case DICT: return value ? PyDict_Copy(((struct mm_map *)value)->dict) : PyDict_New();
    case RECORD: {
        if (!mm_field_present(message, entry->field))
            return Py_NewRef(Py_None);
        struct record_reader *reader = mm_record_reader_of(entry);
        return reader ? mm_record_read(reader, value) : NULL;
    }
    case RECORDS: return value ? read_records(entry, ((struct mm_repeated *)value)->list) : PyList_New(0);
    case TABLE: return value ? read_table(entry, ((struct mm_map *)value)->dict) : PyDict_New();
    case STRUCT: return read_struct(entry, message, value);
    default: return value ? Py_NewRef(value) : mm_value_default(&entry->field->value);
    }
}

// Sets the item of a dict that is a fresh copy of blank.
static int set_item(struct record_reader *reader, PyObject *dict, Py_ssize_t i, PyObject *value) {
    PyDictUnicodeEntry *entries = mm_dict_entries(dict, reader->count);
    if (entries) {
        Py_SETREF(entries[i].me_value, value); // the order of the entries is that of the fields
        return 0;
    }
    Py_ssize_t position = 0;
    PyObject *key;
    for (Py_ssize_t k = 0; k <= i; k++)
        if (!PyDict_Next(reader->blank, &position, &key, NULL))
            key = Py_None;
    int result = PyDict_SetItem(dict, key, value);
    Py_DECREF(value);
    return result;
}

static PyObject *read_values(struct record_reader *reader, struct mm_message *message) {
    PyObject *values = PyDict_Copy(reader->blank);
    for (Py_ssize_t i = 0; values && i < reader->count; i++) {
        PyObject *value = read_field(&reader->entries[i], message);
        if (!value || set_item(reader, values, i, value) < 0)
            Py_CLEAR(values);
    }
    return values;
}

static PyObject *new_record(PyTypeObject *type) {
    if (type->tp_new == PyBaseObject_Type.tp_new)
        return type->tp_alloc(type, 0);
    PyObject *nothing = PyTuple_New(0), *record = nothing ? type->tp_new(type, nothing, NULL) : NULL;
    Py_XDECREF(nothing);
    return record;
}

static int set_dict(PyObject *record, PyObject *values) { // record.__dict__ = values
    if (_PyType_HasFeature(Py_TYPE(record), Py_TPFLAGS_MANAGED_DICT))
        return _PyObject_SetManagedDict(record, values);
    return PyObject_GenericSetDict(record, values, NULL);
}

PyObject *mm_record_of(struct record_reader *reader, PyObject *values) {
    if (!PyObject_GC_IsTracked(values))
        PyObject_GC_Track(values);
    PyObject *record = new_record(reader->record);
    if (record && set_dict(record, values) < 0)
        Py_CLEAR(record);
    Py_DECREF(values);
    return record;
}

PyObject *mm_record_read(struct record_reader *reader, PyObject *message) {
    if (Py_TYPE(message) != reader->message)
        return PyErr_Format(PyExc_TypeError, "%.200s.from_proto: expected a %.200s, not %.200s", reader->record->tp_name,
                            reader->message->tp_name, Py_TYPE(message)->tp_name);
    if (((struct mm_message *)message)->pending) {
        const uint8_t *data = ((struct mm_message *)message)->unknown;
        struct reader part = {data, data + ((struct mm_message *)message)->unknown_length, MM_MAX_DEPTH, true, false};
        PyObject *record = mm_record_from_wire(reader, &part);
        if (record || PyErr_Occurred())
            return record;
    }
    if (mm_message_ready((struct mm_message *)message) < 0 || Py_EnterRecursiveCall(" while reading a record"))
        return NULL;
    PyObject *values = read_values(reader, (struct mm_message *)message);
    Py_LeaveRecursiveCall();
    return values ? mm_record_of(reader, values) : NULL;
}

static PyObject *reader_call(PyObject *self, PyObject *const *args, size_t flags, PyObject *names) {
    if (PyVectorcall_NARGS(flags) != 1 || (names && PyTuple_GET_SIZE(names))) {
        PyErr_SetString(PyExc_TypeError, "from_proto() takes one argument, a message");
        return NULL;
    }
    return mm_record_read((struct record_reader *)self, args[0]);
}

// ---- making a reader ----

static struct mm_field *field_named(PyTypeObject *type, PyObject *name) {
    struct mm_field *field = mm_field_by_name(type, name);
    if (!field)
        PyErr_Format(PyExc_ValueError, "%.200s has no field %R", type->tp_name, name);
    return field;
}

// Whether a field is of the shape that it is to be read as.
static bool suits(const struct mm_field *field, enum how how) {
    bool message = field->value.kind == MM_MESSAGE;
    switch (how) {
    case LIST:
    case RECORDS: return field->shape == MM_REPEATED && message == (how == RECORDS);
    case DICT:
    case TABLE: return field->shape == MM_MAP && message == (how == TABLE);
    case RECORD:
    case STRUCT: return field->shape <= MM_EXPLICIT && message;
    default: return field->shape <= MM_EXPLICIT && !message;
    }
}

static int set_numbers(struct entry *entry, PyTypeObject *type) {
    PyObject *name = PyUnicode_FromFormat("%U_numbers", entry->source);
    if (!name)
        return -1;
    entry->numbers = mm_field_by_name(type, name);
    Py_DECREF(name);
    return 0;
}

// Fills an entry from (source, how, argument).
static int set_entry(struct record_reader *reader, struct entry *entry, PyObject *given) {
    PyObject *source, *how, *argument;
    if (!PyTuple_Check(given) || !PyArg_ParseTuple(given, "UUO:field", &source, &how, &argument)) {
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "a field is a tuple, not %R", given);
        return -1;
    }
    entry->source = Py_NewRef(source);
    entry->argument = Py_NewRef(argument);
    while (entry->how < HOWS && !PyUnicode_EqualToUTF8(how, hows[entry->how]))
        entry->how++;
    if (entry->how == FUNCTION)
        return 0;
    if (entry->how < HOWS && !(entry->field = field_named(reader->message, source)))
        return -1;
    if (entry->how == HOWS || !suits(entry->field, entry->how)) {
        PyErr_Format(PyExc_ValueError, "field %U of %.200s cannot be read as %R", source, reader->message->tp_name, how);
        return -1;
    }
    return entry->how == STRUCT ? set_numbers(entry, reader->message) : 0;
}

static PyObject *new_reader(PyObject *module, PyObject *args) {
    PyObject *record, *message, *fields, *name, *given;
    if (!PyArg_ParseTuple(args, "O!OO!:record_reader", &PyType_Type, &record, &message, &PyDict_Type, &fields))
        return NULL;
    if (!mm_message_type_check(message))
        return PyErr_Format(PyExc_TypeError, "expected a message type, not %R", message);
    struct record_reader *reader = (struct record_reader *)reader_type.tp_alloc(&reader_type, 0);
    if (!reader)
        return NULL;
    reader->vectorcall = reader_call;
    reader->record = (PyTypeObject *)Py_NewRef(record);
    reader->message = (PyTypeObject *)Py_NewRef(message);
    reader->blank = PyDict_New();
    reader->entries = PyMem_Calloc((size_t)PyDict_GET_SIZE(fields) + 1, sizeof *reader->entries);
    int result = reader->blank && reader->entries ? 0 : -1;
    if (!reader->entries)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; result == 0 && PyDict_Next(fields, &i, &name, &given);) {
        result = PyDict_SetItem(reader->blank, name, Py_None);
        if (result == 0)
            result = set_entry(reader, &reader->entries[reader->count++], given);
    }
    if (result < 0 || mm_record_wire_init(reader) < 0)
        Py_CLEAR(reader);
    return (PyObject *)reader;
}

static void reader_dealloc(PyObject *self) {
    struct record_reader *reader = (struct record_reader *)self;
    for (Py_ssize_t i = 0; i < reader->count; i++) {
        Py_XDECREF(reader->entries[i].source);
        Py_XDECREF(reader->entries[i].argument);
    }
    PyMem_Free(reader->entries);
    PyMem_Free(reader->by_number);
    Py_XDECREF(reader->defaults);
    Py_XDECREF(reader->blank);
    Py_XDECREF(reader->record);
    Py_XDECREF(reader->message);
    PyObject_Free(self);
}

static PyTypeObject reader_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "_mmpy.RecordReader",
    .tp_doc = "Makes the records of one class from messages.",
    .tp_basicsize = sizeof(struct record_reader),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_vectorcall_offset = offsetof(struct record_reader, vectorcall),
    .tp_call = PyVectorcall_Call,
    .tp_dealloc = reader_dealloc,
    .tp_free = PyObject_Free,
};

static PyMethodDef functions[] = {
    {"record_reader", new_reader, METH_VARARGS,
     "record_reader(record, message, fields)\n--\n\nWhat makes a record of a message. fields: name to (field, how, argument)."},
    {NULL, NULL, 0, NULL},
};

int mm_record_register(PyObject *module) {
    return PyType_Ready(&reader_type) < 0 ? -1 : PyModule_AddFunctions(module, functions);
}
