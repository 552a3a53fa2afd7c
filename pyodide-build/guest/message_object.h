// Protobuf messages from the inside: the objects, and what the message_*.c files offer each other.
//
// Ownership. A message owns the values of its fields: plain Python objects of exact types, sub-messages and containers.
// Nothing points back but by borrowed pointers that the owner clears when it lets go, so messages form trees, no cycle
// can arise, and the garbage collector has no business here.
//
// Presence. An empty slot (NULL) is an unset field. A sub-message that was read but never changed lies in its slot with
// `owner` set: it still counts as unset. The first change clears `owner`, here and in every message above it (mm_touch).
// An empty container counts as unset, and so does a zero in a field without explicit presence: it is never stored.
#ifndef MMPY_MESSAGE_OBJECT_H
#define MMPY_MESSAGE_OBJECT_H

#include "message.h"

enum mm_kind {
    MM_DOUBLE = 1, MM_FLOAT, MM_INT64, MM_UINT64, MM_INT32, MM_FIXED64, MM_FIXED32, MM_BOOL, MM_STRING, MM_GROUP,
    MM_MESSAGE, MM_BYTES, MM_UINT32, MM_ENUM, MM_SFIXED32, MM_SFIXED64, MM_SINT32, MM_SINT64,
}; // the numbers of FieldDescriptor.TYPE_…; there are no groups

enum mm_shape { MM_IMPLICIT, MM_EXPLICIT, MM_REPEATED, MM_MAP };
enum mm_wire { MM_WIRE_VARINT, MM_WIRE_64, MM_WIRE_BYTES, MM_WIRE_GROUP, MM_WIRE_END_GROUP, MM_WIRE_32 };
enum { MM_MAX_DEPTH = 100, MM_MAX_NUMBER = (1 << 29) - 1 };

// The type of one value: of a field, an element, a map's key or value.
struct mm_element {
    enum mm_kind kind;
    enum mm_wire wire; // that of the kind
    PyObject *reference; // message or enum type; a str is the full name of a type still to be looked up
};

// A field of a message type, and the data descriptor that serves it as an attribute.
struct mm_field {
    PyObject_HEAD
    PyObject *name;
    uint32_t number;
    enum mm_shape shape;
    struct mm_element value; // the value, one element, or a map's value
    struct mm_element key; // of a map
    Py_ssize_t slot;
    PyTypeObject *type; // borrowed: the message type that it belongs to
    PyObject *oneof; // its name, or NULL
    struct mm_field *sibling; // the next member of the oneof, in a ring; NULL outside of one
    uint8_t tag_length;
    uint8_t tag[5];
};

struct mm_layout {
    PyObject *full_name;
    PyObject *definition; // the fields as they were given to message_type
    PyObject *descriptor; // google.protobuf.descriptor's, made when asked for
    Py_ssize_t count;
    struct mm_field **fields; // by number
    uint32_t dense; // by_number has an entry for the numbers below
    uint16_t *by_number; // index in fields + 1, or 0
    bool deferred; // the decoder leaves messages of this type pending
};

// A message type: what Message's type makes, but Message itself.
struct mm_class {
    PyHeapTypeObject heap;
    struct mm_layout *layout;
};

struct mm_message {
    PyObject_HEAD
    struct mm_message *owner; // borrowed: set while this is an unset field of that message
    struct mm_field *field; // which one
    uint8_t *unknown; // fields that the type does not have, in wire form; room is the next power of two
    size_t unknown_length;
    bool pending; // all its fields are still in `unknown`: see message_decode.c
    PyObject *slots[];
};

struct mm_repeated {
    PyObject_HEAD
    struct mm_message *owner; // borrowed; NULL once the message has let go
    struct mm_field *field;
    PyObject *list;
};

struct mm_map {
    PyObject_HEAD
    struct mm_message *owner; // as above
    struct mm_field *field;
    PyObject *dict;
};

extern PyTypeObject mm_class_type, mm_message_base, mm_field_type, mm_enum_type;
extern PyTypeObject mm_repeated_scalar_type, mm_repeated_message_type, mm_scalar_map_type, mm_message_map_type;
extern PyObject *mm_decode_error, *mm_encode_error;

static inline struct mm_layout *mm_layout(const struct mm_message *message) { return ((struct mm_class *)Py_TYPE(message))->layout; }
static inline struct mm_layout *mm_layout_of(PyTypeObject *type) { // NULL for Message and what Python code derives from it
    return type == &mm_message_base ? NULL : ((struct mm_class *)type)->layout;
}

// Before the slots of a message are looked at: makes sure that it is not pending. 0, or -1 without memory.
int mm_message_make(struct mm_message *message);
static inline int mm_message_ready(struct mm_message *message) { return message->pending ? mm_message_make(message) : 0; }

// message_type.c
PyTypeObject *mm_element_type(struct mm_element *element); // the message type, looked up if need be; borrowed
struct mm_field *mm_field_by_name(PyTypeObject *type, PyObject *name); // borrowed; NULL without an exception
struct mm_field *mm_field_by_high_number(const struct mm_layout *layout, uint64_t number);
static inline struct mm_field *mm_field_by_number(const struct mm_layout *layout, uint64_t number) { // borrowed; NULL: none
    if (number >= layout->dense)
        return mm_field_by_high_number(layout, number);
    uint16_t index = layout->by_number[number];
    return index ? layout->fields[index - 1] : NULL;
}


