// Takes a profile out of an interpreter that was compiled with -fprofile-instr-generate: what LLVM's own runtime library
// would do, were there one for WASI. Python gets the module _profile, whose take() returns the counters as a file that
// llvm-profdata reads. Only that interpreter has this in it, see ../profile.sh.
#include "guest.h"
#include <string.h>

// What the compiler refers to so that this file is linked.
int __llvm_profile_runtime;

// One function that is counted. The layout is LLVM 19's, for 32-bit pointers.
typedef struct {
    uint64_t name;
    uint64_t hash;
    uint32_t counters; // relative to this record
    uint32_t bitmap;
    uint32_t function;
    uint32_t values;
    uint32_t counters_count;
    uint16_t value_sites[3];
    uint32_t bitmap_size;
} record;
_Static_assert(sizeof(record) == 48, "the compiler's records");

static struct {
    uintptr_t begin, end;
} records, counters, names;
static uint32_t record_count;

static void widen(uintptr_t *begin, uintptr_t *end, uintptr_t from, size_t size) {
    if (!*end || from < *begin)
        *begin = from;
    if (from + size > *end)
        *end = from + size;
}

// Called by the constructors that the compiler makes, before anything else runs.
void __llvm_profile_register_function(void *data) {
    record *r = data;
    record_count++;
    widen(&records.begin, &records.end, (uintptr_t)r, sizeof(record));
    widen(&counters.begin, &counters.end, (uintptr_t)r + r->counters, 8 * r->counters_count);
}

void __llvm_profile_register_names_function(void *text, uint64_t size) {
    widen(&names.begin, &names.end, (uintptr_t)text, (size_t)size);
}

static PyObject *take(PyObject *module, PyObject *args) {
    size_t records_size = records.end - records.begin, counters_size = counters.end - counters.begin;
    size_t names_size = names.end - names.begin, names_padded = (names_size + 7) / 8 * 8;
    if (records_size != record_count * sizeof(record)) {
        PyErr_Format(PyExc_RuntimeError, "%u records in %zu bytes: the linker has put something between them", record_count, records_size);
        return NULL;
    }
    uint64_t header[16] = {
        0xff6c70726f665281, // "\377lprofR\201": 32-bit pointers
        10,                 // the version of the format
        0,                  // no build ids
        record_count,
        0,
        counters_size / 8,
        0,
        0, // no bitmaps
        0,
        names_size,
        (uint32_t)(counters.begin - records.begin),
        0,
        names.begin,
        0, // no virtual tables
        0,
        2, // the last kind of values
    };
    PyObject *result = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(sizeof header + records_size + counters_size + names_padded));
    if (!result)
        return NULL;
    char *at = PyBytes_AS_STRING(result);
    memcpy(at, header, sizeof header);
    at += sizeof header;
    memcpy(at, (void *)records.begin, records_size);
    at += records_size;
    memcpy(at, (void *)counters.begin, counters_size);
    at += counters_size;
    memcpy(at, (void *)names.begin, names_size);
    memset(at + names_size, 0, names_padded - names_size);
    return result;
}

static PyMethodDef functions[] = {{"take", take, METH_NOARGS, "take()\n--\n\nThe profile so far."}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "_profile", .m_methods = functions};
static PyObject *initialise(void) { return PyModule_Create(&definition); }

// Before the embedder starts the interpreter.
__attribute__((constructor)) static void announce(void) { PyImport_AppendInittab("_profile", initialise); }
