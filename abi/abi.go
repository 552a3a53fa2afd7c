// Package abi is the contract between the host (package wasmhost) and the Python guest: the names of the modules and
// functions they give each other, the status codes of the boundary, and the tables of Mattermost's API methods and
// hooks. ABI.md is its text; mm_abi_gen.h tells the guest's C code the same.
package abi

// Version is the version of the ABI. The guest's mm_abi_version must return it.
const Version = 1

// The modules that the guest imports its host functions from.
const (
	APIModule  = "mattermost.pluginapi.v1" // one function per API method, named as Method.String says
	HostModule = "mmpy"                    // what is not Mattermost's: tick, take, respond, log
)