// message_descriptor.c
int mm_descriptors_register(void);
PyObject *mm_descriptor_fields(PyTypeObject *type); // a tuple of google.protobuf's FieldDescriptors, as in layout->fields

// message_field.c
PyObject *mm_field_get(struct mm_message *message, struct mm_field *field);
int mm_field_set(struct mm_message *message, struct mm_field *field, PyObject *value); // value NULL is an error
int mm_field_init(struct mm_message *message, struct mm_field *field, PyObject *value); // as the constructor takes it
PyObject *mm_value_build(struct mm_element *element, PyObject *name, PyObject *value);
bool mm_field_present(const struct mm_message *message, const struct mm_field *field);
void mm_field_clear(struct mm_message *message, struct mm_field *field);
void mm_field_store(struct mm_message *message, struct mm_field *field, PyObject *value); // steals value
void mm_field_clear_siblings(struct mm_message *message, struct mm_field *field);

// message_value.c: values of one element
PyObject *mm_value_from(struct mm_element *element, PyObject *name, PyObject *value); // what is stored for a Python value
PyObject *mm_value_default(struct mm_element *element);
bool mm_value_is_zero(const struct mm_element *element, PyObject *value);
PyObject *mm_float32(double value);
int mm_refuse(PyObject *name, PyObject *value, const char *expected); // raises TypeError, returns -1

// message.c: which fields of one message are changed. Nothing but these is looked for; what may change it otherwise, or
// what is in it, loses track.
struct mm_watched {
    struct mm_message *message; // borrowed; NULL for none
    uint64_t changed; // by slot
    bool lost;
};
extern struct mm_watched mm_watched;
static inline void mm_lose_track(const struct mm_message *message) {
    if (message == mm_watched.message)
        mm_watched.lost = true;
}

// message.c: the object
struct mm_message *mm_message_new(PyTypeObject *type);
int mm_message_init(struct mm_message *message, PyObject *fields); // from a dict of field values
void mm_touch(struct mm_message *message); // message has been changed: it is set in its owner
void mm_touch_field(struct mm_message *message, const struct mm_field *field); // the same, by one scalar field of no oneof
void mm_bury_elements(PyObject *container, PyObject **values); // drops a dying container's list or dict
PyObject *mm_message_vectorcall(PyObject *type, PyObject *const *args, size_t flags, PyObject *names);
int mm_unknown_append(struct mm_message *message, const uint8_t *data, size_t length);


// message_methods.c
extern PyMethodDef mm_message_methods[];

// message_merge.c
int mm_message_merge(struct mm_message *into, struct mm_message *from);
PyObject *mm_message_copy(struct mm_message *message);
void mm_message_become(struct mm_message *message, struct mm_message *copy); // takes the values out of a fresh copy
PyObject *mm_value_copy(const struct mm_element *element, PyObject *value);
int mm_message_equal(struct mm_message *a, struct mm_message *b); // 1, 0, or -1 with an exception
void mm_message_clear(struct mm_message *message);
int mm_message_discard_unknown(struct mm_message *message);

// message_repeated.c, message_map.c
int mm_containers_register(void); // as sequences and mappings with collections.abc
PyObject *mm_repeated_new(struct mm_message *owner, struct mm_field *field);
PyObject *mm_map_new(struct mm_message *owner, struct mm_field *field);
typedef PyObject *mm_convert(struct mm_element *element, PyObject *name, PyObject *value); // mm_value_from or mm_value_build
int mm_repeated_extend(struct mm_repeated *repeated, PyObject *values, mm_convert *convert);
int mm_map_update(struct mm_map *map, PyObject *values, mm_convert *convert);
static inline bool mm_is_map(PyObject *value) { return Py_TYPE(value) == &mm_scalar_map_type || Py_TYPE(value) == &mm_message_map_type; }
static inline bool mm_is_repeated(PyObject *value) {
    return Py_TYPE(value) == &mm_repeated_scalar_type || Py_TYPE(value) == &mm_repeated_message_type;
}

// message_decode.c, message_encode.c, message_text.c, message_enum.c
int mm_message_merge_bytes(struct mm_message *message, const uint8_t *data, size_t length);
enum mm_wire mm_kind_wire(enum mm_kind kind);
int mm_message_write(struct mm_message *message, struct mm_buffer *buffer, bool deterministic);
int mm_field_encode(const struct mm_field *field, PyObject *value, struct mm_buffer *buffer); // a message with that field alone
// The same for a message of which only some slots count, and the numbers of their fields.
int mm_changes_encode(const struct mm_field *field, const struct mm_field *numbers, struct mm_message *message, uint64_t slots,
                      struct mm_buffer *buffer);
PyObject *mm_message_text(PyObject *message);
PyObject *mm_enum_new(PyObject *module, PyObject *args);
PyObject *mm_enum_number(PyObject *type, PyObject *name); // NULL without an exception: no such name
PyObject *mm_enum_name(PyObject *type, PyObject *number); // borrowed; likewise

#endif
