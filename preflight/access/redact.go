package access

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var tokenPattern = regexp.MustCompile(`(?i)(access_token=|bearer\s+|"token":\s*")[^\s"'&]+|ya29\.[\w.-]+|eyJ[\w-]{8,}\.[\w.-]+|[\w.+=-]{60,}`)

// minTokenLength is the length, in bytes, from which a token is redacted even
// inside of other words. Google's tokens are much longer, but a kubeconfig may
// have a token that is an ordinary word.
const minTokenLength = 8

// redact replaces the tokens of this check, and whatever looks like a token.
func (c *state) redact(s string) string {
	secrets := []string{c.token}
	if c.login != nil {
		secrets = append(secrets, c.login.token)
	}
	for _, secret := range secrets {
		s = redactToken(s, secret)
	}
	return tokenPattern.ReplaceAllString(s, "${1}REDACTED")
}

// redactToken replaces a token; a short one only if it is a word of its own.
func redactToken(s, token string) string {
	switch {
	case token == "":
		return s
	case len(token) >= minTokenLength:
		return strings.ReplaceAll(s, token, "REDACTED")
	}
	var b strings.Builder
	for at := 0; ; {
		i := strings.Index(s[at:], token)
		if i < 0 {
			b.WriteString(s[at:])
			return b.String()
		}
		i += at
		end := i + len(token)
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[end:])
		b.WriteString(s[at:i])
		at = end
		if isWordRune(before) || isWordRune(after) {
			b.WriteString(token)
			continue
		}
		b.WriteString("REDACTED")
	}
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r))
}

// excerpt returns the beginning of untrusted text, as one line. It still has to
// be cleaned before it is shown.
func excerpt(s string) string {
	const most = 300
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if len(s) <= most {
		return s
	}
	cut := most
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
