package access

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var tokenLike = regexp.MustCompile(`(?i)(access_token=|bearer\s+|"token":\s*")[^\s"'&]+|ya29\.[\w.-]+|eyJ[\w-]{8,}\.[\w.-]+|[\w.+=-]{60,}`)

// hide takes out of a text the tokens of this check, and what looks like one.
func (c *course) hide(s string) string {
	secrets := []string{c.token}
	if c.login != nil {
		secrets = append(secrets, c.login.token)
	}
	for _, secret := range secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "REDACTED")
		}
	}
	return tokenLike.ReplaceAllString(s, "${1}REDACTED")
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
