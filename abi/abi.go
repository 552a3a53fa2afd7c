// Package abi is the contract between the host (package wasmhost) and the Python guest: the names of the modules and
// functions they give each other, the status codes of the boundary, and the tables of Mattermost's API methods and
// hooks. ABI.md is its text; mm_abi_gen.h tells the guest's C code the same.
package abi

// Version is the version of the ABI. The guest's mm_abi_version must return it.
const Version = 5

// The modules that the guest imports its host functions from.
const (
	APIModule  = "mattermost.pluginapi.v1" // one function per API method, named as Method.String says
	HostModule = "mmpy"                    // what is not Mattermost's: tick, take, respond, log, wait, stream_read, …
)

// Submit is the capacity of the response with which an API function is submitted: it is carried out while the guest goes
// on, and the result is a ticket for it. No buffer is that large.
const Submit = 0xFFFFFFFF

// Wake is the address of the response of a submitted call at whose end the host is to wake the guest.
const Wake = 1

// HookPending is what mm_hook returns when the hook is answered later.
const HookPending = 2

// RequestBuffer is the length of the buffer that mm_alloc gives for every request that fits.
const RequestBuffer = 8 << 10

// Stop is what mm_wake is given when the instance is about to end.
const Stop = -1

// The limits of one instance.
const (
	MaxSubmitted   = 1024    // submitted calls that are under way or not collected
	MaxDeferred    = 1024    // hooks that are answered later
	MaxStreams     = 256     // open streams
	MaxStreamBytes = 1 << 20 // bytes that one function of a stream moves at most
)
