// Message types: made from a table of fields, known by their full names.
#include "message_object.h"
#include <stddef.h>

static PyObject *registry; // full name → message type; also _mmpy._message_types
PyObject *mm_decode_error, *mm_encode_error;

static const char *const kind_names[] = {
    [MM_DOUBLE] = "double", [MM_FLOAT] = "float", [MM_INT64] = "int64", [MM_UINT64] = "uint64", [MM_INT32] = "int32",
    [MM_FIXED64] = "fixed64", [MM_FIXED32] = "fixed32", [MM_BOOL] = "bool", [MM_STRING] = "string", [MM_MESSAGE] = "message",
    [MM_BYTES] = "bytes", [MM_UINT32] = "uint32", [MM_ENUM] = "enum", [MM_SFIXED32] = "sfixed32",
    [MM_SFIXED64] = "sfixed64", [MM_SINT32] = "sint32", [MM_SINT64] = "sint64",
};

static int bad_field(struct mm_field *field, const char *what) {
    PyErr_Format(PyExc_ValueError, "field %R: %s", field->name, what);
    return -1;
}

PyTypeObject *mm_element_type(struct mm_element *element) {
    if (!PyUnicode_Check(element->reference))
        return (PyTypeObject *)element->reference;
    PyObject *type;
    int found = PyDict_GetItemRef(registry, element->reference, &type);
    if (found == 0)
        PyErr_Format(PyExc_TypeError, "message type %U is not defined", element->reference);
    if (found > 0)
        Py_SETREF(element->reference, type);
    return (PyTypeObject *)type;
}

struct mm_field *mm_field_by_name(PyTypeObject *type, PyObject *name) {
    PyObject *attribute = PyUnicode_Check(name) ? _PyType_Lookup(type, name) : NULL;
    if (!attribute || !Py_IS_TYPE(attribute, &mm_field_type) || ((struct mm_field *)attribute)->type != type)
        return NULL;
    return (struct mm_field *)attribute;
}

