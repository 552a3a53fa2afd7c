// Streams of the host, by number.
#include "module.h"

MM_IMPORT("mmpy", "stream_read") extern int64_t host_stream_read(uint32_t number, void *data, uint32_t length);
MM_IMPORT("mmpy", "stream_write") extern int64_t host_stream_write(uint32_t number, const void *data, uint32_t length);
MM_IMPORT("mmpy", "stream_control") extern int64_t host_stream_control(uint32_t number, const void *data, uint32_t length);
MM_IMPORT("mmpy", "stream_close") extern int64_t host_stream_close(uint32_t number, int32_t failed);
MM_IMPORT("mmpy", "stream_pipe") extern int64_t host_stream_pipe(void);

// A converter for PyArg_ParseTuple: unlike its "I", it does not cut off what is too large.
static int number_of(PyObject *object, void *number) {
    unsigned long value = PyLong_AsUnsignedLong(object); // 32 bits
    if (value == (unsigned long)-1 && PyErr_Occurred())
        return 0;
    *(uint32_t *)number = (uint32_t)value;
    return 1;
}

static int64_t read_into(uint32_t number, void *data, Py_ssize_t size) {
    uint32_t length = size < (Py_ssize_t)MM_MAX_STREAM_BYTES ? (uint32_t)size : MM_MAX_STREAM_BYTES;
    int64_t count;
    MM_BEGIN_HOST_CALL
    count = host_stream_read(number, data, length);
    MM_END_HOST_CALL
    return count;
}

PyDoc_STRVAR(read_doc, "stream_read(number, size)\n--\n\n"
                       "Read at most size bytes, as soon as there are any. No bytes: the end. Raises StatusError.");
static PyObject *stream_read(PyObject *module, PyObject *args) {
    uint32_t number;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "O&n:stream_read", number_of, &number, &size))
        return NULL;
    if (size <= 0) {
        PyErr_SetString(PyExc_ValueError, "the size must be greater than 0");
        return NULL;
    }
    size = Py_MIN(size, (Py_ssize_t)MM_MAX_STREAM_BYTES);
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
    if (!bytes)
        return NULL;
    int64_t count = read_into(number, PyBytes_AS_STRING(bytes), size);
    if (count < 0) {
        Py_DECREF(bytes);
        return mm_raise_status_of("stream_read", count);
    }
    _PyBytes_Resize(&bytes, (Py_ssize_t)count); // NULL with an exception set when it fails
    return bytes;
}

PyDoc_STRVAR(readinto_doc, "stream_readinto(number, buffer)\n--\n\n"
                           "Read into a buffer, as soon as there are any bytes; the result is their number. 0: the end, or an\n"
                           "empty buffer. Raises StatusError.");
static PyObject *stream_readinto(PyObject *module, PyObject *args) {
    uint32_t number;
    Py_buffer buffer;
    if (!PyArg_ParseTuple(args, "O&w*:stream_readinto", number_of, &number, &buffer))
        return NULL;
    int64_t count = buffer.len ? read_into(number, buffer.buf, buffer.len) : 0;
    PyBuffer_Release(&buffer);
    return count < 0 ? mm_raise_status_of("stream_readinto", count) : PyLong_FromLongLong(count);
}

PyDoc_STRVAR(write_doc, "stream_write(number, data)\n--\n\n"
                        "Write all of the bytes; the result is their number. Raises StatusError.");
static PyObject *stream_write(PyObject *module, PyObject *args) {
    uint32_t number;
    Py_buffer data;
    if (!PyArg_ParseTuple(args, "O&y*:stream_write", number_of, &number, &data))
        return NULL;
    int64_t count = 0;
    for (Py_ssize_t at = 0; at < data.len && count >= 0;) {
        uint32_t length = (uint32_t)Py_MIN(data.len - at, (Py_ssize_t)MM_MAX_STREAM_BYTES);
        MM_BEGIN_HOST_CALL
        count = host_stream_write(number, (const char *)data.buf + at, length);
        MM_END_HOST_CALL
        at += (Py_ssize_t)length;
    }
    Py_ssize_t written = data.len;
    PyBuffer_Release(&data);
    return count < 0 ? mm_raise_status_of("stream_write", count) : PyLong_FromSsize_t(written);
}

PyDoc_STRVAR(control_doc, "stream_control(number, message)\n--\n\n"
                          "Give the stream a message about itself: bytes, or a message that they are made of. Raises\n"
                          "StatusError.");
static PyObject *stream_control(PyObject *module, PyObject *args) {
    uint32_t number;
    PyObject *object;
    if (!PyArg_ParseTuple(args, "O&O:stream_control", number_of, &number, &object))
        return NULL;
    struct mm_request message;
    int64_t status = 0;
    int failed = mm_request_get(&message, object);
    if (!failed) {
        MM_BEGIN_HOST_CALL
        status = host_stream_control(number, message.data, message.length);
        MM_END_HOST_CALL
    }
    mm_request_free(&message);
    if (failed)
        return NULL;
    if (status < 0)
        return mm_raise_status_of("stream_control", status);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(close_doc, "stream_close(number, failed=False)\n--\n\n"
                        "Be done with the stream. failed: its other end must not take what it got for the whole. Raises\n"
                        "StatusError, and the number is void all the same.");
static PyObject *stream_close(PyObject *module, PyObject *args) {
    uint32_t number;
    int failed = 0;
    if (!PyArg_ParseTuple(args, "O&|p:stream_close", number_of, &number, &failed))
        return NULL;
    int64_t status;
    MM_BEGIN_HOST_CALL
    status = host_stream_close(number, failed);
    MM_END_HOST_CALL
    if (status < 0)
        return mm_raise_status_of("stream_close", status);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(pipe_doc, "stream_pipe()\n--\n\n"
                       "Open a pipe: what is written to this number is read by the API method whose request names it.");
static PyObject *stream_pipe(PyObject *module, PyObject *args) {
    int64_t number = host_stream_pipe();
    return number < 0 ? mm_raise_status_of("stream_pipe", number) : PyLong_FromLongLong(number);
}

static PyMethodDef functions[] = {
    {"stream_read", stream_read, METH_VARARGS, read_doc},
    {"stream_readinto", stream_readinto, METH_VARARGS, readinto_doc},
    {"stream_write", stream_write, METH_VARARGS, write_doc},
    {"stream_control", stream_control, METH_VARARGS, control_doc},
    {"stream_close", stream_close, METH_VARARGS, close_doc},
    {"stream_pipe", stream_pipe, METH_NOARGS, pipe_doc},
    {NULL, NULL, 0, NULL},
};

int mm_streams_register(PyObject *module) { return PyModule_AddFunctions(module, functions); }
