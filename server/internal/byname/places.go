package byname

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// Names are the names and places in Python that differ from those of the contract, by "Record.field" or
// "method.parameter"; the value is the place in the message, such as "event.id", or empty where there is none. What a
// message has and Python does not stands there as "Record.(field)", "method.(event.id)" or "method.(event.*)"; a record
// that is not named as its message, by its name.
type Names struct {
	Places map[string]string
	used   map[string]bool
}

// place gives the place of a name, and whether there is one.
func (n *Names) place(owner, name string) (string, bool) {
	if place, ok := n.at(owner + "." + name); ok {
		return place, place != ""
	}
	return name, true
}

func (n *Names) at(key string) (place string, ok bool) {
	if place, ok = n.Places[key]; ok {
		if n.used == nil {
			n.used = map[string]bool{}
		}
		n.used[key] = true
	}
	return place, ok
}

// Unused lists the entries that nothing has asked for.
func (n *Names) Unused() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(n.Places)), func(key string) bool { return n.used[key] })
}

// Told compares each of the named values with its place in a message. Every field of the message has to be compared with
// one of them.
func (c *Comparison) Told(owner string, m protoreflect.Message, values map[string]any, names *Names) {
	all := &places{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if place, ok := names.place(owner, name); ok {
			all.add(strings.Split(place, "."), values[name])
		}
	}
	c.places(owner, "", m, all, names)
}

// places are the values that belong into a message, by its fields.
type places struct {
	told  Told // where inner is empty
	inner map[string]*places
}

func (p *places) add(path []string, told Told) {
	if len(path) == 0 {
		p.told = told
		return
	}
	if p.inner == nil {
		p.inner = map[string]*places{}
	}
	if p.inner[path[0]] == nil {
		p.inner[path[0]] = &places{}
	}
	p.inner[path[0]].add(path[1:], told)
}

// places compares a message with the values for its fields; prefix is the way to it.
func (c *Comparison) places(owner, prefix string, m protoreflect.Message, all *places, names *Names) {
	fields := m.Descriptor().Fields()
	for name := range all.inner {
		if fields.ByName(protoreflect.Name(name)) == nil {
			c.Differs(owner+"."+prefix+name, "no such field", all.inner[name].told)
		}
	}
	for i := range fields.Len() {
		field := fields.Get(i)
		name := string(field.Name())
		place, ok := all.inner[name]
		switch {
		case !ok && (pb.IsCompanion(field) || isStream(field)):
		case !ok:
			_, known := names.at(owner + ".(" + prefix + name + ")")
			if !known {
				_, known = names.at(owner + ".(" + prefix + "*)")
			}
			if !known {
				c.Differs(owner+"."+prefix+name, "the field", "no such field in Python")
			}
		case place.inner == nil && all.inner[name+"_exact"] != nil:
			c.pythonField(owner+"."+prefix+name, m, field, nil, place.told, names) // Python has the companion, too
		case place.inner == nil:
			c.Python(owner+"."+prefix+name, m, field, place.told, names)
		case !field.IsList():
			c.places(owner, prefix+name+".", m.Get(field).Message(), place, names)
		case m.Get(field).List().Len() == 1:
			c.places(owner, prefix+name+".", m.Get(field).List().Get(0).Message(), place, names)
		default:
			c.Differs(owner+"."+prefix+name, m.Get(field), "one")
		}
	}
}
