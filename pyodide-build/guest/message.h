// Protobuf messages as Python objects: what the rest of the guest may use of them.
//
// A message type is made from a table (message_type.c), its instances behave as those of google.protobuf, and one
// table-driven decoder and encoder serve them all.
#ifndef MMPY_MESSAGE_H
#define MMPY_MESSAGE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

// Bytes that grow at their front: the encoder writes the last field first, so that the length of what lies inside of
// a message is known when its header is written. Small messages never leave the caller's stack.
struct mm_buffer {
    uint8_t *data; // the first byte written
    size_t length; // set when an encode is complete
    uint8_t *start; // of the room
    uint8_t *end; // of the room, and of what was written
    uint8_t stack[1024];
};

void mm_buffer_init(struct mm_buffer *buffer);
void mm_buffer_free(struct mm_buffer *buffer);

// Adds Message, message_type, enum_type, DecodeError and EncodeError to _mmpy. 0, or -1 with an exception set.
int mm_message_register(PyObject *module);

// Whether object is a message; whether it is a message type.
int mm_message_check(PyObject *object);
int mm_message_type_check(PyObject *object);

// The plain dict of a Struct, or NULL with an exception set.
PyObject *mm_struct_to_dict(PyObject *message);

// A new message of that type from the wire form that the host gives, or NULL with DecodeError or MemoryError set. Keeps no
// pointer to data. The host sends what protobuf has written, so a Struct is not checked before somebody looks into it.
PyObject *mm_message_decode(PyTypeObject *type, const uint8_t *data, size_t length, bool defer); // defer: what is right in it

// Writes message's wire form into an initialised buffer. 0, or -1 with EncodeError or MemoryError set; mm_buffer_free is
// due either way.
int mm_message_encode(PyObject *message, struct mm_buffer *buffer);

#endif
