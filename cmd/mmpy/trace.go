package main

import (
	"encoding/json"
	"io"
	"sync"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server"
)

// call is an API call as --trace prints it, on one line.
type call struct {
	API      string          `json:"api"`
	Request  json.RawMessage `json:"request,omitempty"`
	Response json.RawMessage `json:"response,omitempty"`
	Error    json.RawMessage `json:"error,omitempty"` // Mattermost's AppError, or a text
	Micros   int64           `json:"us"`
}

// tracer writes each API call as one line of JSON, without the secrets in it.
func tracer(w io.Writer) func(server.Record) {
	var mu sync.Mutex
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return func(record server.Record) {
		line := call{API: record.API, Request: asJSON(pb.Masked(record.Request)), Micros: record.Duration.Microseconds()}
		switch {
		case record.Err != nil:
			line.Error, _ = json.Marshal(record.Err.Error()) // a string cannot fail
		default:
			line.Response = asJSON(pb.Masked(record.Response))
			if failed := errorOf(record.Response); failed != nil {
				line.Response, line.Error = nil, asJSON(pb.Masked(failed))
			}
		}
		mu.Lock()
		defer mu.Unlock()
		_ = encoder.Encode(line) // nobody is left to tell
	}
}

// errorOf is the error in a response, nil if there is none.
func errorOf(response proto.Message) proto.Message {
	if response == nil {
		return nil
	}
	message := response.ProtoReflect()
	field := message.Descriptor().Fields().ByName("error")
	if field == nil || field.Message() == nil || field.IsList() || !message.Has(field) {
		return nil
	}
	return message.Get(field).Message().Interface()
}

// asJSON writes a message with the field names of the .proto files; protojson's random spaces are taken out.
func asJSON(message proto.Message) json.RawMessage {
	if message == nil {
		return nil
	}
	encoded, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(message)
	if err != nil {
		encoded, _ = json.Marshal(err.Error())
	}
	return encoded // the encoder compacts it
}
