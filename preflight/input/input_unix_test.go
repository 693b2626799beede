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

// newPipe creates a named pipe.
func newPipe(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestOpenCanceled opens a pipe that nobody writes to.
func TestOpenCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	name := newPipe(t)
	if _, err := Open(ctx, name); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v, want %v", err, context.Canceled)
	}
	// Open the other end, so that no goroutine waits after the test.
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// TestReaderCanceled reads a pipe whose writer stops in the middle.
func TestReaderCanceled(t *testing.T) {
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

// TestReader shows that a Reader returns the data and the error of its source,
// whatever the sizes of the reads.
func TestReader(t *testing.T) {
	want := strings.Repeat("0123456789", 20_000)
	for name, in := range map[string]io.Reader{
		"at once":           strings.NewReader(want),
		"EOF with the data": iotest.DataErrReader(strings.NewReader(want)),
		"in halves":         iotest.HalfReader(strings.NewReader(want)),
	} {
		t.Run(name, func(t *testing.T) {
			if err := iotest.TestReader(Reader(t.Context(), in), []byte(want)); err != nil {
				t.Error(err)
			}
		})
	}
	broken := errors.New("disk on fire")
	got, err := io.ReadAll(Reader(t.Context(), io.MultiReader(strings.NewReader("some"), iotest.ErrReader(broken))))
	if string(got) != "some" || !errors.Is(err, broken) {
		t.Errorf("read %q, %v, want %q, %v", got, err, "some", broken)
	}
}

func TestReadFile(t *testing.T) {
	name := newPipe(t)
	go os.WriteFile(name, []byte("through a pipe"), 0)
	if got, err := ReadFile(t.Context(), name); string(got) != "through a pipe" || err != nil {
		t.Errorf("pipe: %q, %v", got, err)
	}
	if _, err := ReadFile(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v, want %v", err, os.ErrNotExist)
	}
	if _, err := readFile(t.Context(), "/dev/zero", 8<<20); err == nil || !strings.Contains(err.Error(), "larger than 8 MiB") {
		t.Errorf("endless file: %v, want an error about its size", err)
	}
}
