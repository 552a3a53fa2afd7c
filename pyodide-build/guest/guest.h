// The guest's own parts: what embedder.c, module.c and the message codec share.
#ifndef MMPY_GUEST_H
#define MMPY_GUEST_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#define MM_IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define MM_EXPORT(name) __attribute__((export_name(name), used)) // the declaration follows

// Everything that enters Python from the host, and everything that leaves it for the host, stands between these. They
// are empty while WASI has no threads; a build with threads takes and gives the GIL here and nowhere else.
#define MM_ENTER_PYTHON
#define MM_LEAVE_PYTHON
#define MM_BEGIN_HOST_CALL
#define MM_END_HOST_CALL

PyMODINIT_FUNC PyInit__mmpy(void);

#endif
