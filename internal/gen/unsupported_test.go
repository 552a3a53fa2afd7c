package main

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

func TestAMethodOutsideTheInMemoryServerSaysSo(t *testing.T) {
	api := reflect.TypeFor[plugin.API]()
	method, _ := api.MethodByName("UploadData")
	var body bytes.Buffer
	imports := map[string]bool{}
	require.NoError(t, writeUnsupported(&body, method, imports))
	require.Equal(t, "func (everythingElse) UploadData(*model.UploadSession, io.Reader) (*model.FileInfo, error) {\n"+
		"return nil, unsupported(\"UploadData\")\n}\n\n", body.String())
	require.Equal(t, map[string]bool{"io": true, "github.com/mattermost/mattermost/server/public/model": true}, imports)

	method, _ = api.MethodByName("GetConfig")
	require.ErrorContains(t, writeUnsupported(&body, method, imports), "GetConfig cannot say that it isn't there")
}
