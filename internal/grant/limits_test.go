package grant

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
)

func TestEachFieldOfLimitsHasOneRowOfTheTable(t *testing.T) {
	var limits Limits
	fields := map[any]string{}
	for field, value := range reflect.ValueOf(&limits).Elem().Fields() {
		fields[value.Addr().Interface()] = field.Name
	}
	units := map[string]float64{"_mib": mib, "_kib": kib, "_seconds": float64(time.Second)}
	for n, row := range AllLimits() {
		require.EqualValues(t, n, row.Limit, row.Name)
		require.Equal(t, row.Name, row.Limit.String())
		require.Contains(t, fields, row.field(&limits), row.Name)
		delete(fields, row.field(&limits))
		require.LessOrEqual(t, row.Least, row.Default, row.Name)
		require.LessOrEqual(t, row.Default, row.Greatest, row.Name)
		for suffix, unit := range units {
			if strings.HasSuffix(row.Name, suffix) || strings.Contains(row.Name, suffix+"_per_") {
				require.InDelta(t, unit, row.unit, 0, row.Name)
			}
		}
		require.NoError(t, limits.Set(row.Name, row.Greatest))
		require.InDelta(t, row.Greatest, limits.Value(row.Limit), 0, row.Name)
	}
	require.Empty(t, fields, "without a row")
	require.EqualValues(t, LimitNativeStack, len(AllLimits()))
	require.Equal(t, "native_stack", LimitNativeStack.String())
}

func TestAnUnknownLimitIsToldWhichOneItIsMostLike(t *testing.T) {
	limits := DefaultLimits()
	require.EqualError(t, limits.Set("memory_mb", 1), `there is no limit "memory_mb": do you mean memory_mib?`)
	require.ErrorContains(t, limits.Set("x", 1), "there is no limit \"x\"; there are memory_mib, ")
	require.EqualError(t, limits.Set("hook_second", 1), `there is no limit "hook_second": do you mean hook_seconds?`)
	require.Equal(t, DefaultLimits(), limits)
}

func TestALimitThatIsOutOfItsRangeIsToldTheRange(t *testing.T) {
	limits := DefaultLimits()
	for value, text := range map[any]string{
		8: "memory_mib: 8 is not allowed: a whole number from 64 to 4095", 4096: "memory_mib: 4096 is not allowed: a whole number from 64 to 4095",
		100.5: "memory_mib: 100.5 is not allowed: a whole number from 64 to 4095", math.NaN(): "memory_mib: NaN is not allowed: a whole number from 64 to 4095",
		"128": `memory_mib: "128" is no number; allowed: a whole number from 64 to 4095`, nil: "memory_mib: null is no number; allowed: a whole number from 64 to 4095",
	} {
		require.EqualError(t, limits.Set("memory_mib", value), text)
	}
	require.Equal(t, DefaultLimits(), limits)
	for _, value := range []any{128, int64(128), uint64(128), 128.0, json.Number("128")} {
		require.NoError(t, limits.Set("memory_mib", value))
		require.EqualValues(t, 128<<20, limits.Memory)
	}
	require.NoError(t, limits.Set("user_hook_seconds", 0.25))
	require.Equal(t, 250*time.Millisecond, limits.UserHookTime)
}

func TestThePolicyIsTheMostThatAManifestMayAskFor(t *testing.T) {
	limits, err := EffectiveLimits(
		map[string]any{"memory_mib": 512.0, "jobs": 4.0, "open_files": 1000.0},
		map[string]any{"memory_mib": 128, "jobs": 1000, "hook_seconds": 5, "tmp_mib": 1000})
	require.NoError(t, err)
	want := DefaultLimits()
	want.Memory, want.Jobs, want.Files, want.HookTime = 128<<20, 4, 1000, 5*time.Second
	require.Equal(t, want, limits, "neither asked for nor narrowed: the default")

	limits, err = EffectiveLimits(nil, nil)
	require.NoError(t, err)
	require.Equal(t, DefaultLimits(), limits)
	_, err = EffectiveLimits(nil, map[string]any{"memory": 1})
	require.ErrorContains(t, err, "do you mean memory_mib?")
	_, err = EffectiveLimits(map[string]any{"memory_mib": 1}, nil)
	require.ErrorContains(t, err, "64 to 4095")
}

func TestEveryHookThatMayRejectHoldsUpAUser(t *testing.T) {
	inBackground := []abi.Hook{abi.HookNotificationWillBePushed, abi.HookEmailNotificationWillBeSent}
	for n := range abi.Hooks {
		if hook := abi.Hook(n); strings.Contains(hook.String(), "Will") {
			require.Equal(t, !HoldsUpUser(hook), contains(inBackground, hook), hook)
		}
	}
	limits := DefaultLimits()
	limits.UserHookTime = time.Second
	limit, duration := limits.TimeOf(abi.HookExecuteCommand)
	require.Equal(t, LimitUserHookTime, limit)
	require.Equal(t, time.Second, duration)
	limit, duration = limits.TimeOf(abi.HookServeHTTP)
	require.Equal(t, LimitHookTime, limit)
	require.Equal(t, 30*time.Second, duration)
}

func contains(hooks []abi.Hook, hook abi.Hook) bool {
	for _, other := range hooks {
		if other == hook {
			return true
		}
	}
	return false
}

// The table of the documentation is that of the program.
func TestTheDocumentationHasTheTable(t *testing.T) {
	text, err := os.ReadFile("../../docs/limits.md")
	require.NoError(t, err)
	var rows strings.Builder
	for _, row := range AllLimits() {
		fmt.Fprintf(&rows, "| `%s` | %s | %s – %s | %s |\n", row.Name, plainNumber(row.Default), plainNumber(row.Least), plainNumber(row.Greatest), row.Bounds)
	}
	_, after, found := strings.Cut(string(text), "|---|---|---|---|\n")
	require.True(t, found)
	table, _, _ := strings.Cut(after, "\n\n")
	require.Equal(t, rows.String(), table+"\n")
}
