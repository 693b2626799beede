package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An inputFile is a file that a command reads.
type inputFile struct {
	// what is the word for it in messages, such as: the plan.
	what string
	// path may be empty, or name a directory or nothing.
	path string
}

// protect refuses outputs that would overwrite what the command reads, or that
// a link leads elsewhere. It is called before anything is asked or written.
func protect(outputs []output, inputs ...inputFile) error {
	for _, o := range outputs {
		if o.file == "" {
			continue
		}
		if err := overwrites(o.file, inputs); err != nil {
			return fmt.Errorf("--format %s=%s: %w\nhint: --format %s=%s", o.format, o.file, err, o.format, unusedName("report", extension(o.format)))
		}
	}
	return nil
}

// overwrites returns an error if writing file would overwrite one of the inputs
// or a file of Terraform, or if file is a link.
func overwrites(file string, inputs []inputFile) error {
	if isLink(file) {
		return errors.New("this is a symbolic link, which is not followed")
	}
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return nil // nothing is there that could be lost
	}
	for _, in := range inputs {
		other, err := os.Stat(in.path)
		if err == nil && os.SameFile(info, other) {
			return fmt.Errorf("this file is %s, which would be overwritten", in.what)
		}
	}
	if isTerraformFile(file) {
		return errors.New("this is a file of Terraform, which would be overwritten")
	}
	return nil
}

// isTerraformFile reports whether a file is one that Terraform or OpenTofu
// reads in a directory, or keeps there.
// https://developer.hashicorp.com/terraform/language/files
func isTerraformFile(file string) bool {
	return slices.ContainsFunc([]string{
		".tf", ".tf.json", ".tofu", ".tofu.json", ".tfvars", ".tfvars.json", ".tfstate", ".tfstate.backup", ".terraform.lock.hcl",
	}, func(ending string) bool { return strings.HasSuffix(file, ending) })
}

// isLink reports whether a file is a symbolic link that a checkout may have
// brought. The names of open streams, such as /dev/stdout, are links as well,
// and whoever writes them means the stream.
func isLink(file string) bool {
	info, err := os.Lstat(file)
	return err == nil && info.Mode()&os.ModeSymlink != 0 && !isStream(file)
}

func isStream(file string) bool {
	file = filepath.ToSlash(filepath.Clean(file))
	if file == "/dev/stdout" || file == "/dev/stderr" || strings.HasPrefix(file, "/dev/fd/") {
		return true
	}
	process, isDescriptor := strings.CutPrefix(file, "/proc/")
	parts := strings.Split(process, "/")
	return isDescriptor && len(parts) == 3 && parts[1] == "fd"
}

// unusedName returns a name for a file that is not there, for hints: what a
// hint says must never overwrite anything.
func unusedName(stem, extension string) string {
	name := stem + extension
	for i := 2; i < 1000; i++ {
		if _, err := os.Lstat(name); err != nil {
			break
		}
		name = fmt.Sprintf("%s-%d%s", stem, i, extension)
	}
	return name
}

// extension is that of a file in a format.
func extension(format string) string {
	switch format {
	case "json", "codequality":
		return ".json"
	case "sarif", "html":
		return "." + format
	case "junit":
		return ".xml"
	case "markdown":
		return ".md"
	}
	return ".txt"
}

// to calls write with standard output, or with a file that it makes or
// overwrites.
func to(env Env, file string, write func(io.Writer) error) error {
	if file == "" {
		return write(env.Stdout)
	}
	f, err := create(file, 0o666)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// create opens a file for writing and empties it, unless its name is a link.
// The file is emptied only once it is certain which one was opened: a link may
// take a name's place in between.
func create(file string, mode os.FileMode) (*os.File, error) {
	if isLink(file) {
		return nil, fmt.Errorf("%s is a symbolic link", file)
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, mode)
	if err != nil {
		return nil, err
	}
	if err := empty(f, file); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func empty(f *os.File, file string) error {
	opened, err := f.Stat()
	if err != nil || !opened.Mode().IsRegular() {
		return err
	}
	named, err := os.Lstat(file)
	if err != nil {
		return err
	}
	if !isStream(file) && !os.SameFile(opened, named) {
		return fmt.Errorf("%s is a symbolic link", file)
	}
	return f.Truncate(0)
}
