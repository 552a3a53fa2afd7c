// Enum types: the names and numbers of an enum, as google.protobuf's EnumTypeWrapper gives them.
#include "message_object.h"

struct mm_enum {
    PyObject_HEAD
    PyObject *full_name;
    PyObject *module;
    PyObject *numbers; // name → number
    PyObject *names; // number → the first name given to it
    PyObject *descriptor;
};

static struct mm_enum *as_enum(PyObject *object) { return (struct mm_enum *)object; }

static int add_value(struct mm_enum *type, PyObject *value) {
    PyObject *name;
    int number;
    if (!PyTuple_Check(value)) {
        PyErr_Format(PyExc_TypeError, "an enum's value is a tuple, not %R", value);
        return -1;
    }
    if (!PyArg_ParseTuple(value, "Ui:value", &name, &number))
        return -1;
    PyObject *boxed = PyLong_FromLong(number);
    int result = boxed ? PyDict_SetItem(type->numbers, name, boxed) : -1;
    if (result == 0)
        result = PyDict_SetDefaultRef(type->names, boxed, name, NULL) < 0 ? -1 : 0;
    Py_XDECREF(boxed);
    return result;
}

PyObject *mm_enum_new(PyObject *self, PyObject *args) {
    PyObject *full_name, *module, *values;
    if (!PyArg_ParseTuple(args, "UUO!:enum_type", &full_name, &module, &PyTuple_Type, &values))
        return NULL;
    struct mm_enum *type = (struct mm_enum *)PyType_GenericAlloc(&mm_enum_type, 0);
    if (!type)
        return NULL;
    type->full_name = Py_NewRef(full_name);
    type->module = Py_NewRef(module);
    type->numbers = PyDict_New();
    type->names = PyDict_New();
    int result = type->numbers && type->names ? 0 : -1;
    for (Py_ssize_t i = 0; result == 0 && i < PyTuple_GET_SIZE(values); i++)
        result = add_value(type, PyTuple_GET_ITEM(values, i));
    if (result < 0)
        Py_CLEAR(type);
    return (PyObject *)type;
}

PyObject *mm_enum_number(PyObject *type, PyObject *name) { return Py_XNewRef(PyDict_GetItemWithError(as_enum(type)->numbers, name)); }

PyObject *mm_enum_name(PyObject *type, PyObject *number) { return PyDict_GetItemWithError(as_enum(type)->names, number); }

static PyObject *enum_name(PyObject *self, PyObject *number) {
    if (!PyLong_Check(number))
        return PyErr_Format(PyExc_TypeError, "enum value for %U must be an int, but got %R", as_enum(self)->full_name, number);
    PyObject *name = mm_enum_name(self, number);
    if (!name && !PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "enum %U has no name defined for value %R", as_enum(self)->full_name, number);
    return Py_XNewRef(name);
}

static PyObject *enum_value(PyObject *self, PyObject *name) {
    PyObject *number = mm_enum_number(self, name);
    if (!number && !PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "enum %U has no value defined for name %R", as_enum(self)->full_name, name);
    return number;
}

static PyObject *enum_keys(PyObject *self, PyObject *unused) { return PyDict_Keys(as_enum(self)->numbers); }
static PyObject *enum_values(PyObject *self, PyObject *unused) { return PyDict_Values(as_enum(self)->numbers); }
static PyObject *enum_items(PyObject *self, PyObject *unused) { return PyDict_Items(as_enum(self)->numbers); }

static PyObject *enum_getattr(PyObject *self, PyObject *name) {
    PyObject *number = mm_enum_number(self, name);
    return number || PyErr_Occurred() ? number : PyObject_GenericGetAttr(self, name);
}

static PyObject *enum_descriptor(PyObject *self, void *closure) {
    struct mm_enum *type = as_enum(self);
    if (!type->descriptor) {
        PyObject *module = PyImport_ImportModule("google.protobuf.descriptor");
        PyObject *made = module ? PyObject_CallMethod(module, "_describe_enum", "OOO", self, type->full_name, type->numbers) : NULL;
        Py_XDECREF(module);
        if (!made)
            return NULL;
        Py_XSETREF(type->descriptor, made);
    }
    return Py_NewRef(type->descriptor);
}

static PyObject *enum_repr(PyObject *self) { return PyUnicode_FromFormat("<enum %U>", as_enum(self)->full_name); }

static void enum_dealloc(PyObject *self) {
    struct mm_enum *type = as_enum(self);
    Py_XDECREF(type->full_name);
    Py_XDECREF(type->module);
    Py_XDECREF(type->numbers);
    Py_XDECREF(type->names);
    Py_XDECREF(type->descriptor);
    PyObject_Free(self);
}

static PyMethodDef enum_methods[] = {
    {"Name", enum_name, METH_O, "Name($self, number, /)\n--\n\nThe name of a number; ValueError if there is none."},
    {"Value", enum_value, METH_O, "Value($self, name, /)\n--\n\nThe number of a name; ValueError if there is none."},
    {"keys", enum_keys, METH_NOARGS, "keys($self, /)\n--\n\nThe names, in the order of their definition."},
    {"values", enum_values, METH_NOARGS, "values($self, /)\n--\n\nThe numbers, in the order of their definition."},
    {"items", enum_items, METH_NOARGS, "items($self, /)\n--\n\n(name, number) pairs, in the order of their definition."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef enum_attributes[] = {{"DESCRIPTOR", enum_descriptor, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};

PyTypeObject mm_enum_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "_mmpy.EnumType",
    .tp_doc = "The names and numbers of an enum.",
    .tp_basicsize = sizeof(struct mm_enum),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_dealloc = enum_dealloc,
    .tp_repr = enum_repr,
    .tp_getattro = enum_getattr,
    .tp_methods = enum_methods,
    .tp_getset = enum_attributes,
};
