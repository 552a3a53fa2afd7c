package main

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Companions are fields that hold what the field beside them, X, is too narrow for, see common.proto: X_exact, or the
// name that otherCompanions gives it, and X_numbers.
type companions struct {
	exact   *protogen.Field
	numbers *protogen.Field
}

// none says that the field has no companion.
func (c companions) none() bool { return c.exact == nil && c.numbers == nil }

// companionsOf finds the companions of a field.
func companionsOf(field *protogen.Field) (c companions) {
	name := string(field.Desc.Name())
	exact, ok := otherCompanions[string(field.Parent.Desc.Name())+"."+name]
	if !ok {
		exact = name + "_exact"
	}
	for _, other := range field.Parent.Fields {
		switch string(other.Desc.Name()) {
		case exact:
			c.exact = other
		case name + "_numbers":
			c.numbers = other
		}
	}
	return c
}

// withoutCompanions gives the fields of a message that are no companions of others.
func withoutCompanions(message *protogen.Message) []*protogen.Field {
	var all []*protogen.Field
	for _, field := range message.Fields {
		c := companionsOf(field)
		all = append(all, c.exact, c.numbers)
	}
	return slices.DeleteFunc(slices.Clone(message.Fields), func(field *protogen.Field) bool { return slices.Contains(all, field) })
}

// An assignment sets a field of a message, or a field and the companion whose value the same call gives.
type assignment struct {
	fields []*protogen.Field
	value  string
}

// assignments gives what sets a field, and its companions, of a value of type t.
func (v *valueRule) assignments(t types.Type, value string, field *protogen.Field) ([]assignment, error) {
	c := companionsOf(field)
	if c.none() {
		narrow, err := v.toProto(t, value, field)
		return []assignment{{[]*protogen.Field{field}, narrow}}, err
	}
	if c.numbers != nil && c.exact == nil {
		function, ok := numbersFunctions[field.Message.Desc.FullName()]
		if !ok || !isAny(t) && !isAnyMap(t) {
			return nil, v.mismatch(t, field)
		}
		return []assignment{{[]*protogen.Field{field, c.numbers}, v.prefix + function + "(" + value + ")"}}, nil
	}
	way, err := v.exactly(t, field, c)
	if err != nil {
		return nil, err
	}
	narrow, err := v.toProto(t, value, field)
	if err != nil {
		return nil, err
	}
	return []assignment{
		{[]*protogen.Field{field}, narrow},
		{[]*protogen.Field{c.exact}, fmt.Sprintf(way.exact, value)},
	}, nil
}

// numbersFunctions give the message of a value and its numbers.
var numbersFunctions = map[protoreflect.FullName]string{
	"google.protobuf.Struct": "StructAndNumbers",
	"google.protobuf.Value":  "ValueAndNumbers",
}

// An exactWay is how a value crosses in a field and its companion: formats of the expressions.
type exactWay struct {
	exact string // of the companion, for the value
	value string // of the value, for the expression of the message
}

// exactly finds the way by the types of the value and of the two fields.
func (v *valueRule) exactly(t types.Type, field *protogen.Field, c companions) (exactWay, error) {
	x, exact := "%[1]s.Get"+field.GoName+"()", "%[1]s."+c.exact.GoName
	switch {
	case field.Enum != nil:
		toProto, fromProto, err := v.enumFunctions(field)
		if err != nil {
			return exactWay{}, err
		}
		return v.exactFunctions(t, toProto, fromProto, field, c)
	case isBytes(t) && isBytesField(field) && isBytesField(c.exact):
		return exactWay{v.prefix + "EmptyBytes(%s)", v.prefix + "GivenBytes(" + x + ", " + exact + ")"}, nil
	case isTime(t) && scalarName(field) == "int64" && scalarName(c.exact) == "string":
		return exactWay{v.prefix + "TimeExact(%s)", v.prefix + "TimeFromProto(" + x + ", " + exact + ")"}, nil
	case qualified(t) == "json.RawMessage" && isBytesField(c.exact):
		return exactWay{"%s", v.prefix + "RawMessageExact(" + x + ", " + exact + ")"}, nil
	}
	if function, ok := v.written.find(modelName(t)+"FromProto", scalarName(field)+", "+messageType(c.exact)); ok {
		return exactWay{"", v.prefix + function.name + "(" + x + ", " + exact + ")"}, nil
	}
	pointer, ok := t.(*types.Pointer)
	if !ok || field.Desc.HasPresence() || !convertible(pointer.Elem(), field) || scalarName(field) != scalarName(c.exact) {
		return exactWay{}, v.mismatch(t, c.exact)
	}
	element := types.Unalias(pointer.Elem())
	return exactWay{
		v.prefix + "Empty[" + scalarName(c.exact) + "](%s)",
		v.prefix + "Given(" + cast(qualified(element), scalarName(field), x) + ", " + exact + ")",
	}, nil
}

