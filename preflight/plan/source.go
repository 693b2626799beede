package plan

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// A Source says where the blocks of a configuration stand in its files. It is
// for showing people where to look: nothing is evaluated, and what cannot be
// read is left out.
type Source struct {
	// blocks are by absolute address without instance keys.
	blocks map[string]Position
	first  Position
	// parsed are the blocks of the files that have been read: modules may be
	// called often. Calls counts the calls that are still followed.
	blocksByFile map[string][]*hcl.Block
	callsLeft    int
}

// A Position is a place in a configuration.
type Position struct {
	// File is relative to the working directory, with forward slashes.
	File string
	// Line counts from 1.
	Line int
}

// ReadSource finds the blocks of the configuration in dir and in the local
// modules that it calls. Its error is that dir cannot be read or has no
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

// Block is where the block of address stands. A block of a module that is not
// local is found where the module is called. False where it is not there.
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

// lastModule is the path of the module that a block is in.
func lastModule(block string) string {
	parts := strings.Split(block, ".")
	n := 0
	for n+1 < len(parts) && parts[n] == "module" {
		n += 2
	}
	return strings.Join(parts[:n], ".")
}

// First is where to begin reading: the first line of main.tf, or of the first
// file where there is none.
func (s *Source) First() Position { return s.first }

// read takes the blocks of the module in dir, which is called path; above are
// the directories of the modules around it.
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

// maxCalls bounds how many calls of modules are followed. Modules that call
// each other twice have twice as many at each step, and a configuration may have
// come with a change that nobody has read yet.
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

// shown is the name of a file as reports have it: relative to the working
// directory where it can be.
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
