package diagnose

import (
	"regexp"
	"slices"
	"strings"
)

// What a block holds at most, so that memory is bounded whatever the log.
const (
	maxBlock = 48 << 10
	maxLines = 250
	// overlap is what a block that grew too long leaves to the next, so that a
	// message across the border is seen whole.
	overlap = 4 << 10
)

// A block is a piece of a log that belongs together: an error with its
// details, or lines between errors. Its lines are joined by spaces.
type block struct {
	text  string
	marks []mark
	// started blocks begin as one error does; what they hold is that error.
	started bool
	// loud blocks begin with a word such as Error, so that they are an error
	// even where nothing in them is known.
	loud bool
	// context and cluster are the last project and the last cluster named
	// before.
	context, cluster string
}

// A mark is where in a block a line begins.
type mark struct{ offset, line int }

// lineAt is the line that an offset is in.
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

// A splitter makes blocks of lines.
type splitter struct {
	examine func(*block)
	text    strings.Builder
	marks   []mark
	started bool
	loud    bool
	soft    bool // the block has a message of a client already
	blank   bool // the line before was empty, and not in a box
	folded  bool
	context string
	cluster string
}

func newSplitter(examine func(*block)) *splitter { return &splitter{examine: examine} }

var (
	// loudStarts begin an error.
	loudStarts = regexp.MustCompile(`^(?:\* |- )?(?:(?:Error|ERROR|error|FATAL|Fatal|fatal|CRITICAL|Critical)(?:\s*:|: \(| from server| executing| creating| applying| waiting| reading| when )|E[01]\d{3} \d\d:\d\d|Kubernetes cluster unreachable|The connection to the server \S+ was refused)`)
	// quietStarts begin something that may be one.
	quietStarts = regexp.MustCompile(`^(?:\* [\w.\[\]"-]+: |Traceback \(most recent|[IWF][01]\d{3} \d\d:\d\d|\[?\{?\s*"?error"?: ?[{\[]|[\s\[{,]*"?protoPayload"?:|\{"|- ResponseError|Warning:|Warning\s+\w+\s+\d+[smhd]|Normal\s+\w+\s+\d+[smhd]|(?:time="[^"]*" )?level=|WARNING:|[\w.]+(?:Exception|Error): )`)
	// softStarts are within what a client library prints: the second in a
	// block is another error.
	softStarts = regexp.MustCompile(`googleapi: Error \d|ResponseError: code=|rpc error: code = |HttpError [45]\d\d|^Error [45]\d\d: `)
	// goesOn begins a line that belongs to the error above it although an
	// empty line stands between.
	goesOn     = regexp.MustCompile(`^(?:with |on |and |in |Details|[\[\]{},"]|\d+:|\(|More details|More information|Error [45]\d\d|Caused by|Reason|message)`)
	anyProject = regexp.MustCompile(`(?:^|[^\w/-]|googleapis\.com/|/v1/|/v1beta1/)projects/([a-z][a-z0-9-]{4,28}[a-z0-9]|\d{6,})(?:/|["'\s,\].]|$)`)
)

// add takes the next line.
func (s *splitter) add(l line) {
	if l.opens || s.begins(l) {
		s.flush()
	}
	if l.text == "" {
		s.blank = !l.boxed
	} else {
		s.classifyStart(l)
		s.append(l)
		s.blank = false
	}
	if l.closes {
		s.flush()
	}
}

// begins reports whether a line begins a new block.
func (s *splitter) begins(l line) bool {
	if s.text.Len() == 0 || l.text == "" || s.folded {
		return false
	}
	if s.blank && s.started && !goesOn.MatchString(l.text) {
		return true
	}
	if s.soft && isSoft(l.text) {
		return true
	}
	return mayStart(l.text) && (loudStarts.MatchString(l.text) || quietStarts.MatchString(l.text))
}

func (s *splitter) classifyStart(l line) {
	soft := isSoft(l.text)
	s.soft = s.soft || soft
	if s.text.Len() > 0 {
		s.started = s.started || soft
		return
	}
	s.loud = mayStart(l.text) && loudStarts.MatchString(l.text)
	s.started = s.loud || soft || mayStart(l.text) && quietStarts.MatchString(l.text)
}

// mayStart spares most lines the expressions of starts.
func mayStart(s string) bool {
	return s != "" && strings.IndexByte("*-EeFfCcKTIWN{[\"ptl", s[0]) >= 0 || strings.Contains(s, "Error: ") || strings.Contains(s, "Exception: ")
}

func isSoft(s string) bool {
	return (strings.Contains(s, "rror") || strings.Contains(s, "code = ")) && softStarts.MatchString(s)
}

func (s *splitter) append(l line) {
	if s.text.Len() > 0 && !s.folded {
		s.text.WriteByte(' ')
	}
	s.marks = append(s.marks, mark{s.text.Len(), l.number})
	s.text.WriteString(strings.Join(strings.Fields(l.text), " "))
	s.folded = l.folded
	if s.text.Len() > maxBlock || len(s.marks) > maxLines {
		s.overflow()
	}
}

// flush ends the block.
func (s *splitter) flush() {
	if s.text.Len() > 0 {
		s.deliver()
	}
	s.text.Reset()
	s.marks = s.marks[:0]
	s.started, s.loud, s.soft, s.blank, s.folded = false, false, false, false, false
}

func (s *splitter) deliver() {
	b := &block{text: s.text.String(), marks: slices.Clone(s.marks), started: s.started, loud: s.loud, context: s.context, cluster: s.cluster}
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

// overflow ends the block and begins the next with its last part.
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
