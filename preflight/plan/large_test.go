//go:build unix

package plan

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"gke-preflight/fixtures/deadline"
)

// readers are the ways of reading that BenchmarkReaders compares. The last two
// are the lower bound: copying the bytes, and searching each for a quote.
func readers() map[string]func(io.Reader) error {
	return map[string]func(io.Reader) error{
		"read": func(r io.Reader) error { _, err := Read(r, Options{}); return err },
		"terraform-json": func(r io.Reader) error {
			data, err := io.ReadAll(r)
			if err != nil {
				return err
			}
			return new(tfjson.Plan).UnmarshalJSON(data)
		},
		"limit-copy": func(r io.Reader) error {
			_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, make([]byte, 64<<10))
			return err
		},
		"limit-quotes": func(r io.Reader) error {
			in := bufio.NewReaderSize(r, 64<<10)
			for {
				if _, err := in.ReadSlice('"'); errors.Is(err, io.EOF) {
					return nil
				} else if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
					return err
				}
			}
		},
	}
}

// TestReader reads the plan that a benchmark names, in its own process; without
// one, it reads a small plan with every reader.
func TestReader(t *testing.T) {
	if file, name := os.Getenv("BENCH_PLAN"), os.Getenv("BENCH_READER"); file != "" {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := readers()[name](f); err != nil {
			t.Fatal(err)
		}
		return
	}
	for name, read := range readers() {
		if err := read(bytes.NewReader(fixturePlan(t, "minimal"))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// BenchmarkReaders reads large plans as files, each reader in its own process,
// including its start, and reports the peak of its memory.
func BenchmarkReaders(b *testing.B) {
	for _, p := range []struct {
		name string
		args []string
	}{
		{"dense", []string{"-resources", "2000"}},
		{"monorepo", []string{"-resources", "20", "-bytes", "500000000"}},
	} {
		b.Run(p.name, func(b *testing.B) {
			file, size := largePlan(b, p.args...)
			for _, name := range []string{"read", "terraform-json", "jq", "limit-copy", "limit-quotes"} {
				b.Run(name, func(b *testing.B) { benchmarkReader(b, name, file, size) })
			}
		})
	}
}

func largePlan(b *testing.B, args ...string) (string, int64) {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "plan.json"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	cmd := deadline.Command(b, "go", append([]string{"run", "../../fixtures/largeplan", "-plans", "../../fixtures/plans"}, args...)...)
	cmd.Stdout, cmd.Stderr = f, os.Stderr
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	return f.Name(), info.Size()
}

func benchmarkReader(b *testing.B, name, file string, size int64) {
	if _, err := exec.LookPath("jq"); name == "jq" && err != nil {
		b.Skip("jq is not installed")
	}
	b.SetBytes(size)
	var peak int64
	for b.Loop() {
		cmd := deadline.Command(b, os.Args[0], "-test.run=^TestReader$")
		if name == "jq" {
			cmd = deadline.Command(b, "jq", ".format_version", file)
		}
		cmd.Env = append(os.Environ(), "BENCH_PLAN="+file, "BENCH_READER="+name)
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%s: %v\n%s", name, err, out)
		}
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			peak = max(peak, int64(usage.Maxrss)) // kilobytes on Linux
		}
	}
	b.ReportMetric(float64(peak)/1024, "peak-MiB")
}

func TestAfterProject(t *testing.T) {
	for raw, want := range map[string]string{
		`{"change":{"before":{"project":"b"},"after":{"name":"n","project":"p"}}}`: "p",
		`{"project":"x","change":{"project":"y","after":{"a":{"project":"z"}}}}`:   "",
		`{"ch\u0061nge":{"after":{"\u0070roject":"p"}}}`:                           "p",
		`{"change":{"after":{"project":null}}}`:                                    "",
		`{"change":{"after":null},"x":"project"}`:                                  "",
		`{"change":null,"x":"project"}`:                                            "",
		`{"change":{"after":{"project":7}}}`:                                       "",
	} {
		if got := afterProject([]byte(raw)); got != want {
			t.Errorf("%s: got %q, want %q", raw, got, want)
		}
	}
}
