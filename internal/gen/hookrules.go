package main

import (
	"errors"
	"fmt"
	"go/types"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
)

// A hook is a method of plugin.Hooks with what stands for it in the contract, and what is known of its answer.
type hook struct {
	name      string
	text      string // what it is for; follows the name
	rpc       *protogen.Method
	signature *types.Signature
	answer    answer
	byHand    bool // the method of server.Plugin is written by hand
}

// An answer is one way in which hooks answer: the rule that Python has for it, and what people are told.
type answer struct {
	python  string                           // a rule of mattermost_plugin._internal.results
	returns string                           // what the handler may return
	fails   string                           // what becomes of a failure: an exception, too much time, an interpreter that ended
	write   func(*adapterWriter, hook) error // writes the adapter's end; nil where the adapter is written by hand
}

// metaHook asks for the hooks that there are. It is none that a plugin implements.
const metaHook = "Implemented"

// readHooks pairs the hooks of Mattermost with those of the contract, in the contract's order. It fails where one has no
// counterpart, or nobody has said what it is for or how it answers.
func readHooks(c *contract) ([]hook, error) {
	methods := methodsOf(c.mattermost.hooks)
	delete(methods, metaHook)
	tables := tableUse{}
	texts := hookTexts()
	var hooks []hook
	var problems []error
	for _, rpc := range c.hooks.Methods {
		if rpc.GoName == metaHook {
			continue
		}
		signature, ok := methods[rpc.GoName]
		if !ok {
			problems = append(problems, fmt.Errorf("plugin.Hooks has no method %s: the contract has an RPC too many", rpc.GoName))
			continue
		}
		delete(methods, rpc.GoName)
		h := hook{name: rpc.GoName, text: texts[rpc.GoName], rpc: rpc, signature: signature}
		if h.text == "" {
			problems = append(problems, fmt.Errorf("%s: hookGroups does not say what it is for", h.name))
		}
		tables.used("hookGroups", h.name)
		tables.used("pythonParameters", h.name)
		tables.used("pythonFields", h.name)
		if err := h.findAnswer(tables); err != nil {
			problems = append(problems, prefixed(h.name, err))
			continue
		}
		hooks = append(hooks, h)
	}
	for _, name := range slices.Sorted(maps.Keys(methods)) {
		problems = append(problems, fmt.Errorf("plugin.Hooks' %s has no RPC: add one to the contract", name))
	}
	problems = append(problems, unusedEntries(tables, "hookGroups", texts), unusedEntries(tables, "hookAnswers", hookAnswers),
		unusedEntries(tables, "replacementMarks", replacementMarks),
		unusedEntries(tables, "pythonParameters", pythonParameters), unusedEntries(tables, "pythonFields", pythonFields))
	return hooks, errors.Join(problems...)
}

// findAnswer finds how the hook answers: as hookAnswers says, or by its results and the fields of its response.
func (h *hook) findAnswer(tables tableUse) error {
	if answer, ok := hookAnswers[h.name]; ok {
		tables.used("hookAnswers", h.name)
		h.answer, h.byHand = answer, answer.write == nil
		return nil
	}
	var results, fields []string
	for result := range h.signature.Results().Variables() {
		results = append(results, qualified(result.Type()))
	}
	for _, field := range h.responseFields() {
		fields = append(fields, string(field.Desc.Name()))
	}
	switch {
	case len(results) == 0 && len(fields) == 0:
		h.answer = notification
	case slices.Equal(results, []string{"string"}) && slices.Equal(fields, []string{"rejection_reason"}):
		h.answer = reject
	case slices.Equal(results, []string{"error"}) && slices.Equal(fields, []string{"error"}):
		h.answer = errorAnswer
	case slices.Equal(results, []string{"[]*model.Post"}) && slices.Equal(fields, []string{"posts"}):
		h.answer = filter
	case len(results) == 2 && results[1] == "string" && len(fields) == 2 && fields[1] == "rejection_reason":
		return h.findReplacement(tables)
	default:
		return fmt.Errorf("no rule for an answer of (%s) in %s (%s): write it into hookAnswers",
			strings.Join(results, ", "), h.rpc.Output.Desc.Name(), strings.Join(fields, ", "))
	}
	return nil
}

