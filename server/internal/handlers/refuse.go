package handlers

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// errorField is the number of the field "error" in each response.
const errorField protowire.Number = 1

// Refused is the response to a call that is not carried out.
func Refused(method abi.Method, why *pb.AppError) []byte {
	why.Where = method.String()
	encoded, err := convert.Marshal(nil, why)
	if err != nil {
		panic(err) // it has nothing but texts and numbers
	}
	return protowire.AppendBytes(protowire.AppendTag(nil, errorField, protowire.BytesType), encoded)
}

// refuse answers a call with an error, without asking Mattermost.
func (c *Caller) refuse(method abi.Method, why *pb.AppError, request []byte, record *Record) ([]byte, error) {
	c.closePipes(method, request)
	response := Refused(method, why)
	if c.Trace == nil {
		return response, nil
	}
	record.Response = table[method].newResponse()
	return response, proto.Unmarshal(response, record.Response)
}

// mostOfResponse is how many bytes a response may have; 0: there is no limit.
func (c *Caller) mostOfResponse() int64 {
	if c.Quota == nil {
		return 0
	}
	return c.Quota.MostOfResponse()
}
