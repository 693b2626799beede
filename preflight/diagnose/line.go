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

// maxLine is how much of a line is looked at in one piece; the rest of a
// longer one is further pieces with the same number.
const maxLine = 32 << 10

// A line is a line of a log without what the tools around put before it.
type line struct {
	number int
	text   string
	// boxed lines stand in a box that Terraform draws around one error.
	boxed bool
	// opens and closes are the corners of such a box.
	opens, closes bool
	// folded lines go on in the next without a space between.
	folded bool
}

// eachLine calls f with each line of r, cleaned.
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
	s := visible(raw[len(jobs.FindString(raw)):])
	for {
		rest := l.unprefixed(s)
		if rest == s {
			break
		}
		s = rest
	}
	l.text = unescape(strings.TrimSpace(s))
	// A string of YAML that goes on in the next line ends in a backslash.
	if body, ok := strings.CutSuffix(l.text, `\`); ok {
		l.text, l.folded = body, true
	}
	return l
}

// jobs is what GitHub's client puts before the lines of a log: job and step.
var jobs = regexp.MustCompile(`^[^\t]{1,100}\t[^\t]{1,100}\t(?:\x{feff})?`)

var escapes = regexp.MustCompile(`\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[PX^_][^\x1b]*(?:\x1b\\)?|\x1b.?`)

// visible drops colours and all that has no shape; what separates words
// becomes a space.
func visible(s string) string {
	if plainASCII(s) {
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

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// prefixes are what build systems, loggers and terminals put before a line.
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

var brokenBoxes = regexp.MustCompile(`^â(?:”‚|"‚|•·|•µ)`)

const boxes = "│┃╷╵|"

// unprefixed is s without its first prefix.
func (l *line) unprefixed(s string) string {
	s = strings.TrimLeft(s, " ")
	if s == "" {
		return s
	}
	switch c := s[0]; {
	case c >= '0' && c <= '9', c == 'S', c == '>', c == '[', c == '#', c == ':', c == 's', c == 'E', c == 'I', c == 'W':
		return s[len(prefixes.FindString(s)):]
	case c == '|', c >= utf8.RuneSelf:
		return l.unboxed(s)
	}
	return s
}

// unboxed is s without the stroke of a box, also one whose UTF-8 was taken for
// another encoding.
func (l *line) unboxed(s string) string {
	s = brokenBoxes.ReplaceAllStringFunc(s, func(broken string) string {
		switch broken {
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
	l.boxed = true
	l.opens = l.opens || r == '╷'
	l.closes = l.closes || r == '╵'
	return s[n:]
}

var (
	escapedQuotes = regexp.MustCompile(`\\+(["'/])`)
	escapedSpaces = regexp.MustCompile(`\\+[nrt]`)
)

// unescape takes back what JSON, YAML, HTML and shells did to a message that
// was printed as a string, as often as it was done.
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
