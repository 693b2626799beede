package plan

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A ConfigText is the text of a configuration. A plan's JSON shows which references
// an expression has, and the text shows what it does with them. Modules are
// read when they are first needed; a ConfigText is not safe for concurrent use.
type ConfigText struct {
	// read returns the files of the module at a path without instance keys; nil
	// if it has none.
	read func(path string) []configFile
	// root is the directory of the root module; empty if there is none.
	root string
	// close closes the archive that the text is read from.
	close   func() error
	modules map[string]*moduleText
	// bytesLeft is how many more bytes may be read.
	bytesLeft int64
}

// The limits of how much of a configuration is read: bytes of one file, bytes
// of all files, and files of one module.
const (
	maxTextFile = 1 << 20
	maxText     = 64 << 20
	maxFiles    = 2000
)

// OpenConfigText opens the text of the configuration in a directory. Remote modules
// are read from where terraform init put them. Its errors are those of
// ReadSource.
func OpenConfigText(dir string) (*ConfigText, error) {
	files, err := configurationFiles(dir)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	if len(files) == 0 {
		return nil, noConfiguration(dir)
	}
	t := newText(func() error { return nil })
	installed := installedModules(filepath.Join(dir, ".terraform", "modules", "modules.json"))
	t.root = dir
	t.read = func(path string) []configFile { return t.directory(t.moduleDirectory(path, installed)) }
	return t, nil
}

// newText returns a Text without modules.
func newText(closeArchive func() error) *ConfigText {
	return &ConfigText{close: closeArchive, modules: map[string]*moduleText{}, bytesLeft: maxText}
}

// A moduleRecord is an entry of modules.json, as Terraform writes it into
// .terraform/modules and into binary plans.
type moduleRecord struct {
	Key string
	Dir string
}

// installedModules returns the directories that terraform init put modules
// into, by key: a.b for module.a.module.b; nil if there are none.
func installedModules(file string) map[string]string {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var manifest struct{ Modules []moduleRecord }
	if json.Unmarshal(data, &manifest) != nil {
		return nil
	}
	out := map[string]string{}
	for _, m := range manifest.Modules {
		out[m.Key] = m.Dir
	}
	return out
}

// moduleKey returns the key in modules.json of a module path.
func moduleKey(path string) string {
	var names []string
	for i, part := range strings.Split(path, ".") {
		if i%2 == 1 {
			names = append(names, part)
		}
	}
	return strings.Join(names, ".")
}

// moduleDirectory returns the directory of a module: the local one that its
// caller names, or the one that terraform init put it into.
func (t *ConfigText) moduleDirectory(path string, installed map[string]string) string {
	if path == "" {
		return t.root
	}
	caller := t.module(parentModule(path))
	if caller == nil {
		return ""
	}
	call := caller.calls[path[strings.LastIndex(path, ".")+1:]]
	if call.local != "" {
		if above := t.moduleDirectory(parentModule(path), installed); above != "" {
			return filepath.Join(above, call.local)
		}
	}
	if dir := installed[moduleKey(path)]; dir != "" && call.attributes != nil {
		return filepath.Join(t.root, filepath.FromSlash(dir))
	}
	return ""
}

// directory reads the configuration files of a directory; nil if not all of
// them can be read.
func (t *ConfigText) directory(dir string) []configFile {
	if dir == "" {
		return nil
	}
	names, err := configurationFiles(dir)
	if err != nil || len(names) > maxFiles {
		return nil
	}
	var out []configFile
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		f, err := os.Open(name)
		if err != nil {
			return nil
		}
		text, err := t.readLimited(f)
		if err != nil {
			return nil
		}
		out = append(out, configFile{filepath.Base(name), text})
	}
	return out
}

// readLimited reads a file, unless it or all files together are too long.
func (t *ConfigText) readLimited(f io.ReadCloser) ([]byte, error) {
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxTextFile+1))
	t.bytesLeft -= int64(len(text))
	if err == nil && (len(text) > maxTextFile || t.bytesLeft < 0) {
		err = errors.New("file too long")
	}
	return text, err
}

