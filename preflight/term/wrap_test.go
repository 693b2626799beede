package term

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		name  string
		value string
		width int
		want  []string
	}{
		{"blank text", "  ", 40, nil},
		{"no width", strings.Repeat("long ", 40), 0, []string{strings.Repeat("long ", 40)}},
		{"text that fits", "twenty columns wide.", 20, []string{"twenty columns wide."}},
		{"one word too many", "twenty one columns wide", 22, []string{"twenty one columns", "wide"}},
		{"characters, not bytes", "äöüäöüäöüä äöüäöüäöü x", 20, []string{"äöüäöüäöüä äöüäöüäöü", "x"}},
		{"word wider than the line", "see serviceAccount:terraform@acme-prod.iam there", 20, []string{"see", "serviceAccount:terraform@acme-prod.iam", "there"}},
		{"new line after a semicolon", "it is off; ask for it elsewhere", 20, []string{"it is off;", "ask for it elsewhere"}},
		{"whole command", "turn it on: gcloud services enable x.googleapis.com --project=a; then ask again", 30,
			[]string{"turn it on:", "gcloud services enable x.googleapis.com --project=a;", "then ask again"}},
		{"gcloud as a word", "what gcloud does for you is said elsewhere", 20, []string{"what gcloud does for", "you is said", "elsewhere"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Wrap(tt.value, tt.width)); diff != "" {
				t.Errorf("Wrap at %d (-want +got):\n%s", tt.width, diff)
			}
		})
	}
}
