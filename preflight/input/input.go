// Package input reads files and pipes that others made: what never comes does
// not hold the program, and what never ends does not fill the memory.
package input

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Limit is the most that ReadFile reads, in bytes.
const Limit = 256 << 20

// Open opens a file or a pipe for reading. It waits for a pipe's writer until
// ctx ends, and so does each Read: their error is then that of ctx.
func Open(ctx context.Context, name string) (io.ReadCloser, error) {
	type opened struct {
		file *os.File
		err  error
	}
	came := make(chan opened, 1)
	go func() {
		f, err := os.Open(name)
		came <- opened{f, err}
	}()
	select {
	case o := <-came:
		if o.err != nil {
			return nil, o.err
		}
		return file{Reader(ctx, o.file), o.file}, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("open %s: %w", name, ctx.Err())
	}
}

// A file is read through a Reader.
type file struct {
	io.Reader
	io.Closer
}

// Reader reads r until ctx ends, also where r itself cannot be stopped: a pipe
// that nobody writes to. A Read of r may then go on unseen.
func Reader(ctx context.Context, r io.Reader) io.Reader {
	return &reader{ctx: ctx, in: r, buffer: make([]byte, 64<<10), came: make(chan result, 1)}
}

type reader struct {
	ctx    context.Context
	in     io.Reader
	buffer []byte
	came   chan result
	// rest is what has come and was not asked for yet, and err what came
	// with it.
	rest []byte
	err  error
}

type result struct {
	n   int
	err error
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 && r.err == nil {
		r.fetch()
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	if len(r.rest) > 0 {
		return n, nil
	}
	return n, r.err
}

func (r *reader) fetch() {
	if r.err = r.ctx.Err(); r.err != nil {
		return
	}
	go func() {
		n, err := r.in.Read(r.buffer)
		r.came <- result{n, err}
	}()
	select {
	case got := <-r.came:
		r.rest, r.err = r.buffer[:got.n], got.err
	case <-r.ctx.Done():
		r.err = r.ctx.Err()
	}
}

// ReadFile reads a whole file or pipe, of at most Limit bytes.
func ReadFile(ctx context.Context, name string) ([]byte, error) { return readFile(ctx, name, Limit) }

func readFile(ctx context.Context, name string, limit int) (_ []byte, err error) {
	f, err := Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err == nil && len(data) > limit {
		err = fmt.Errorf("read %s: it is larger than %d MiB", name, limit>>20)
	}
	return data, err
}