struct mm_field *mm_field_by_high_number(const struct mm_layout *layout, uint64_t number) {
    Py_ssize_t low = 0, high = layout->count;
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (layout->fields[middle]->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < layout->count && layout->fields[low]->number == number ? layout->fields[low] : NULL;
}

static int set_element(struct mm_field *field, struct mm_element *element, PyObject *kind, PyObject *reference) {
    for (size_t i = 1; i < Py_ARRAY_LENGTH(kind_names); i++)
        if (kind_names[i] && PyUnicode_Check(kind) && PyUnicode_EqualToUTF8(kind, kind_names[i]))
            element->kind = (enum mm_kind)i;
    if (!element->kind)
        return bad_field(field, "unknown type");
    element->wire = mm_kind_wire(element->kind);
    if (element->kind == MM_ENUM && !Py_IS_TYPE(reference, &mm_enum_type))
        return bad_field(field, "an enum field needs an enum type");
    if (element->kind == MM_MESSAGE && !PyUnicode_Check(reference) && !mm_message_type_check(reference))
        return bad_field(field, "a message field needs a message type or its full name");
    if (element->kind == MM_ENUM || element->kind == MM_MESSAGE)
        element->reference = Py_NewRef(reference);
    return 0;
}

static int set_map(struct mm_field *field, PyObject *reference) {
    PyObject *key, *value, *type = Py_None;
    if (!PyTuple_Check(reference) || !PyArg_ParseTuple(reference, "OO|O", &key, &value, &type))
        return PyErr_Occurred() ? -1 : bad_field(field, "a map needs (key type, value type, message or enum type)");
    if (set_element(field, &field->key, key, Py_None) < 0 || set_element(field, &field->value, value, type) < 0)
        return -1;
    enum mm_kind kind = field->key.kind;
    if (kind == MM_DOUBLE || kind == MM_FLOAT || kind == MM_BYTES)
        return bad_field(field, "a map's key is an integer, a bool or a string");
    field->shape = MM_MAP;
    return 0;
}

static int set_label(struct mm_field *field, PyObject *label) {
    if (PyUnicode_GET_LENGTH(label) == 0)
        return 0;
    if (field->shape == MM_MAP)
        return bad_field(field, "a map has no label");
    if (PyUnicode_EqualToUTF8(label, "repeated")) {
        field->shape = MM_REPEATED;
        return 0;
    }
    field->shape = MM_EXPLICIT;
    if (PyUnicode_EqualToUTF8(label, "optional"))
        return 0;
    const char *text = PyUnicode_AsUTF8(label), *prefix = "oneof:";
    if (!text || strncmp(text, prefix, strlen(prefix)) != 0)
        return text ? bad_field(field, "the label is \"\", \"repeated\", \"optional\" or \"oneof:NAME\"") : -1;
    field->oneof = PyUnicode_InternFromString(text + strlen(prefix));
    return field->oneof ? 0 : -1;
}

static enum mm_wire wire_of(const struct mm_field *field) {
    if (field->shape == MM_MAP)
        return MM_WIRE_BYTES;
    enum mm_wire wire = mm_kind_wire(field->value.kind);
    return field->shape == MM_REPEATED ? MM_WIRE_BYTES : wire; // repeated numbers are packed
}

static void set_tag(struct mm_field *field) {
    uint32_t tag = field->number << 3 | wire_of(field);
    for (; tag >= 0x80; tag >>= 7)
        field->tag[field->tag_length++] = (uint8_t)(tag | 0x80);
    field->tag[field->tag_length++] = (uint8_t)tag;
}

static int set_field(struct mm_field *field, PyObject *definition) {
    PyObject *name, *kind, *reference = Py_None, *label = NULL;
    unsigned int number;
    if (!PyTuple_Check(definition)) {
        PyErr_Format(PyExc_TypeError, "a field is a tuple, not %R", definition);
        return -1;
    }
    if (!PyArg_ParseTuple(definition, "UIU|OU:field", &name, &number, &kind, &reference, &label))
        return -1;
    field->name = Py_NewRef(name);
    PyUnicode_InternInPlace(&field->name);
    field->number = number;
    if (number < 1 || number > MM_MAX_NUMBER)
        return bad_field(field, "the number is out of range");
    int result = PyUnicode_EqualToUTF8(kind, "map") ? set_map(field, reference) : set_element(field, &field->value, kind, reference);
    if (result < 0 || (label && set_label(field, label) < 0))
        return -1;
    set_tag(field);
    return 0;
}

static int compare_numbers(const void *a, const void *b) {
    uint32_t x = (*(struct mm_field *const *)a)->number, y = (*(struct mm_field *const *)b)->number;
    return x < y ? -1 : x > y;
}

// Joins the members of each oneof to a ring.
static void link_oneofs(struct mm_layout *layout) {
    for (Py_ssize_t i = 0; i < layout->count; i++) {
        struct mm_field *first = layout->fields[i], *last = first;
        if (!first->oneof || first->sibling)
            continue;
        for (Py_ssize_t k = i + 1; k < layout->count; k++)
            if (layout->fields[k]->oneof && PyUnicode_Compare(layout->fields[k]->oneof, first->oneof) == 0)
                last = last->sibling = layout->fields[k];
        if (last != first)
            last->sibling = first;
    }
}

static int index_numbers(struct mm_layout *layout) {
    qsort(layout->fields, (size_t)layout->count, sizeof *layout->fields, compare_numbers);
    for (Py_ssize_t i = 1; i < layout->count; i++)
        if (layout->fields[i]->number == layout->fields[i - 1]->number)
            return bad_field(layout->fields[i], "the number is taken");
    while (layout->dense < (size_t)layout->count * 4 + 32 && layout->count && layout->dense <= layout->fields[layout->count - 1]->number)
        layout->dense++;
    layout->by_number = PyMem_Calloc(layout->dense + 1, sizeof *layout->by_number);
    if (!layout->by_number) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < layout->count; i++)
        if (layout->fields[i]->number < layout->dense)
            layout->by_number[layout->fields[i]->number] = (uint16_t)(i + 1);
    return 0;
}

