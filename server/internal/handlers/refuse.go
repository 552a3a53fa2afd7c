package handlers

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// Refused is the response to a call that is not carried out: every response has its error in the field 1.
func Refused(method abi.Method, why *pb.AppError) []byte {
	why.Where = method.String()
	encoded, err := proto.Marshal(why)
	if err != nil {
		panic(err) // it is ours, and has nothing but valid text
	}
	return protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), encoded)
}

// refused is Refused, and notes it in the record.
func (c *Caller) refused(method abi.Method, why *pb.AppError, record *Record) ([]byte, error) {
	encoded := Refused(method, why)
	if c.Trace != nil {
		record.Response = table[method].newResponse()
		if err := proto.Unmarshal(encoded, record.Response); err != nil {
			return nil, err
		}
	}
	return encoded, nil
}

// mostOfResponse is how many bytes a response may have; 0: there is no limit.
func (c *Caller) mostOfResponse() int64 {
	if c.Quota == nil {
		return 0
	}
	return c.Quota.MostOfResponse()
}
