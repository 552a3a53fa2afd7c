package confine

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyWhatAProcessNeedsStaysInItsEnvironment(t *testing.T) {
	before := []string{
		"PATH=/bin", "MM_SQLSETTINGS_DATASOURCE=postgres://u:p@h/d", "AWS_SECRET_ACCESS_KEY=k", "HTTPS_PROXY=http://u:p@proxy",
		"HOME=/home/mm", "PLUGIN_PROTOCOL_VERSIONS=1", "PLUGIN_SECRET=s", "COOKIE=c", "MMPY_POLICY=/etc/mmpy.yaml",
		"MMPY_CONFINED={}", "TMPDIR=/tmp", "GOMAXPROCS=2", "GODEBUG", "HOMEPAGE=h",
	}
	require.Equal(t, []string{
		"HOME=/home/mm", "PLUGIN_PROTOCOL_VERSIONS=1", "COOKIE=c", "MMPY_POLICY=/etc/mmpy.yaml", "GOMAXPROCS=2", "GODEBUG",
	}, cleaned(before, []string{"COOKIE"}))
	require.Contains(t, cleaned(before, []string{"HTTPS_PROXY"}), "HTTPS_PROXY=http://u:p@proxy")
}

func TestAnAdministratorMayRequireAllWalls(t *testing.T) {
	for value, mode := range map[string]Mode{"": On, "on": On, "require": Require, "off": Off} {
		got, err := modeOf(value)
		require.NoError(t, err)
		require.Equal(t, mode, got)
	}
	_, err := modeOf("0")
	require.ErrorContains(t, err, `MMPY_CONFINE is "0"`)

	w := &Walls{Mode: On}
	w.note("seccomp", nil)
	w.note("landlock", errors.New("the kernel does not have it"))
	require.NoError(t, w.Err())
	require.Equal(t, "seccomp", w.String())
	w.Mode = Require
	require.EqualError(t, w.Err(), "MMPY_CONFINE=require, but the process is not confined by: landlock (the kernel does not have it)")
}