static int fill_layout(struct mm_layout *layout, PyObject *fields) {
    if (PyTuple_GET_SIZE(fields) >= UINT16_MAX) {
        PyErr_SetString(PyExc_ValueError, "too many fields");
        return -1;
    }
    layout->fields = PyMem_Calloc((size_t)PyTuple_GET_SIZE(fields) + 1, sizeof *layout->fields);
    for (Py_ssize_t i = 0; layout->fields && i < PyTuple_GET_SIZE(fields); i++) {
        struct mm_field *field = (struct mm_field *)PyType_GenericAlloc(&mm_field_type, 0);
        if (!field)
            return -1;
        layout->fields[layout->count++] = field;
        field->slot = i;
        if (set_field(field, PyTuple_GET_ITEM(fields, i)) < 0)
            return -1;
    }
    if (!layout->fields) {
        PyErr_NoMemory();
        return -1;
    }
    if (index_numbers(layout) < 0)
        return -1;
    link_oneofs(layout);
    return 0;
}

static void free_layout(struct mm_layout *layout) {
    if (!layout)
        return;
    for (Py_ssize_t i = 0; i < layout->count; i++)
        Py_DECREF(layout->fields[i]);
    PyMem_Free(layout->fields);
    PyMem_Free(layout->by_number);
    Py_XDECREF(layout->full_name);
    Py_XDECREF(layout->definition);
    Py_XDECREF(layout->descriptor);
    PyMem_Free(layout);
}

static struct mm_layout *new_layout(PyObject *full_name, PyObject *fields) {
    struct mm_layout *layout = PyMem_Calloc(1, sizeof *layout);
    if (!layout)
        return (struct mm_layout *)PyErr_NoMemory();
    layout->full_name = Py_NewRef(full_name);
    layout->definition = Py_NewRef(fields);
    layout->deferred = PyUnicode_EqualToUTF8(full_name, "google.protobuf.Struct");
    if (fill_layout(layout, fields) < 0) {
        free_layout(layout);
        return NULL;
    }
    return layout;
}

// The bases of a type: Message, and for the well-known types that have one, the Python class with their manners.
static PyObject *bases_of(PyObject *full_name) {
    const char *text = PyUnicode_AsUTF8(full_name), *prefix = "google.protobuf.";
    if (!text || strncmp(text, prefix, strlen(prefix)) != 0)
        return text ? PyTuple_Pack(1, &mm_message_base) : NULL;
    PyObject *module = PyImport_ImportModule("google.protobuf.internal.well_known_types");
    PyObject *classes = module ? PyObject_GetAttrString(module, "WKTBASES") : NULL;
    PyObject *base = classes ? PyDict_GetItemWithError(classes, full_name) : NULL;
    PyObject *bases = NULL;
    if (base)
        bases = PyTuple_Pack(2, &mm_message_base, base);
    else if (!PyErr_Occurred())
        bases = PyTuple_Pack(1, &mm_message_base);
    Py_XDECREF(classes);
    Py_XDECREF(module);
    return bases;
}

// Adds a field and its number to the type: post.id, Post.ID_FIELD_NUMBER.
static int add_field(PyTypeObject *type, struct mm_field *field) {
    field->type = type;
    if (PyDict_SetItem(type->tp_dict, field->name, (PyObject *)field) < 0)
        return -1;
    PyObject *upper = PyObject_CallMethod(field->name, "upper", NULL);
    PyObject *name = upper ? PyUnicode_FromFormat("%U_FIELD_NUMBER", upper) : NULL;
    PyObject *number = PyLong_FromUnsignedLong(field->number);
    if (name)
        PyUnicode_InternInPlace(&name);
    int result = name && number ? PyDict_SetItem(type->tp_dict, name, number) : -1;
    Py_XDECREF(number);
    Py_XDECREF(name);
    Py_XDECREF(upper);
    return result;
}

static PyTypeObject *new_type(PyObject *name, PyObject *bases, Py_ssize_t count) {
    PyType_Slot slots[] = {{Py_tp_dealloc, (void *)mm_message_base.tp_dealloc}, {0, NULL}};
    PyType_Spec spec = {
        .name = PyUnicode_AsUTF8(name),
        .basicsize = (int)(offsetof(struct mm_message, slots) + (size_t)count * sizeof(PyObject *)),
        .flags = Py_TPFLAGS_DEFAULT,
        .slots = slots,
    };
    PyObject *type = spec.name ? PyType_FromMetaclass(&mm_class_type, NULL, &spec, bases) : NULL;
    return type || PyErr_Occurred() ? (PyTypeObject *)type : (PyTypeObject *)PyErr_NoMemory();
}

