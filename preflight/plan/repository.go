package plan

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// A Repository records which configuration directories call which, to
// distinguish root modules, which are planned, from modules that are only
// called. Nothing is evaluated.
type Repository struct {
	// callers are by the absolute path of the directory that is called.
	callers map[string][]string
	base    string
}

// ReadRepository reads the configuration in base and below it. Hidden
// directories, such as .terraform, are skipped.
func ReadRepository(ctx context.Context, base string) (*Repository, error) {
	base, err := filepath.Abs(base)
	if err != nil {
		return nil, err
	}
	r := &Repository{callers: make(map[string][]string), base: base}
	err = filepath.WalkDir(base, func(path string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || !e.IsDir() {
			return nil // A directory that cannot be read has no known calls.
		}
		if path != base && strings.HasPrefix(e.Name(), ".") {
			return fs.SkipDir
		}
		r.readCalls(path)
		return nil
	})
	return r, err
}

// readCalls records the local modules that dir calls.
func (r *Repository) readCalls(dir string) {
	files, err := configurationFiles(dir)
	if err != nil {
		return
	}
	for _, file := range files {
		for _, b := range sourceBlocks(file) {
			if local := localModulePath(b); local != "" {
				called := filepath.Join(dir, local)
				r.callers[called] = append(r.callers[called], dir)
			}
		}
	}
}

// IsCalled reports whether a directory other than dir calls it as a module.
func (r *Repository) IsCalled(dir string) bool {
	dir, err := filepath.Abs(dir)
	return err == nil && slices.ContainsFunc(r.callers[dir], func(c string) bool { return c != dir })
}

// Roots returns the directories that call a module, directly or through other
// modules, and that nothing calls or that have a state of their own.
func (r *Repository) Roots(module string) []string {
	start, err := filepath.Abs(module)
	if err != nil {
		return nil
	}
	var out []string
	seen := map[string]bool{start: true}
	for next := []string{start}; len(next) > 0; next = next[1:] {
		for _, c := range r.callers[next[0]] {
			if seen[c] {
				continue
			}
			seen[c] = true
			next = append(next, c)
			if HasState(c) || !r.IsCalled(c) {
				out = append(out, r.relativePath(c))
			}
		}
	}
	slices.Sort(out)
	return out
}

// relativePath returns dir relative to the base of the repository.
func (r *Repository) relativePath(dir string) string {
	if rel, err := filepath.Rel(r.base, dir); err == nil {
		return rel
	}
	return dir
}

// IsInitialized reports whether terraform init ran in dir. It also runs in
// modules, to validate them, so this alone does not make a root module.
func IsInitialized(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, ".terraform"))
	return err == nil
}

// HasConfiguration reports whether dir has configuration files.
func HasConfiguration(dir string) bool {
	files, err := configurationFiles(dir)
	return err != nil || len(files) > 0
}

// HasState reports whether dir shows signs of a root module: it configures a
// backend or a provider, its variables have values, or it has state. A file
// that cannot be read counts as a sign.
func HasState(dir string) bool {
	for _, pattern := range []string{
		"terraform.tfstate", "terraform.tfstate.d", ".terraform/terraform.tfstate", ".terraform/environment",
		"terraform.tfvars", "terraform.tfvars.json", "*.auto.tfvars", "*.auto.tfvars.json",
	} {
		// dir may contain pattern characters, so it is not part of the pattern.
		if found, err := fs.Glob(os.DirFS(dir), pattern); err == nil && len(found) > 0 {
			return true
		}
	}
	files, err := configurationFiles(dir)
	if err != nil {
		return true
	}
	return slices.ContainsFunc(files, hasRootModuleBlock)
}

// hasRootModuleBlock reports whether a file has a block that belongs in a root
// module: provider, or backend or cloud in terraform.
// https://developer.hashicorp.com/terraform/language/modules/develop/providers:
// "A module intended to be called by one or more other modules must not contain
// any provider blocks."
func hasRootModuleBlock(file string) bool {
	body, complete := parseSource(file)
	if body == nil || !complete {
		return true
	}
	content, _, _ := body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
		{Type: "provider", LabelNames: []string{"name"}}, {Type: "terraform"},
	}})
	return slices.ContainsFunc(content.Blocks, func(b *hcl.Block) bool {
		if b.Type == "provider" {
			return true
		}
		inner, _, _ := b.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
			{Type: "backend", LabelNames: []string{"type"}}, {Type: "cloud"},
		}})
		return len(inner.Blocks) > 0
	})
}

// RequiredVariables returns the names of the variables of dir that have no default.
func RequiredVariables(dir string) []string {
	files, err := configurationFiles(dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, file := range files {
		body, _ := parseSource(file)
		if body == nil {
			continue
		}
		content, _, _ := body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "variable", LabelNames: []string{"name"}}}})
		for _, b := range content.Blocks {
			inner, _, _ := b.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "default"}}})
			if inner.Attributes["default"] == nil {
				out = append(out, b.Labels[0])
			}
		}
	}
	return out
}