// openArchivedText opens the configuration in a binary plan, which is a zip
// archive that holds the files of all modules; nil if it cannot be read.
// https://github.com/hashicorp/terraform/blob/main/internal/plans/planfile/config_snapshot.go
func openArchivedText(file string) *ConfigText {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return nil
	}
	t := newText(archive.Close)
	files := map[string][]*zip.File{}
	for _, f := range archive.File {
		if folder, name, ok := strings.Cut(strings.TrimPrefix(f.Name, "tfconfig/m-"), "/"); ok && strings.HasPrefix(f.Name, "tfconfig/m-") && !strings.Contains(name, "/") {
			files[folder] = append(files[folder], f)
		}
	}
	t.read = func(path string) []configFile { return t.unzip(files[moduleKey(path)]) }
	return t
}

// unzip reads the configuration files of one module in a binary plan.
func (t *ConfigText) unzip(files []*zip.File) []configFile {
	if len(files) > maxFiles {
		return nil
	}
	var out []configFile
	for _, f := range files {
		if !isConfigurationFile(f.Name) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil
		}
		text, err := t.readLimited(r)
		if err != nil {
			return nil
		}
		out = append(out, configFile{f.Name[strings.LastIndex(f.Name, "/")+1:], text})
	}
	return out
}

// A moduleText is the parsed text of a module, as far as values depend on it.
type moduleText struct {
	locals    map[string]hcl.Expression
	variables map[string]attributes
	// providers are by name and alias, as in google.host, and blocks by address
	// within the module.
	providers map[string]attributes
	blocks    map[string]attributes
	outputs   map[string]attributes
	calls     map[string]callText
}

// attributes are the expressions of a block, by name.
type attributes map[string]hcl.Expression

// A callText is the text of a module block.
type callText struct {
	attributes attributes
	// local is the directory of the module, relative to that of the caller;
	// empty if it is a remote module.
	local string
}

// module returns the text of the module at path; nil if it is missing, or if a
// part of it has errors.
func (t *ConfigText) module(path string) *moduleText {
	if m, known := t.modules[path]; known {
		return m
	}
	t.modules[path] = nil
	t.modules[path] = readModule(t.read(path))
	return t.modules[path]
}

// readModule parses the files of a module.
func readModule(files []configFile) *moduleText {
	if len(files) == 0 || mixesTerraformAndOpenTofu(files) {
		return nil
	}
	m := &moduleText{
		locals: map[string]hcl.Expression{}, variables: map[string]attributes{}, providers: map[string]attributes{},
		blocks: map[string]attributes{}, outputs: map[string]attributes{}, calls: map[string]callText{},
	}
	// The settings of override files replace those of other files.
	// https://developer.hashicorp.com/terraform/language/files/override
	slices.SortStableFunc(files, func(a, b configFile) int {
		if isOverride(a.name) != isOverride(b.name) {
			return map[bool]int{true: 1, false: -1}[isOverride(a.name)]
		}
		return strings.Compare(a.name, b.name)
	})
	for _, f := range files {
		if !m.add(f) {
			return nil
		}
	}
	return m
}

// mixesTerraformAndOpenTofu reports whether a module has files for OpenTofu and
// others: which of them count depends on the program.
func mixesTerraformAndOpenTofu(files []configFile) bool {
	n := 0
	for _, f := range files {
		if strings.Contains(f.name, ".tofu") {
			n++
		}
	}
	return n > 0 && n < len(files)
}

// isOverride reports whether a file is an override file.
func isOverride(name string) bool {
	base, _, _ := strings.Cut(name, ".")
	return base == "override" || strings.HasSuffix(base, "_override")
}

