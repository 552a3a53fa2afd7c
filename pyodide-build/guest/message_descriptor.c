// DESCRIPTOR: what a message type tells about itself, as the Python classes of google.protobuf.descriptor.
#include "message_object.h"

// The descriptor of a type, made on first use from the table that the type was made from.
static PyObject *descriptor_of(PyTypeObject *type) {
    struct mm_layout *layout = mm_layout_of(type);
    if (!layout)
        Py_RETURN_NONE;
    if (!layout->descriptor) {
        PyObject *module = PyImport_ImportModule("google.protobuf.descriptor");
        PyObject *made = module ? PyObject_CallMethod(module, "_describe", "OOO", type, layout->full_name, layout->definition) : NULL;
        Py_XDECREF(module);
        if (!made)
            return NULL;
        Py_XSETREF(layout->descriptor, made);
    }
    return Py_NewRef(layout->descriptor);
}

PyObject *mm_descriptor_fields(PyTypeObject *type) {
    PyObject *descriptor = descriptor_of(type);
    PyObject *fields = descriptor ? PyObject_GetAttrString(descriptor, "_fields_by_number") : NULL;
    Py_XDECREF(descriptor);
    if (fields && (!PyTuple_Check(fields) || PyTuple_GET_SIZE(fields) != mm_layout_of(type)->count)) {
        PyErr_SetString(PyExc_TypeError, "descriptor with wrong fields");
        Py_CLEAR(fields);
    }
    return fields;
}

static PyObject *property_get(PyObject *self, PyObject *object, PyObject *type) {
    return descriptor_of(object ? Py_TYPE(object) : (PyTypeObject *)type);
}

static PyTypeObject property_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "_mmpy.DescriptorProperty",
    .tp_basicsize = sizeof(PyObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_descr_get = property_get,
};

int mm_descriptors_register(void) {
    if (PyType_Ready(&property_type) < 0)
        return -1;
    PyObject *property = PyType_GenericAlloc(&property_type, 0);
    int result = property ? PyDict_SetItemString(mm_message_base.tp_dict, "DESCRIPTOR", property) : -1;
    Py_XDECREF(property);
    PyType_Modified(&mm_message_base);
    return result;
}
