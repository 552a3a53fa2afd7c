package linearmem

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

const page = 64 << 10

func TestMemoryGrowsInPlaceUpToItsLimit(t *testing.T) {
	m, err := Reserve(page, 4*page, nil)
	require.NoError(t, err)
	defer m.Release()
	linear := m.Allocate(page, 4*page)
	first := linear.Reallocate(page)
	require.Len(t, first, page)
	first[page-1] = 7
	for pages := 2; pages <= 4; pages++ {
		grown := linear.Reallocate(uint64(pages * page))
		require.Len(t, grown, pages*page)
		require.Equal(t, unsafe.SliceData(first), unsafe.SliceData(grown), "it moved")
		require.EqualValues(t, 7, grown[page-1])
		require.Zero(t, grown[pages*page-1])
		grown[pages*page-1] = 1
		require.EqualValues(t, pages*page, m.Size())
	}
	require.Nil(t, linear.Reallocate(5*page))
	require.EqualValues(t, 4*page, m.Size())
	linear.Free()
	first[0] = 1 // it is still there, until
	m.Release()
	m.Release()
}

func TestMoreThanTheLimitCannotBeTheStart(t *testing.T) {
	_, err := Reserve(2*page, page, nil)
	require.ErrorContains(t, err, "needs 131072 bytes")
}

func TestMemoriesOfAPoolShareIt(t *testing.T) {
	pool := NewPool(4 * page)
	first, err := Reserve(page, 8*page, pool)
	require.NoError(t, err)
	second, err := Reserve(2*page, 8*page, pool)
	require.NoError(t, err)
	require.Nil(t, first.Reallocate(3*page))
	require.NotNil(t, first.Reallocate(2*page))
	require.EqualValues(t, 4*page, pool.Used())
	_, err = Reserve(page, 8*page, pool)
	require.ErrorContains(t, err, "pool")
	second.Release()
	second.Release()
	require.EqualValues(t, 2*page, pool.Used())
	require.NotNil(t, first.Reallocate(4*page))
	first.Release()
	require.Zero(t, pool.Used())
}
