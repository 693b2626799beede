package diagnose

import (
	"bufio"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLine is the most of a line, in bytes, that is read in one piece. A longer
// line is read as several pieces with the same number.
const maxLine = 32 << 10

// A line is a line of a log without the prefixes that tools added to it.
type line struct {
	number int
	text   string
	// inBox reports whether the line is in a box that Terraform draws around an
	// error.
	inBox bool
	// opensBox and closesBox report whether the line has a corner of such a box.
	opensBox, closesBox bool
	// continues reports whether the next line continues this one without a space.
	continues bool
}

// eachLine calls f with each line of r, without prefixes and escapes.
func eachLine(r io.Reader, f func(line)) error {
	in := bufio.NewReaderSize(r, maxLine)
	number, continued := 0, false
	for {
		raw, err := in.ReadSlice('\n')
		if !continued && len(raw) > 0 {
			number++
		}
		if len(raw) > 0 {
			f(cleanLine(number, string(raw)))
		}
		continued = errors.Is(err, bufio.ErrBufferFull)
		switch {
		case err == nil || continued:
		case errors.Is(err, io.EOF):
			return nil
		default:
			return err
		}
	}
}

func cleanLine(number int, raw string) line {
	l := line{number: number}
	s := stripInvisible(raw[len(githubJobs.FindString(raw)):])
	for {
		rest := l.trimPrefix(s)
		if rest == s {
			break
		}
		s = rest
	}
	l.text = unescape(strings.TrimSpace(s))
	// A YAML string that continues on the next line ends in a backslash.
	if body, ok := strings.CutSuffix(l.text, `\`); ok {
		l.text, l.continues = body, true
	}
	return l
}

// githubJobs matches the prefix that gh run view --log adds: job and step.
var githubJobs = regexp.MustCompile(`^[^\t]{1,100}\t[^\t]{1,100}\t(?:\x{feff})?`)

var escapes = regexp.MustCompile(`\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[PX^_][^\x1b]*(?:\x1b\\)?|\x1b.?`)

// stripInvisible removes colors and invisible characters, turns white space into
// spaces and typographic quotes into plain ones.
func stripInvisible(s string) string {
	if isPlainASCII(s) {
		return s
	}
	s = escapes.ReplaceAllString(s, "")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\u00a0' || r == '\r' || r == '\v' || r == '\f' || r == '\u2028':
			return ' '
		case r == '‘' || r == '’' || r == '´':
			return '\''
		case r == '“' || r == '”':
			return '"'
		case r == utf8.RuneError || !unicode.IsPrint(r) || r == '\u2800' ||
			unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
			return -1
		}
		return r
	}, s)
}

func isPlainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// prefixes match what build systems, loggers and terminals add before a line.
var prefixes = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?\]?(?:\s+|$)`, // ISO 8601
	`\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?\s+`,                                                 // Go's log
	`\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?\s+`,
	`Step #\d+(?: - "[^"]*")?: ?`, // Cloud Build
	`>+ `,
	`##\[\w+\]\s*`, // GitHub and Azure
	`::(?:error|warning|notice|debug)[^:]{0,300}::\s*`,
	`std(?:out|err) [FP] `, // container runtimes
	`(?:STDERR|STDOUT|ERROR|INFO|WARN)\s+(?:\[[^\]]*\]\s+)?(?:terraform|tofu|tofu\.exe|terraform\.exe):\s+`, // Terragrunt
	`\[(?:terraform|tofu|gcloud|kubectl|helm|apply)[^\]]*\]:?\s+`,
}, "|") + `)`)

var garbledBoxes = regexp.MustCompile(`^â(?:”‚|"‚|•·|•µ)`)

const boxes = "│┃╷╵|"

// trimPrefix returns s without its first prefix.
func (l *line) trimPrefix(s string) string {
	s = strings.TrimLeft(s, " ")
	if s == "" {
		return s
	}
	switch c := s[0]; {
	case c >= '0' && c <= '9', c == 'S', c == '>', c == '[', c == '#', c == ':', c == 's', c == 'E', c == 'I', c == 'W':
		return s[len(prefixes.FindString(s)):]
	case c == '|', c >= utf8.RuneSelf:
		return l.trimBox(s)
	}
	return s
}

// trimBox returns s without the line of a box before it, even if its UTF-8 was
// decoded in another encoding.
func (l *line) trimBox(s string) string {
	s = garbledBoxes.ReplaceAllStringFunc(s, func(garbled string) string {
		switch garbled {
		case "â•·":
			return "╷"
		case "â•µ":
			return "╵"
		}
		return "│"
	})
	r, n := utf8.DecodeRuneInString(s)
	if !strings.ContainsRune(boxes, r) {
		return s
	}
	l.inBox = true
	l.opensBox = l.opensBox || r == '╷'
	l.closesBox = l.closesBox || r == '╵'
	return s[n:]
}

var (
	escapedQuotes = regexp.MustCompile(`\\+(["'/])`)
	escapedSpaces = regexp.MustCompile(`\\+[nrt]`)
)

// unescape undoes the escaping by JSON, YAML, HTML and shells, applied any number
// of times.
func unescape(s string) string {
	if strings.Contains(s, "&") {
		s = strings.NewReplacer("&quot;", `"`, "&#34;", `"`, "&#39;", "'", "&apos;", "'", "&amp;", "&").Replace(s)
	}
	if !strings.Contains(s, `\`) {
		return s
	}
	s = strings.NewReplacer(`\u0027`, "'", `\u0022`, `"`, `\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\u001b[0m`, "").Replace(s)
	s = strings.TrimPrefix(s, `\ `) // a folded line of YAML that begins with a space
	s = escapedSpaces.ReplaceAllString(s, " ")
	return escapedQuotes.ReplaceAllString(s, "$1")
}
