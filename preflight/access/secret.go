package access

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var tokenLike = regexp.MustCompile(`(?i)(access_token=|bearer\s+|"token":\s*")[^\s"'&]+|ya29\.[\w.-]+|eyJ[\w-]{8,}\.[\w.-]+|[\w.+=-]{60,}`)

// shortest is the length from which a token is hidden inside of other words too.
// Google's are much longer; a kubeconfig may have one that is a word.
const shortest = 8

// hide takes out of a text the tokens of this check, and what looks like one.
func (c *course) hide(s string) string {
	secrets := []string{c.token}
	if c.login != nil {
		secrets = append(secrets, c.login.token)
	}
	for _, secret := range secrets {
		s = hideToken(s, secret)
	}
	return tokenLike.ReplaceAllString(s, "${1}REDACTED")
}

// hideToken takes out a token; a short one only where it stands alone.
func hideToken(s, token string) string {
	switch {
	case token == "":
		return s
	case len(token) >= shortest:
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
		if inWord(before) || inWord(after) {
			b.WriteString(token)
			continue
		}
		b.WriteString("REDACTED")
	}
}

func inWord(r rune) bool {
	return r != utf8.RuneError && (r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r))
}

// excerpt is what a program or a server said, on one line and short. Whoever
// shows it still has to clean it.
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
