package building

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestASeedDrawsTheSameForEver(t *testing.T) {
	one, err := Draw("epoll-loop", "s1234567")
	require.NoError(t, err)
	two, err := Draw("epoll-loop", "s1234567")
	require.NoError(t, err)
	assert.Equal(t, one, two)
	other, err := Draw("poll-loop", "s1234567")
	require.NoError(t, err)
	assert.NotEqual(t, one, other, "each exercise draws its own")
}

func TestSeedsDiffer(t *testing.T) {
	framings, rules, bounds := map[Framing]bool{}, map[Rule]bool{}, map[int]bool{}
	for _, seed := range strings.Fields("a b c d e f g h i j k l m n o p q r s t u v w x y z 1 2 3 4 5 6 7 8 9") {
		s, err := Draw("epoll-loop", seed)
		require.NoError(t, err)
		framings[s.Framing], rules[s.Rule], bounds[s.OweAtMost] = true, true, true
		assert.NotContains(t, letters, string(s.Terminator))
		assert.GreaterOrEqual(t, s.Workers, 3, "the case waits has three idle clients")
	}
	assert.Len(t, framings, 4)
	assert.Len(t, rules, 4)
	assert.Greater(t, len(bounds), 4)
}

func TestBadSeeds(t *testing.T) {
	for _, seed := range []string{"", "two\nlines", "\x00", strings.Repeat("x", MostSeed+1)} {
		_, err := Draw("epoll-loop", seed)
		assert.ErrorContains(t, err, "want 1 to 64 bytes", "%q", seed)
	}
}

func TestRulesAndFramings(t *testing.T) {
	for rule, want := range map[Rule]string{Upper: "HELLO", Reversed: "olleH", Checksum: "01f4", Rotated: "Uryyb"} {
		assert.Equal(t, want, string(Spec{Rule: rule}.Answer([]byte("Hello"))), rule)
		assert.Len(t, Spec{Rule: rule}.Answer([]byte("four")), 4, "never-reads counts on it")
	}
	for framing, want := range map[Framing]string{Terminated: "hi;", BigEndian: "\x00\x02hi", LittleEndian: "\x02\x00hi", Digits: "0002hi"} {
		assert.Equal(t, want, string(Spec{Framing: framing, Terminator: ';'}.Frame([]byte("hi"))), framing)
	}
}

func TestTheFirstByteThatDiffers(t *testing.T) {
	d := differ([]byte("abc;"), []byte("ABC;"), []byte("ABc;"), "")
	assert.Equal(t, Difference{Sent: `"abc;"`, Expected: `"ABC;"`, Received: `"ABc;"`, At: 2}, d)
	d = differ(nil, []byte("whole"), []byte("who"), "the end of file")
	assert.Equal(t, 3, d.At)
	assert.Equal(t, `"who", then the end of file`, d.Received)
	long := strings.Repeat("x", 500)
	d = differ(nil, []byte(long+"yes"), []byte(long+"no"), "")
	assert.Equal(t, 500, d.At)
	assert.Contains(t, d.Expected, "503 bytes, from byte 480 on")
	assert.Contains(t, d.Received, "no")
}
