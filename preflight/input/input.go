// Package input reads untrusted files and pipes with limits: a pipe that nobody
// writes to does not block the program, and an endless one does not fill its
// memory.
package input

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Limit is the size of the largest file that ReadFile reads, in bytes.
const Limit = 256 << 20

// Open opens a file or a pipe for reading. Opening a pipe waits for its writer
// until ctx ends, and so does each Read; both then return the error of ctx.
func Open(ctx context.Context, name string) (io.ReadCloser, error) {
	type result struct {
		file *os.File
		err  error
	}
	opened := make(chan result, 1)
	go func() {
		f, err := os.Open(name)
		opened <- result{f, err}
	}()
	select {
	case r := <-opened:
		if r.err != nil {
			return nil, r.err
		}
		return file{Reader(ctx, r.file), r.file}, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("open %s: %w", name, ctx.Err())
	}
}

// A file reads through a Reader and closes the file behind it.
type file struct {
	io.Reader
	io.Closer
}

// Reader returns a reader of r whose Read returns when ctx ends, even if the Read
// of r cannot be interrupted, as that of a pipe. The Read of r then continues in
// the background.
func Reader(ctx context.Context, r io.Reader) io.Reader {
	return &reader{ctx: ctx, in: r, buffer: make([]byte, 64<<10), results: make(chan result, 1)}
}

type reader struct {
	ctx     context.Context
	in      io.Reader
	buffer  []byte
	results chan result
	// unread is the part of the buffer that Read has not returned yet, and err
	// the error that came with it.
	unread []byte
	err    error
}

// A result is what a Read returns.
type result struct {
	n   int
	err error
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if len(r.unread) == 0 && r.err == nil {
		r.fetch()
	}
	n := copy(p, r.unread)
	r.unread = r.unread[n:]
	if len(r.unread) > 0 {
		return n, nil
	}
	return n, r.err
}

// fetch fills the buffer, or sets err if ctx ends first.
func (r *reader) fetch() {
	if r.err = r.ctx.Err(); r.err != nil {
		return
	}
	go func() {
		n, err := r.in.Read(r.buffer)
		r.results <- result{n, err}
	}()
	select {
	case got := <-r.results:
		r.unread, r.err = r.buffer[:got.n], got.err
	case <-r.ctx.Done():
		r.err = r.ctx.Err()
	}
}

// ReadFile reads a whole file or pipe of at most Limit bytes.
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
