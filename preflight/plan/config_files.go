package plan

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// isConfigurationFile reports whether Terraform or OpenTofu reads a file with
// the given name.
func isConfigurationFile(name string) bool {
	return slices.ContainsFunc(configurationSuffixes(), func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

// noConfiguration returns the error for a directory without configuration.
func noConfiguration(dir string) error {
	return fmt.Errorf("read configuration: %s has no .tf files\nhint: pass --source DIR, the directory that terraform plan ran in", dir)
}

// A configFile is a file of a configuration.
type configFile struct {
	name    string
	content []byte
}

// configurationSuffixes returns the suffixes of configuration files, including
// OpenTofu's.
func configurationSuffixes() []string { return []string{".tf", ".tofu", ".tf.json", ".tofu.json"} }

// configurationFiles returns the files of a module, ordered by name.
func configurationFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if isConfigurationFile(e.Name()) && !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out, nil
}

// sourceBlocks returns the resource, data and module blocks of a file. If the
// file has errors, it returns those that can be parsed.
func sourceBlocks(file string) []*hcl.Block {
	body, _ := parseSource(file)
	if body == nil {
		return nil
	}
	content, _, _ := body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
		{Type: "resource", LabelNames: []string{"type", "name"}},
		{Type: "data", LabelNames: []string{"type", "name"}},
		{Type: "module", LabelNames: []string{"name"}},
	}})
	return content.Blocks
}

// parseSource returns the body of a configuration file, nil if it cannot be
// read, and reports whether it has no errors.
func parseSource(file string) (hcl.Body, bool) {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSource {
		return nil, false
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, false
	}
	f, complete := parseHCL(file, text)
	if f == nil {
		return nil, false
	}
	return f.Body, complete
}

// maxSource limits the size of a file that is parsed, in bytes.
const maxSource = 16 << 20

// mainFile returns main.tf, or the first file if there is no main.tf.
func mainFile(files []string) string {
	for _, f := range files {
		if filepath.Base(f) == "main.tf" {
			return f
		}
	}
	return files[0]
}

// blockAddress returns the address of a block in its module.
func blockAddress(b *hcl.Block) string {
	name := strings.Join(b.Labels, ".")
	if b.Type == "resource" {
		return name
	}
	return b.Type + "." + name
}

// localModulePath returns the directory that a module block calls, relative to
// its own; empty for other blocks, and for remote modules, whose files are not
// part of the configuration.
func localModulePath(b *hcl.Block) string {
	if b.Type != "module" {
		return ""
	}
	content, _, _ := b.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "source"}}})
	source, written := content.Attributes["source"]
	if !written {
		return ""
	}
	value, _ := source.Expr.Value(nil)
	if !value.IsWhollyKnown() || value.IsNull() || value.Type().FriendlyName() != "string" {
		return ""
	}
	if s := value.AsString(); strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") {
		return filepath.FromSlash(s)
	}
	return ""
}