static PyTypeObject *build_type(PyObject *full_name, PyObject *module, PyObject *fields) {
    Py_ssize_t dot = PyUnicode_FindChar(full_name, '.', 0, PyUnicode_GET_LENGTH(full_name), -1);
    PyObject *short_name = PyUnicode_Substring(full_name, dot + 1, PyUnicode_GET_LENGTH(full_name));
    PyObject *name = short_name ? PyUnicode_FromFormat("%U.%U", module, short_name) : NULL;
    PyObject *bases = name ? bases_of(full_name) : NULL;
    PyTypeObject *type = bases ? new_type(name, bases, PyTuple_GET_SIZE(fields)) : NULL;
    Py_XDECREF(bases);
    Py_XDECREF(name);
    Py_XDECREF(short_name);
    return type;
}

static PyObject *message_type(PyObject *self, PyObject *args) {
    PyObject *full_name, *module, *fields;
    if (!PyArg_ParseTuple(args, "UUO!:message_type", &full_name, &module, &PyTuple_Type, &fields))
        return NULL;
    PyTypeObject *type = build_type(full_name, module, fields);
    if (!type)
        return NULL;
    struct mm_layout *layout = ((struct mm_class *)type)->layout = new_layout(full_name, fields);
    type->tp_vectorcall = mm_message_vectorcall;
    int result = layout ? PyDict_SetItem(registry, full_name, (PyObject *)type) : -1;
    for (Py_ssize_t i = 0; result == 0 && i < layout->count; i++)
        result = add_field(type, layout->fields[i]);
    PyType_Modified(type);
    if (result < 0)
        Py_CLEAR(type);
    return Py_XNewRef(type); // types live for good: fields point at theirs without a reference
}

static void class_dealloc(PyObject *self) {
    struct mm_layout *layout = ((struct mm_class *)self)->layout;
    PyType_Type.tp_dealloc(self);
    free_layout(layout);
}

PyTypeObject mm_class_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "_mmpy.MessageType",
    .tp_doc = "The type of message types.",
    .tp_basicsize = sizeof(struct mm_class),
    .tp_itemsize = sizeof(PyMemberDef),
    .tp_base = &PyType_Type,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_TYPE_SUBCLASS | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_vectorcall_offset = offsetof(PyTypeObject, tp_vectorcall),
    .tp_dealloc = class_dealloc,
};

int mm_message_check(PyObject *object) { return Py_IS_TYPE((PyObject *)Py_TYPE(object), &mm_class_type); }

int mm_message_type_check(PyObject *object) { return Py_IS_TYPE(object, &mm_class_type) && mm_layout_of((PyTypeObject *)object); }

static PyObject *new_error(PyObject *module, const char *name, PyObject *base) {
    PyObject *error = PyErr_NewException(name, base, NULL);
    return error && PyModule_AddObjectRef(module, strrchr(name, '.') + 1, error) == 0 ? error : NULL;
}

static PyMethodDef functions[] = {
    {"message_type", message_type, METH_VARARGS,
     "message_type(full_name, module, fields)\n--\n\nA new message type. A field is (name, number, type[, reference[, label]])."},
    {"enum_type", mm_enum_new, METH_VARARGS, "enum_type(full_name, module, values)\n--\n\nA new enum type; a value is (name, number)."},
    {NULL, NULL, 0, NULL},
};

int mm_message_register(PyObject *module) {
    PyTypeObject *types[] = {&mm_class_type, &mm_message_base, &mm_field_type, &mm_enum_type, &mm_repeated_scalar_type,
                             &mm_repeated_message_type, &mm_scalar_map_type, &mm_message_map_type};
    for (size_t i = 0; i < Py_ARRAY_LENGTH(types); i++)
        if (PyType_Ready(types[i]) < 0 || PyModule_AddType(module, types[i]) < 0)
            return -1;
    registry = PyDict_New();
    if (!registry || PyModule_AddObjectRef(module, "_message_types", registry) < 0 || mm_descriptors_register() < 0)
        return -1;
    PyObject *error = new_error(module, "google.protobuf.message.Error", NULL);
    mm_decode_error = error ? new_error(module, "google.protobuf.message.DecodeError", error) : NULL;
    mm_encode_error = error ? new_error(module, "google.protobuf.message.EncodeError", error) : NULL;
    if (!mm_decode_error || !mm_encode_error || mm_containers_register() < 0)
        return -1;
    return PyModule_AddFunctions(module, functions);
}
