//go:build unix

package input

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

// pipe makes a named pipe.
func pipe(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestOpenEnds: nobody ever writes to the pipe.
func TestOpenEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	name := pipe(t)
	if _, err := Open(ctx, name); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v, want %v", err, context.Canceled)
	}
	// The other end opens too, so that nothing waits on when the test is over.
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// TestReaderEnds: something was written, and the rest never comes.
func TestReaderEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, out := io.Pipe()
	defer out.Close()
	r := Reader(ctx, in)
	go io.WriteString(out, "some")
	got := make([]byte, 4)
	if _, err := io.ReadFull(r, got); err != nil || string(got) != "some" {
		t.Fatalf("read %q, %v", got, err)
	}
	cancel()
	for range 2 {
		if n, err := r.Read(got); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("read %d bytes, %v, want %v", n, err, context.Canceled)
		}
	}
}

// TestReader: what comes is what went in, however it is cut.
func TestReader(t *testing.T) {
	want := strings.Repeat("0123456789", 20_000)
	for name, in := range map[string]io.Reader{
		"at once":               strings.NewReader(want),
		"the end with the data": iotest.DataErrReader(strings.NewReader(want)),
		"in halves":             iotest.HalfReader(strings.NewReader(want)),
	} {
		t.Run(name, func(t *testing.T) {
			if err := iotest.TestReader(Reader(t.Context(), in), []byte(want)); err != nil {
				t.Error(err)
			}
		})
	}
	fault := errors.New("a fault")
	got, err := io.ReadAll(Reader(t.Context(), io.MultiReader(strings.NewReader("some"), iotest.ErrReader(fault))))
	if string(got) != "some" || !errors.Is(err, fault) {
		t.Errorf("read %q, %v, want some and the fault", got, err)
	}
}

// TestReadFile: a file, a pipe, what is missing, and what never ends.
func TestReadFile(t *testing.T) {
	name := pipe(t)
	go os.WriteFile(name, []byte("through a pipe"), 0)
	if got, err := ReadFile(t.Context(), name); string(got) != "through a pipe" || err != nil {
		t.Errorf("the pipe gave %q, %v", got, err)
	}
	if _, err := ReadFile(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := readFile(t.Context(), "/dev/zero", 8<<20); err == nil || !strings.Contains(err.Error(), "larger than 8 MiB") {
		t.Errorf("a file without end: %v", err)
	}
}
