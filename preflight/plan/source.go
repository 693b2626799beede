package plan

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// A Source locates the blocks of a configuration in its files. It only shows
// people where to look: nothing is evaluated, and what cannot be read is
// ignored.
type Source struct {
	// blocks are by absolute address without instance keys.
	blocks map[string]Position
	first  Position
	// blocksByFile are the blocks of the files that have been read, since a
	// module may be called often.
	blocksByFile map[string][]*hcl.Block
	// callsLeft is how many more module calls are followed.
	callsLeft int
}

// A Position is a line in a configuration file.
type Position struct {
	// File is relative to the working directory, with forward slashes.
	File string
	// Line counts from 1.
	Line int
}

// ReadSource locates the blocks of the configuration in dir and in the local
// modules that it calls. It returns an error if dir cannot be read or has no
// configuration.
func ReadSource(dir string) (*Source, error) {
	s := &Source{blocks: make(map[string]Position), blocksByFile: make(map[string][]*hcl.Block), callsLeft: maxCalls}
	files, err := configurationFiles(dir)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	if len(files) == 0 {
		return nil, noConfiguration(dir)
	}
	s.first = Position{File: displayPath(mainFile(files)), Line: 1}
	s.readModule(dir, "", nil)
	return s, nil
}

// Block returns the position of the block with an address. For a block of a
// remote module, it returns the position of the module block. It returns false
// if neither is found.
func (s *Source) Block(address string) (Position, bool) {
	block := withoutKeys(address)
	if p, found := s.blocks[block]; found {
		return p, true
	}
	for call := lastModule(block); call != ""; call = parentModule(call) {
		if p, found := s.blocks[call]; found {
			return p, true
		}
	}
	return Position{}, false
}

// lastModule returns the path of the module that a block is in.
func lastModule(block string) string {
	parts := strings.Split(block, ".")
	n := 0
	for n+1 < len(parts) && parts[n] == "module" {
		n += 2
	}
	return strings.Join(parts[:n], ".")
}

// First returns where to begin reading: the first line of main.tf, or of the
// first file if there is no main.tf.
func (s *Source) First() Position { return s.first }

// readModule adds the blocks of the module in dir, which has the given module
// path; above are the directories of the modules around it.
func (s *Source) readModule(dir, path string, above []string) {
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil || slices.Contains(above, resolved) || s.callsLeft <= 0 {
		return
	}
	s.callsLeft--
	files, err := configurationFiles(dir)
	if err != nil {
		return
	}
	for _, file := range files {
		for _, b := range s.fileBlocks(file) {
			address := join(path, blockAddress(b))
			if _, known := s.blocks[address]; !known {
				s.blocks[address] = Position{File: displayPath(file), Line: b.DefRange.Start.Line}
			}
			if local := localModulePath(b); local != "" {
				s.readModule(filepath.Join(dir, local), address, append(slices.Clone(above), resolved))
			}
		}
	}
}

// maxCalls limits how many module calls are followed. If each module calls the
// next one twice, the number of calls doubles at each step, and the
// configuration may be part of an unreviewed change.
const maxCalls = 10_000

// fileBlocks returns the blocks of a file, which is parsed once.
func (s *Source) fileBlocks(file string) []*hcl.Block {
	file = filepath.Clean(file)
	blocks, known := s.blocksByFile[file]
	if !known {
		blocks = sourceBlocks(file)
		s.blocksByFile[file] = blocks
	}
	return blocks
}

// displayPath returns the name of a file for reports: relative to the working
// directory if possible.
func displayPath(file string) string {
	if filepath.IsAbs(file) {
		if here, err := os.Getwd(); err == nil {
			if relative, err := filepath.Rel(here, file); err == nil {
				file = relative
			}
		}
	}
	return filepath.ToSlash(filepath.Clean(file))
}
