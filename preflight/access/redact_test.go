package access

import "testing"

// TestRedactToken shows that a short token is redacted only as a word of its own.
func TestRedactToken(t *testing.T) {
	for _, tt := range []struct{ token, text, want string }{
		{"x", "context x: fix it", "context REDACTED: fix it"},
		{"x", "Bearer x", "Bearer REDACTED"},
		{"x", "x", "REDACTED"},
		{"xx", "xxx xx-xx xx", "xxx REDACTED-REDACTED REDACTED"},
		{"text", "context text", "context REDACTED"},
		{"hunter2-long", "user=hunter2-longer", "user=REDACTEDer"},
		{"", "context", "context"},
		{"é", "né é", "né REDACTED"},
	} {
		if got := redactToken(tt.text, tt.token); got != tt.want {
			t.Errorf("redactToken(%q, %q) = %q, want %q", tt.text, tt.token, got, tt.want)
		}
	}
}

// TestShortStaticToken shows that a token of one letter leaves the words of a report
// intact.
func TestShortStaticToken(t *testing.T) {
	s := newScene(t)
	s.user(s.server.host, s.ca, "", "\n    token: x")
	for _, step := range s.run().Steps {
		if step.Name == "login" && step.Message != "the context has a static token, which is never renewed" {
			t.Errorf("got message %q", step.Message)
		}
	}
}
