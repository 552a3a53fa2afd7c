// What the files of the builtin module _mmpy share. A function mm_NAME_register adds to the module what its file has: 0,
// or -1 with an exception set.
#ifndef MMPY_MODULE_H
#define MMPY_MODULE_H

#include "guest.h"
#include "message.h"
#include "mm_abi_gen.h"

int mm_status_register(PyObject *module);
int mm_calls_register(PyObject *module);
int mm_submitted_register(PyObject *module);
int mm_deferred_register(PyObject *module);
int mm_streams_register(PyObject *module);
int mm_struct_register(PyObject *module);
int mm_record_register(PyObject *module);
int mm_hooks_register(PyObject *module);
int mm_invoker_register(PyObject *module);

extern PyObject *mm_status_error; // the class

// Raises StatusError for what a host function gave below zero; what is a str or NULL, with an exception set. Where the
// deadline has struck, it is the exception of that. Always NULL.
PyObject *mm_raise_status(PyObject *what, int64_t status);
PyObject *mm_raise_status_of(const char *function, int64_t status);

// The bytes of a request: those of a bytes-like object, or of a message, encoded. mm_request_free must follow, also
// after a failure, which is -1 with an exception set.
struct mm_request {
    const void *data;
    uint32_t length;
    Py_buffer view;
    struct mm_buffer encoded;
};
int mm_request_get(struct mm_request *request, PyObject *object);
void mm_request_free(struct mm_request *request);

// A response up to this size needs no second trip to the host. It lies on the C stack, once for each nested hook.
enum { MM_RESPONSE_ON_STACK = 4096 };

// A response in its wire form. Whoever gets one drops its bytes, also after a failure.
struct mm_response {
    const uint8_t *data;
    size_t length;
    PyObject *bytes; // that hold it; NULL when it is in a buffer
};

// The response that the host has put into buffer, or keeps. A negative length is a status; method names the call in its
// error. 0, or -1 with an exception set.
int mm_response_get(struct mm_response *response, PyObject *method, int64_t length, const void *buffer);
PyObject *mm_response_decode(const struct mm_response *response, PyObject *type); // a message of type; bytes when that is NULL
PyObject *mm_response_object(PyObject *method, int64_t length, const void *buffer, PyObject *type); // both at once

// Calls an API method with a request as mm_request_get takes it; buffer has MM_RESPONSE_ON_STACK bytes.
int mm_call(PyObject *method, PyObject *request, uint8_t *buffer, struct mm_response *response);

// What _mmpy.hook makes (hooks.c): firing one without the bytes object in between.
bool mm_hook_check(PyObject *object);
PyObject *mm_hook_decode(PyObject *hook, const uint8_t *data, size_t length); // the request's message
PyObject *mm_hook_answer(PyObject *hook, PyObject *request); // bytes, or mm_pending

// What dispatch returns for a hook that is answered later; borrowed.
extern PyObject *mm_pending;

// "type NUL message NUL traceback" of an exception, as bytes; NULL without an exception when even that fails.
PyObject *mm_exception_text(PyObject *exception);

// A timeout in nanoseconds, of a number of seconds; None, which is none, becomes -1. -2 with an exception set.
int64_t mm_timeout_of(PyObject *seconds);

// Checks an argument that is to be a message type or None, which becomes NULL; 0, or -1 with an exception set.
int mm_response_type(PyObject **type);

#endif
