package handlers

import "github.com/mmpy/mmpy/abi"

// groups are the handlers: those that follow from the types, and those written by hand.
var groups = []group{generated, configuration, system, sharedChannels, pluginHTTP}

// table has the handler of each method; its zero value where there is none.
var table = merge(groups)

func merge(groups []group) (merged [len(abi.Methods)]handler) {
	for _, group := range groups {
		for method, handler := range group {
			merged[method] = handler
		}
	}
	return merged
}

// Methods lists the methods that have a handler.
func Methods() []abi.Method {
	var methods []abi.Method
	for i := range table {
		if table[i].answer != nil {
			methods = append(methods, abi.Method(i))
		}
	}
	return methods
}
