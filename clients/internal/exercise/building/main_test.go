package building

import (
	"flag"
	"os"
	"strconv"
	"testing"
)

// TestMain lets more tests go on at the same time than there are CPUs: they wait for servers most of their time.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f != nil {
		n, _ := strconv.Atoi(f.Value.String())
		_ = f.Value.Set(strconv.Itoa(max(n, 5)))
	}
	os.Exit(m.Run())
}