// add adds the blocks of a file; false if it has errors.
func (m *moduleText) add(f configFile) bool {
	file, complete := parseHCL(f.name, f.content)
	if !complete {
		return false
	}
	content, _, diagnostics := file.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
		{Type: "locals"},
		{Type: "variable", LabelNames: []string{"name"}},
		{Type: "provider", LabelNames: []string{"name"}},
		{Type: "module", LabelNames: []string{"name"}},
		{Type: "output", LabelNames: []string{"name"}},
		{Type: "resource", LabelNames: []string{"type", "name"}},
		{Type: "data", LabelNames: []string{"type", "name"}},
	}})
	if diagnostics.HasErrors() {
		return false
	}
	for _, b := range content.Blocks {
		if !m.addBlock(b) {
			return false
		}
	}
	return true
}

// addBlock adds a block; false if it has errors.
func (m *moduleText) addBlock(b *hcl.Block) bool {
	switch b.Type {
	case "locals":
		all, diagnostics := b.Body.JustAttributes()
		for name, a := range all {
			m.locals[name] = a.Expr
		}
		return !diagnostics.HasErrors()
	case "variable":
		mergeAttributes(m.variables, b.Labels[0], attributesNamed(b, "default", "type", "nullable", "ephemeral", "sensitive"))
	case "output":
		mergeAttributes(m.outputs, b.Labels[0], attributesNamed(b, "value", "sensitive"))
	case "provider":
		of := allAttributes(b)
		mergeAttributes(m.providers, providerName(b.Labels[0], of["alias"]), of)
	case "module":
		m.addCall(b)
	default:
		mergeAttributes(m.blocks, blockAddress(b), attributesNamed(b, "project"))
	}
	return true
}

// addCall adds a module block, or the attributes of its override.
func (m *moduleText) addCall(b *hcl.Block) {
	call := m.calls[b.Labels[0]]
	if call.attributes == nil {
		call.attributes = attributes{}
	}
	of := allAttributes(b)
	if of["source"] != nil {
		call.local = localModulePath(b)
	}
	maps.Copy(call.attributes, of)
	m.calls[b.Labels[0]] = call
}

// providerName returns the key of a provider block: google, or google.host.
func providerName(name string, alias hcl.Expression) string {
	if alias == nil {
		return name
	}
	// An alias that is not a constant finds no provider.
	text, _ := literal(alias)
	return name + "." + text
}

// literal returns the value of an expression that is a constant string.
func literal(e hcl.Expression) (string, bool) {
	v, diagnostics := e.Value(nil)
	if diagnostics.HasErrors() || !isKnownString(v) {
		return "", false
	}
	return v.AsString(), true
}

// attributesNamed returns the expressions of a block that have one of the
// names.
func attributesNamed(b *hcl.Block, names ...string) attributes {
	schema := &hcl.BodySchema{}
	for _, name := range names {
		schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: name})
	}
	content, _, _ := b.Body.PartialContent(schema)
	out := attributes{}
	for name, a := range content.Attributes {
		out[name] = a.Expr
	}
	return out
}

// allAttributes returns the expressions of a block, without those of nested
// blocks.
func allAttributes(b *hcl.Block) attributes {
	all, _ := b.Body.JustAttributes()
	out := attributes{}
	for name, a := range all {
		out[name] = a.Expr
	}
	return out
}

// mergeAttributes adds the expressions of a block to those of the same block in
// earlier files.
func mergeAttributes(into map[string]attributes, name string, more attributes) {
	if into[name] == nil {
		into[name] = attributes{}
	}
	maps.Copy(into[name], more)
}

// nativeExpression returns an expression in native syntax: in JSON syntax,
// strings are templates and everything else is constant. It returns nil for
// other JSON values.
func nativeExpression(e hcl.Expression) hclsyntax.Expression {
	if e, ok := e.(hclsyntax.Expression); ok {
		return e
	}
	v, diagnostics := e.Value(nil)
	if diagnostics.HasErrors() {
		return nil
	}
	if !isKnownString(v) {
		if !v.IsWhollyKnown() || hasTemplate(v) {
			return nil
		}
		return &hclsyntax.LiteralValueExpr{Val: v}
	}
	if len(v.AsString()) > maxExpression {
		return nil
	}
	out, diagnostics := hclsyntax.ParseTemplate([]byte(v.AsString()), "", hcl.InitialPos)
	if diagnostics.HasErrors() {
		return nil
	}
	return out
}
