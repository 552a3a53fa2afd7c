// What snapshot.c and embedder.c share.
#ifndef MMPY_SNAPSHOT_H
#define MMPY_SNAPSHOT_H

#include "guest.h"
#include <stddef.h>

// Where the host mounts the plugin's files.
#define MM_PLUGIN_DIR "/plugin/"

// Says whether the program is being loaded.
void mm_loading(int on);

// Takes what a snapshot needs of the entry module that was loaded; 0, or -1 with an exception set.
int mm_loaded(PyObject *entry);

// The answer of the export that the host is calling: bytes, or the exception that is set, which is cleared.
void mm_respond(const void *data, size_t length);
void mm_respond_exception(void);

#endif
