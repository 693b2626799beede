package diagnose

import (
	"regexp"
	"slices"
	"strings"
)

// Limits of a block, so that memory use is bounded for any log.
const (
	maxBlock = 48 << 10 // in bytes
	maxLines = 250
	// overlap is how many bytes at the end of a block that reached a limit are
	// repeated in the next, so that no message is cut in two.
	overlap = 4 << 10
)

// A block is a part of a log: an error with its details, or the lines between two
// errors. Its lines are joined by spaces.
type block struct {
	text  string
	marks []mark
	// anyStart reports whether the block begins like an error, and so holds that
	// one error.
	anyStart bool
	// errorStart reports whether the block begins with a word such as Error, and
	// so is an error even if no pattern matches.
	errorStart bool
	// context and cluster are the last project and the last cluster that the log
	// named before the block; empty if none.
	context, cluster string
}

// A mark is the offset in a block at which a line of the log begins.
type mark struct{ offset, line int }

// lineAt returns the number of the line that an offset is in.
func (b *block) lineAt(offset int) int {
	i, exact := slices.BinarySearchFunc(b.marks, offset, func(m mark, o int) int { return m.offset - o })
	if !exact {
		i--
	}
	if i < 0 {
		return 0
	}
	return b.marks[i].line
}

// A splitter splits lines into blocks and passes each to examine.
type splitter struct {
	examine     func(*block)
	text        strings.Builder
	marks       []mark
	anyStart    bool
	errorStart  bool
	clientError bool // whether the block has a message of a client library already
	blank       bool // whether the previous line was empty, outside of a box
	continues   bool
	context     string
	cluster     string
}

func newSplitter(examine func(*block)) *splitter { return &splitter{examine: examine} }

var (
	// errorStarts match lines that begin an error.
	errorStarts = regexp.MustCompile(`^(?:\* |- )?(?:(?:Error|ERROR|error|FATAL|Fatal|fatal|CRITICAL|Critical)(?:\s*:|: \(| from server| executing| creating| applying| waiting| reading| when )|E[01]\d{3} \d\d:\d\d|Kubernetes cluster unreachable|The connection to the server \S+ was refused)`)
	// possibleStarts match lines that may begin an error.
	possibleStarts = regexp.MustCompile(`^(?:\* [\w.\[\]"-]+: |Traceback \(most recent|[IWF][01]\d{3} \d\d:\d\d|\[?\{?\s*"?error"?: ?[{\[]|[\s\[{,]*"?protoPayload"?:|\{"|- ResponseError|Warning:|Warning\s+\w+\s+\d+[smhd]|Normal\s+\w+\s+\d+[smhd]|(?:time="[^"]*" )?level=|WARNING:|[\w.]+(?:Exception|Error): )`)
	// clientStarts match messages of client libraries: the second one in a block
	// is another error.
	clientStarts = regexp.MustCompile(`googleapi: Error \d|ResponseError: code=|rpc error: code = |HttpError [45]\d\d|^Error [45]\d\d: `)
	// continuations match lines that belong to the error before them, despite an
	// empty line in between.
	continuations = regexp.MustCompile(`^(?:with |on |and |in |Details|[\[\]{},"]|\d+:|\(|More details|More information|Error [45]\d\d|Caused by|Reason|message)`)
	anyProject    = regexp.MustCompile(`(?:^|[^\w/-]|googleapis\.com/|/v1/|/v1beta1/)projects/([a-z][a-z0-9-]{4,28}[a-z0-9]|\d{6,})(?:/|["'\s,\].]|$)`)
)

// add adds the next line.
func (s *splitter) add(l line) {
	if l.opensBox || s.beginsBlock(l) {
		s.flush()
	}
	if l.text == "" {
		s.blank = !l.inBox
	} else {
		s.classifyStart(l)
		s.append(l)
		s.blank = false
	}
	if l.closesBox {
		s.flush()
	}
}

// beginsBlock reports whether a line begins a new block.
func (s *splitter) beginsBlock(l line) bool {
	if s.text.Len() == 0 || l.text == "" || s.continues {
		return false
	}
	if s.blank && s.anyStart && !continuations.MatchString(l.text) {
		return true
	}
	if s.clientError && hasClientStart(l.text) {
		return true
	}
	return canStart(l.text) && (errorStarts.MatchString(l.text) || possibleStarts.MatchString(l.text))
}

func (s *splitter) classifyStart(l line) {
	clientError := hasClientStart(l.text)
	s.clientError = s.clientError || clientError
	if s.text.Len() > 0 {
		s.anyStart = s.anyStart || clientError
		return
	}
	s.errorStart = canStart(l.text) && errorStarts.MatchString(l.text)
	s.anyStart = s.errorStart || clientError || canStart(l.text) && possibleStarts.MatchString(l.text)
}

// canStart reports whether a line can match errorStarts or possibleStarts. It is
// cheap and rules out most lines.
func canStart(s string) bool {
	return s != "" && strings.IndexByte("*-EeFfCcKTIWN{[\"ptl", s[0]) >= 0 || strings.Contains(s, "Error: ") || strings.Contains(s, "Exception: ")
}

// hasClientStart reports whether a line matches clientStarts.
func hasClientStart(s string) bool {
	return (strings.Contains(s, "rror") || strings.Contains(s, "code = ")) && clientStarts.MatchString(s)
}

func (s *splitter) append(l line) {
	if s.text.Len() > 0 && !s.continues {
		s.text.WriteByte(' ')
	}
	s.marks = append(s.marks, mark{s.text.Len(), l.number})
	s.text.WriteString(strings.Join(strings.Fields(l.text), " "))
	s.continues = l.continues
	if s.text.Len() > maxBlock || len(s.marks) > maxLines {
		s.overflow()
	}
}

// flush ends the current block.
func (s *splitter) flush() {
	if s.text.Len() > 0 {
		s.deliver()
	}
	s.text.Reset()
	s.marks = s.marks[:0]
	s.anyStart, s.errorStart, s.clientError, s.blank, s.continues = false, false, false, false, false
}

func (s *splitter) deliver() {
	b := &block{text: s.text.String(), marks: slices.Clone(s.marks), anyStart: s.anyStart, errorStart: s.errorStart, context: s.context, cluster: s.cluster}
	s.examine(b)
	if at := strings.LastIndex(b.text, "projects/"); at >= 0 {
		if named := anyProject.FindStringSubmatch(b.text[max(0, at-40):min(len(b.text), at+120)]); named != nil {
			s.context = strings.Clone(named[1])
		}
	}
	if at := strings.LastIndex(b.text, "/clusters/"); at >= 0 {
		s.cluster = strings.Clone(clusterForm.FindString(b.text[max(0, at-160):min(len(b.text), at+80)]))
	}
}

// overflow ends the current block and begins the next with the end of it.
func (s *splitter) overflow() {
	text, marks := s.text.String(), slices.Clone(s.marks)
	s.flush()
	cut := max(0, len(text)-overlap)
	for _, m := range marks {
		if m.offset >= cut {
			s.marks = append(s.marks, mark{m.offset - cut, m.line})
		}
	}
	if len(s.marks) == 0 || s.marks[0].offset > 0 {
		s.marks = slices.Insert(s.marks, 0, mark{0, marks[len(marks)-1].line})
	}
	s.text.WriteString(text[cut:])
}
