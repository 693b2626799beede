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
	// what names the file in messages, such as "the plan".
	what string
	// path may be empty, a directory, or a file that does not exist.
	path string
}

// checkOutputs returns an error if an output would overwrite a file that the
// command reads, or is a symbolic link. It is called before any request is sent
// and anything is written.
func checkOutputs(outputs []output, inputs ...inputFile) error {
	for _, o := range outputs {
		if o.file == "" {
			continue
		}
		if err := checkOverwrite(o.file, inputs); err != nil {
			return fmt.Errorf("--format %s=%s: %w\nhint: --format %s=%s", o.format, o.file, err, o.format, unusedName("report", extension(o.format)))
		}
	}
	return nil
}

// checkOverwrite returns an error if writing file would overwrite one of the
// inputs or a Terraform file, or if file is a symbolic link.
func checkOverwrite(file string, inputs []inputFile) error {
	if isLink(file) {
		return errors.New("this is a symbolic link, and links are not followed")
	}
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return nil // there is no file to lose
	}
	for _, in := range inputs {
		other, err := os.Stat(in.path)
		if err == nil && os.SameFile(info, other) {
			return fmt.Errorf("this file is %s, which would be overwritten", in.what)
		}
	}
	if isTerraformFile(file) {
		return errors.New("this is a Terraform file, which would be overwritten")
	}
	return nil
}

// isTerraformFile reports whether Terraform or OpenTofu reads or saves files of
// this name in a directory.
// https://developer.hashicorp.com/terraform/language/files
func isTerraformFile(file string) bool {
	return slices.ContainsFunc([]string{
		".tf", ".tf.json", ".tofu", ".tofu.json", ".tfvars", ".tfvars.json", ".tfstate", ".tfstate.backup", ".terraform.lock.hcl",
	}, func(ending string) bool { return strings.HasSuffix(file, ending) })
}

// isLink reports whether a file is a symbolic link, which a checkout of untrusted
// code may contain. Names of open streams, such as /dev/stdout, are links too, but
// writing to the stream is what their user wants.
func isLink(file string) bool {
	info, err := os.Lstat(file)
	return err == nil && info.Mode()&os.ModeSymlink != 0 && !isStream(file)
}

// isStream reports whether a file is the name of an open stream.
func isStream(file string) bool {
	file = filepath.ToSlash(filepath.Clean(file))
	if file == "/dev/stdout" || file == "/dev/stderr" || strings.HasPrefix(file, "/dev/fd/") {
		return true
	}
	process, isDescriptor := strings.CutPrefix(file, "/proc/")
	parts := strings.Split(process, "/")
	return isDescriptor && len(parts) == 3 && parts[1] == "fd"
}

// unusedName returns the name of a file that does not exist. Hints use it, because
// pasting a hint must never overwrite anything.
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

// extension returns the file name extension of a format.
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

// writeOutput calls write with a file that it creates or overwrites, or with
// standard output if file is empty.
func writeOutput(env Env, file string, write func(io.Writer) error) error {
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

// create opens a file for writing and truncates it, unless its name is a symbolic
// link. It truncates the file only after it has compared what was opened with what
// the name refers to: a link may replace the file in between.
func create(file string, mode os.FileMode) (*os.File, error) {
	if isLink(file) {
		return nil, fmt.Errorf("%s is a symbolic link", file)
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, mode)
	if err != nil {
		return nil, err
	}
	if err := truncate(f, file); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// truncate empties an opened regular file, unless file now names another one.
func truncate(f *os.File, file string) error {
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

// isDirectory reports whether path is a directory.
func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
