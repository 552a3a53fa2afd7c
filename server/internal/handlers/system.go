package handlers

import (
	"encoding/json"

	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// system answers for the server itself.
var system = group{
	abi.GetLicense: handle(func(api plugin.API, _ *pb.GetLicenseRequest) *pb.GetLicenseResponse {
		license := api.GetLicense()
		if license == nil { // the free edition has none
			return &pb.GetLicenseResponse{}
		}
		encoded, err := json.Marshal(license)
		return &pb.GetLicenseResponse{LicenseJson: encoded, Error: convert.ErrorToProto(err)}
	}),
	abi.GetCloudLimits: handle(func(api plugin.API, _ *pb.GetCloudLimitsRequest) *pb.GetCloudLimitsResponse {
		limits, err := api.GetCloudLimits()
		if limits == nil || err != nil {
			return &pb.GetCloudLimitsResponse{Error: convert.ErrorToProto(err)}
		}
		encoded, err := json.Marshal(limits)
		return &pb.GetCloudLimitsResponse{LimitsJson: encoded, Error: convert.ErrorToProto(err)}
	}),
}
