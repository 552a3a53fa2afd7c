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
	abi.GetServerVersion: handle(func(api plugin.API, _ *pb.GetServerVersionRequest) *pb.GetServerVersionResponse {
		return &pb.GetServerVersionResponse{Version: api.GetServerVersion()}
	}),
	abi.GetSystemInstallDate: handle(func(api plugin.API, _ *pb.GetSystemInstallDateRequest) *pb.GetSystemInstallDateResponse {
		date, err := api.GetSystemInstallDate()
		return &pb.GetSystemInstallDateResponse{InstallDate: date, Error: convert.AppErrorToProto(err)}
	}),
	abi.GetDiagnosticId: handle(func(api plugin.API, _ *pb.GetDiagnosticIdRequest) *pb.GetDiagnosticIdResponse {
		return &pb.GetDiagnosticIdResponse{DiagnosticId: api.GetDiagnosticId()}
	}),
	abi.GetTelemetryId: handle(func(api plugin.API, _ *pb.GetTelemetryIdRequest) *pb.GetTelemetryIdResponse {
		return &pb.GetTelemetryIdResponse{TelemetryId: api.GetTelemetryId()}
	}),
	abi.IsEnterpriseReady: handle(func(api plugin.API, _ *pb.IsEnterpriseReadyRequest) *pb.IsEnterpriseReadyResponse {
		return &pb.IsEnterpriseReadyResponse{IsEnterpriseReady: api.IsEnterpriseReady()}
	}),
	abi.RequestTrialLicense: handle(func(api plugin.API, r *pb.RequestTrialLicenseRequest) *pb.RequestTrialLicenseResponse {
		err := api.RequestTrialLicense(r.GetRequesterId(), int(r.GetUsers()), r.GetTermsAccepted(), r.GetReceiveEmailsAccepted())
		return &pb.RequestTrialLicenseResponse{Error: convert.AppErrorToProto(err)}
	}),
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
