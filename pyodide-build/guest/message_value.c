// What a field, an element or a map key accepts from Python, and what is stored for it.
#include "message_object.h"

int mm_refuse(PyObject *name, PyObject *value, const char *expected) {
    PyErr_Format(PyExc_TypeError, "%U: %R has type %.200s, but expected %s", name, value, Py_TYPE(value)->tp_name, expected);
    return -1;
}

static PyObject *refuse(PyObject *name, PyObject *value, const char *expected) {
    mm_refuse(name, value, expected);
    return NULL;
}

// Turns the OverflowError of a conversion into protobuf's ValueError.
static PyObject *out_of_range(PyObject *name, PyObject *value) {
    if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_OverflowError))
        return NULL;
    PyErr_Clear();
    return PyErr_Format(PyExc_ValueError, "%U: value out of range: %R", name, value);
}

static PyObject *from_signed(PyObject *name, PyObject *value, long long least, long long greatest) {
    long long number = PyLong_AsLongLong(value);
    if ((number == -1 && PyErr_Occurred()) || number < least || number > greatest)
        return out_of_range(name, value);
    return PyLong_CheckExact(value) ? Py_NewRef(value) : PyLong_FromLongLong(number);
}

static PyObject *from_unsigned(PyObject *name, PyObject *value, unsigned long long greatest) {
    unsigned long long number = PyLong_AsUnsignedLongLong(value);
    if ((number == (unsigned long long)-1 && PyErr_Occurred()) || number > greatest)
        return out_of_range(name, value);
    return PyLong_CheckExact(value) ? Py_NewRef(value) : PyLong_FromUnsignedLongLong(number);
}

static PyObject *from_integer(enum mm_kind kind, PyObject *name, PyObject *value) {
    if (!PyIndex_Check(value))
        return refuse(name, value, "int");
    PyObject *index = PyNumber_Index(value);
    if (!index)
        return NULL;
    PyObject *stored;
    switch (kind) {
    case MM_UINT64:
    case MM_FIXED64: stored = from_unsigned(name, index, UINT64_MAX); break;
    case MM_UINT32:
    case MM_FIXED32: stored = from_unsigned(name, index, UINT32_MAX); break;
    case MM_INT64:
    case MM_SINT64:
    case MM_SFIXED64: stored = from_signed(name, index, INT64_MIN, INT64_MAX); break;
    default: stored = from_signed(name, index, INT32_MIN, INT32_MAX);
    }
    Py_DECREF(index);
    return stored;
}

PyObject *mm_float32(double value) { return PyFloat_FromDouble((double)(float)value); }

static PyObject *from_real(enum mm_kind kind, PyObject *name, PyObject *value) {
    if (PyUnicode_Check(value) || PyBytes_Check(value))
        return refuse(name, value, "float");
    double number = PyFloat_AsDouble(value);
    if (number == -1 && PyErr_Occurred())
        return PyErr_ExceptionMatches(PyExc_TypeError) ? refuse(name, value, "float") : NULL;
    if (kind == MM_FLOAT)
        return mm_float32(number);
    return PyFloat_CheckExact(value) ? Py_NewRef(value) : PyFloat_FromDouble(number);
}

static PyObject *from_text(PyObject *name, PyObject *value) {
    if (PyBytes_Check(value))
        return PyUnicode_DecodeUTF8(PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value), NULL);
    if (!PyUnicode_Check(value))
        return refuse(name, value, "str or bytes in UTF-8");
    PyObject *text = PyUnicode_FromObject(value);
    if (text && !PyUnicode_IS_ASCII(text) && !PyUnicode_AsUTF8AndSize(text, NULL)) // a lone surrogate has no wire form
        Py_CLEAR(text);
    return text;
}

static PyObject *from_bytes(PyObject *name, PyObject *value) {
    if (!PyBytes_Check(value))
        return refuse(name, value, "bytes");
    return PyBytes_CheckExact(value) ? Py_NewRef(value) : PyBytes_FromStringAndSize(PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value));
}

static PyObject *from_enum(struct mm_element *element, PyObject *name, PyObject *value) {
    if (!PyUnicode_Check(value))
        return from_integer(MM_INT32, name, value);
    PyObject *number = mm_enum_number(element->reference, value);
    if (!number && !PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "%U: unknown enum label %R", name, value);
    return number;
}

static PyObject *from_message(struct mm_element *element, PyObject *name, PyObject *value) {
    PyTypeObject *type = mm_element_type(element);
    if (!type)
        return NULL;
    if (Py_TYPE(value) != type)
        return refuse(name, value, type->tp_name);
    return mm_message_copy((struct mm_message *)value);
}

PyObject *mm_value_from(struct mm_element *element, PyObject *name, PyObject *value) {
    switch (element->kind) {
    case MM_STRING: return from_text(name, value);
    case MM_BYTES: return from_bytes(name, value);
    case MM_DOUBLE:
    case MM_FLOAT: return from_real(element->kind, name, value);
    case MM_ENUM: return from_enum(element, name, value);
    case MM_MESSAGE: return from_message(element, name, value);
    case MM_BOOL: {
        if (!PyIndex_Check(value))
            return refuse(name, value, "bool");
        int truth = PyObject_IsTrue(value);
        return truth < 0 ? NULL : PyBool_FromLong(truth);
    }
    default: return from_integer(element->kind, name, value);
    }
}

PyObject *mm_value_default(struct mm_element *element) {
    switch (element->kind) {
    case MM_STRING: return PyUnicode_New(0, 0);
    case MM_BYTES: return PyBytes_FromStringAndSize(NULL, 0);
    case MM_DOUBLE:
    case MM_FLOAT: return PyFloat_FromDouble(0);
    case MM_BOOL: return Py_NewRef(Py_False);
    case MM_MESSAGE: {
        PyTypeObject *type = mm_element_type(element);
        return type ? (PyObject *)mm_message_new(type) : NULL;
    }
    default: return PyLong_FromLong(0);
    }
}

bool mm_value_is_zero(const struct mm_element *element, PyObject *value) {
    switch (element->kind) {
    case MM_STRING: return PyUnicode_GET_LENGTH(value) == 0;
    case MM_BYTES: return PyBytes_GET_SIZE(value) == 0;
    case MM_DOUBLE:
    case MM_FLOAT: {
        double number = PyFloat_AS_DOUBLE(value);
        return number == 0 && !signbit(number); // minus zero goes over the wire
    }
    case MM_BOOL: return value == Py_False;
    case MM_MESSAGE: return false;
    default: return PyUnstable_Long_IsCompact((PyLongObject *)value) && PyUnstable_Long_CompactValue((PyLongObject *)value) == 0;
    }
}
