package byname

import (
	"reflect"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// flattened are the methods whose one parameter is spread over the fields of the request.
var flattened = []abi.Method{abi.GetUsers, abi.SearchUsers}

// Results gives what a method returns: everything set, and no error.
func (f *Filler) Results(signature reflect.Type) []any {
	var results []any
	for i := range signature.NumOut() {
		result := reflect.New(signature.Out(i)).Elem()
		if !signature.Out(i).Implements(reflect.TypeFor[error]()) {
			f.GoValue(result, "", 5)
		}
		results = append(results, result.Interface())
	}
	return results
}

// Arguments compares the fields of a request with the arguments, in their order.
func (c *Comparison) Arguments(method abi.Method, request protoreflect.Message, arguments []any) {
	if slices.Contains(flattened, method) {
		c.Message("argument", request, reflect.ValueOf(arguments[0]).Elem())
		return
	}
	fields := narrow(request)
	for i, field := range fields {
		if field.Message() != nil && field.Message().Name() == "KeyValuePair" {
			pairs := request.Get(field).List()
			for j := range pairs.Len() {
				pair := pairs.Get(j).Message()
				c.Of("key", pair, pair.Descriptor().Fields().ByName("key"), reflect.ValueOf(arguments[i+2*j]))
				c.Of("value", pair, pair.Descriptor().Fields().ByName("value"), reflect.ValueOf(arguments[i+2*j+1]))
			}
			return
		}
		c.Of("argument "+string(field.Name()), request, field, reflect.ValueOf(arguments[i]))
	}
	if len(fields) != len(arguments) {
		c.Differs("the arguments", len(fields), len(arguments))
	}
}

// narrow lists the fields of a message but the companions and the numbers of streams.
func narrow(m protoreflect.Message) []protoreflect.FieldDescriptor {
	var fields []protoreflect.FieldDescriptor
	for i := range m.Descriptor().Fields().Len() {
		if field := m.Descriptor().Fields().Get(i); !pb.IsCompanion(field) && !isStream(field) {
			fields = append(fields, field)
		}
	}
	return fields
}

// Results compares the fields of a response, without the error, with the results, in their order.
func (c *Comparison) Results(response protoreflect.Message, results []any) {
	compared := 0
	for _, field := range narrow(response) {
		if field.Name() == "error" {
			if response.Has(field) {
				c.Differs("error", response.Get(field), "no error")
			}
			continue
		}
		c.Of("result "+string(field.Name()), response, field, reflect.ValueOf(results[compared]))
		compared++
	}
}