// exactFunctions gives how a value crosses in a field, by two functions of its own, and in its companion, by rule.
func (v *valueRule) exactFunctions(t types.Type, toProto, fromProto string, field *protogen.Field, c companions) (exactWay, error) {
	exact, err := v.toProto(t, "%[1]s", c.exact)
	if err != nil {
		return exactWay{}, err
	}
	is := "%[1]s." + c.exact.GoName + " != nil"
	switch {
	case c.exact.Desc.IsList() || c.exact.Desc.IsMap():
		is = "len(%[1]s." + c.exact.GoName + ") > 0"
	case c.exact.Desc.Kind() == protoreflect.BoolKind && !c.exact.Desc.HasPresence():
		is = "%[1]s." + c.exact.GoName
	case c.exact.Message == nil:
		exact = v.prefix + "Unless(" + fromProto + "(" + toProto + "(%[1]s)) == %[1]s, " + cast(scalarName(c.exact), qualified(t), "%[1]s") + ")"
	}
	from, err := v.fromProto(t, "%[1]s", c.exact)
	if err != nil {
		return exactWay{}, err
	}
	if named, ok := t.(*types.Named); ok && c.exact.Desc.Cardinality() == protoreflect.Repeated {
		from = qualified(named) + "(" + from + ")"
	}
	function := "Exact"
	if string(c.exact.Desc.Name()) != string(field.Desc.Name())+"_exact" {
		function = "ExactOrAlone"
	}
	value := fmt.Sprintf("%s%s(%s, %s, %%[1]s.Get%s(), %s, %s)", v.prefix, function, is, from, field.GoName, toProto, fromProto)
	return exactWay{exact, value}, nil
}

// messageType is the Go type of a field that is a message.
func messageType(field *protogen.Field) string {
	if field.Message == nil {
		return "-"
	}
	return "*pb." + field.Message.GoIdent.GoName
}

// unusedCompanions is the error of the entries of otherCompanions that name no field.
func unusedCompanions(c *contract) error {
	for key, name := range otherCompanions {
		message, field, _ := strings.Cut(key, ".")
		found := 0
		if m := c.message(message); m != nil {
			for _, f := range m.Fields {
				if n := string(f.Desc.Name()); n == field || n == name {
					found++
				}
			}
		}
		if found != 2 {
			return fmt.Errorf("otherCompanions lists %s and %s, which the contract has not", key, name)
		}
	}
	return nil
}

// wholeFromProto is fromProto for a field that has companions.
func (v *valueRule) wholeFromProto(t types.Type, message string, field *protogen.Field, c companions) (string, error) {
	get := fmt.Sprintf("%s.Get%s()", message, field.GoName)
	if c.exact == nil {
		function, ok := fromNumbersFunctions[field.Message.Desc.FullName()]
		if !ok || !isAny(t) && !isAnyMap(t) {
			return "", v.mismatch(t, field)
		}
		return fmt.Sprintf("%s%s(%s, %s.Get%s()...)", v.prefix, function, get, message, c.numbers.GoName), nil
	}
	way, err := v.exactly(t, field, c)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(way.value, message), nil
}

// fromNumbersFunctions are the inverses of numbersFunctions.
var fromNumbersFunctions = map[protoreflect.FullName]string{
	"google.protobuf.Struct": "StructFromProto",
	"google.protobuf.Value":  "ValueFromProto",
}
