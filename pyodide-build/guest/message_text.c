// repr() and str(): protobuf's text format.
#include "message_object.h"

enum { MAX_INDENT = 2 * MM_MAX_DEPTH }; // a map's entry and its message are two levels

struct text {
    char *data;
    size_t length;
    size_t room;
    int indent;
};

static int add(struct text *text, const char *data, size_t length) {
    if (text->room - text->length < length) {
        size_t room = (text->length + length) * 2;
        char *grown = room > PY_SSIZE_T_MAX / 2 ? NULL : PyMem_Realloc(text->data, room);
        if (!grown) {
            PyErr_NoMemory();
            return -1;
        }
        text->data = grown;
        text->room = room;
    }
    if (length)
        memcpy(text->data + text->length, data, length);
    text->length += length;
    return 0;
}

static int add_literal(struct text *text, const char *literal) { return add(text, literal, strlen(literal)); }

static int add_indent(struct text *text) {
    for (int i = 0; i < text->indent; i++)
        if (add(text, "  ", 2) < 0)
            return -1;
    return 0;
}

static int add_object(struct text *text, PyObject *object) { // what str() says of a str or an int
    PyObject *string = PyObject_Str(object);
    Py_ssize_t length;
    const char *data = string ? PyUnicode_AsUTF8AndSize(string, &length) : NULL;
    int result = data ? add(text, data, (size_t)length) : -1;
    Py_XDECREF(string);
    return result;
}

// The letter after the backslash in C's escape of a byte, or 0.
static char escape_letter(unsigned char byte) {
    switch (byte) {
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    case '"':
    case '\'':
    case '\\': return (char)byte;
    default: return 0;
    }
}

// In quotes, with C's escapes; the bytes of UTF-8 stay as they are in a string.
static int add_quoted(struct text *text, const char *data, Py_ssize_t length, bool escape_high) {
    if (add(text, "\"", 1) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)data[i];
        char escaped[5] = {'\\', escape_letter(byte), 0};
        if (!escaped[1] && (byte < 0x20 || byte == 0x7f || (byte > 0x7f && escape_high)))
            PyOS_snprintf(escaped, sizeof escaped, "\\%03o", byte);
        else if (!escaped[1])
            escaped[0] = (char)byte;
        if (add_literal(text, escaped) < 0)
            return -1;
    }
    return add(text, "\"", 1);
}

static int add_real(struct text *text, enum mm_kind kind, double number) {
    char *digits = NULL;
    if (kind == MM_FLOAT) { // the shortest that gives the same float
        for (int precision = 6; precision <= 9; precision++) {
            PyMem_Free(digits);
            digits = PyOS_double_to_string(number, 'g', precision, 0, NULL);
            if (!digits || (float)PyOS_string_to_double(digits, NULL, NULL) == (float)number)
                break;
        }
    } else {
        digits = PyOS_double_to_string(number, 'r', 0, 0, NULL);
    }
    int result = digits ? add_literal(text, digits) : -1;
    PyMem_Free(digits);
    return result;
}

static int add_scalar(struct text *text, struct mm_element *element, PyObject *value) {
    switch (element->kind) {
    case MM_STRING: {
        Py_ssize_t length;
        const char *data = PyUnicode_AsUTF8AndSize(value, &length);
        return data ? add_quoted(text, data, length, false) : -1;
    }
    case MM_BYTES: return add_quoted(text, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value), true);
    case MM_BOOL: return add_literal(text, value == Py_True ? "true" : "false");
    case MM_DOUBLE:
    case MM_FLOAT: return add_real(text, element->kind, PyFloat_AS_DOUBLE(value));
    case MM_ENUM: {
        PyObject *name = mm_enum_name(element->reference, value);
        return !name && PyErr_Occurred() ? -1 : add_object(text, name ? name : value);
    }
    default: return add_object(text, value);
    }
}

static int add_message(struct text *text, struct mm_message *message);

static int add_opening(struct text *text, PyObject *name) {
    if (add_indent(text) < 0 || add_object(text, name) < 0 || add_literal(text, " {\n") < 0)
        return -1;
    text->indent++;
    return 0;
}

static int add_closing(struct text *text) {
    text->indent--;
    return add_indent(text) < 0 ? -1 : add_literal(text, "}\n");
}

static int add_value(struct text *text, PyObject *name, struct mm_element *element, PyObject *value) {
    if (element->kind == MM_MESSAGE)
        return add_opening(text, name) < 0 || add_message(text, (struct mm_message *)value) < 0 ? -1 : add_closing(text);
    if (add_indent(text) < 0 || add_object(text, name) < 0 || add_literal(text, ": ") < 0)
        return -1;
    return add_scalar(text, element, value) < 0 ? -1 : add_literal(text, "\n");
}

static int add_map(struct text *text, struct mm_field *field, PyObject *dict) {
    PyObject *key_name = PyUnicode_InternFromString("key"), *value_name = PyUnicode_InternFromString("value"), *key, *value;
    int result = key_name && value_name ? 0 : -1;
    for (Py_ssize_t i = 0; result == 0 && PyDict_Next(dict, &i, &key, &value);)
        if (add_opening(text, field->name) < 0 || add_value(text, key_name, &field->key, key) < 0 ||
            add_value(text, value_name, &field->value, value) < 0 || add_closing(text) < 0)
            result = -1;
    Py_XDECREF(value_name);
    Py_XDECREF(key_name);
    return result;
}

static int add_field(struct text *text, struct mm_field *field, PyObject *value) {
    if (field->shape == MM_MAP)
        return add_map(text, field, ((struct mm_map *)value)->dict);
    if (field->shape != MM_REPEATED)
        return add_value(text, field->name, &field->value, value);
    PyObject *list = ((struct mm_repeated *)value)->list;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++)
        if (add_value(text, field->name, &field->value, PyList_GET_ITEM(list, i)) < 0)
            return -1;
    return 0;
}

static int add_message(struct text *text, struct mm_message *message) {
    const struct mm_layout *layout = mm_layout(message);
    if (text->indent > MAX_INDENT)
        return add_indent(text) < 0 ? -1 : add_literal(text, "# nested too deeply to be shown\n");
    if (mm_message_ready(message) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < layout->count; i++) {
        struct mm_field *field = layout->fields[i];
        if (mm_field_present(message, field) && add_field(text, field, message->slots[field->slot]) < 0)
            return -1;
    }
    return 0;
}

PyObject *mm_message_text(PyObject *message) {
    struct text text = {0};
    PyObject *result = NULL;
    if (add_message(&text, (struct mm_message *)message) == 0)
        result = PyUnicode_DecodeUTF8(text.data, (Py_ssize_t)text.length, NULL);
    PyMem_Free(text.data);
    return result;
}