// findReplacement completes the answer of a hook that may reject or replace what it is given.
func (h *hook) findReplacement(tables tableUse) error {
	field := withoutCompanions(h.rpc.Output)[0]
	if field.Message == nil {
		return fmt.Errorf("the field %s is no message", field.Desc.FullName())
	}
	name := string(field.Message.Desc.Name())
	mark, ok := replacementMarks[name]
	if !ok {
		return fmt.Errorf("replacementMarks does not say how Python knows a %s", name)
	}
	tables.used("replacementMarks", name)
	h.answer = modifyOrReject
	h.answer.python = fmt.Sprintf("results.modify_or_reject(%q, %q)", field.Desc.Name(), mark)
	h.answer.returns = fmt.Sprintf(modifyOrReject.returns, name, article(name))
	return nil
}

// article is the indefinite article before a name.
func article(name string) string {
	if strings.ContainsAny(name[:1], "AEIOU") {
		return "an"
	}
	return "a"
}

// requestFields gives the fields of the request that the hook's parameters go into: all but the context, which the
// contract has and Mattermost nothing for, and the companions.
func (h *hook) requestFields() []*protogen.Field {
	return slices.DeleteFunc(withoutCompanions(h.rpc.Input), func(field *protogen.Field) bool {
		return field.Desc.Name() == changesSuffice || field.Message != nil && field.Message.Desc.Name() == "RequestContext"
	})
}

// responseFields gives the fields of the response that the hook's results come from.
func (h *hook) responseFields() []*protogen.Field {
	return slices.DeleteFunc(withoutCompanions(h.rpc.Output), func(field *protogen.Field) bool { return field.Desc.Name() == changedFields })
}

// The fields of a hook that may answer with what it has changed alone: whether the host takes that, and what it is.
const (
	changesSuffice = "changes_suffice"
	changedFields  = "changed_fields"
)

// byChanges says whether the hook has them.
func (h *hook) byChanges() bool {
	return len(h.responseFields()) < len(withoutCompanions(h.rpc.Output))
}

// fieldsOf finds the request's field of each parameter: by name, as the only one of its message, or as the only one left
// over.
func (h *hook) fieldsOf(parameters []*types.Var) ([]*protogen.Field, error) {
	left := h.requestFields()
	found := make([]*protogen.Field, len(parameters))
	for _, same := range []func(*types.Var, *protogen.Field) bool{
		func(p *types.Var, f *protogen.Field) bool {
			return plainName(p.Name()) == plainName(string(f.Desc.Name()))
		},
		func(p *types.Var, f *protogen.Field) bool {
			return f.Message != nil && messageName(p.Type()) == string(f.Message.Desc.Name())
		},
		func(*types.Var, *protogen.Field) bool { return true },
	} {
		for i, parameter := range parameters {
			if found[i] != nil {
				continue
			}
			var candidates []int
			for j, field := range left {
				if same(parameter, field) {
					candidates = append(candidates, j)
				}
			}
			if len(candidates) == 1 {
				found[i] = left[candidates[0]]
				left = slices.Delete(left, candidates[0], candidates[0]+1)
			}
		}
	}
	var problems []error
	for i, parameter := range parameters {
		if found[i] == nil {
			problems = append(problems, fmt.Errorf("the parameter %s %s has no field in %s", parameter.Name(), qualified(parameter.Type()), h.rpc.Input.Desc.Name()))
		}
	}
	for _, field := range left {
		problems = append(problems, fmt.Errorf("the field %s has no parameter", field.Desc.FullName()))
	}
	return found, errors.Join(problems...)
}

// messageName is the name of the message that stands for a type; "-" where there is none.
func messageName(t types.Type) string {
	if qualified(t) == "*plugin.Context" {
		return "PluginContext"
	}
	return modelName(types.Unalias(t))
}
