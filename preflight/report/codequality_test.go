package report

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

func codeQuality(t testing.TB, r *finding.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := CodeQuality(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCodeQuality(t *testing.T) {
	golden(t, "failing.codequality.json", codeQuality(t, failing()))
	golden(t, "passing.codequality.json", codeQuality(t, scenarios(t)["passing"]))
}

// TestCodeQualityFields checks the fields that GitLab requires of each issue, and that
// an empty report is an empty list.
func TestCodeQualityFields(t *testing.T) {
	all := scenarios(t)
	all["failing"], all["empty"] = failing(), &finding.Report{}
	for name, r := range all {
		var issues []qualityIssue
		if err := json.Unmarshal(codeQuality(t, r), &issues); err != nil || issues == nil {
			t.Errorf("%s: %v", name, err)
		}
		taken := map[string]bool{}
		for _, i := range issues {
			known := slices.Contains([]string{"info", "minor", "major", "critical", "blocker"}, i.Severity)
			if i.Description == "" || strings.HasPrefix(i.Description, "Skipped") || i.CheckName == "" || i.Location.Path == "" || i.Location.Lines.Begin < 1 || !known || taken[i.Fingerprint] {
				t.Errorf("%s: %+v", name, i)
			}
			taken[i.Fingerprint] = true
		}
	}
}

func TestCodeQualitySeverity(t *testing.T) {
	for _, tt := range []struct {
		outcome  finding.Outcome
		severity need.Severity
		want     string
	}{
		{finding.Fail, need.Error, "blocker"},
		{finding.Fail, need.Warning, "major"},
		{finding.Fail, need.Note, "minor"},
		{finding.Fail, "disaster", "blocker"},
		{finding.Undetermined, need.Error, "major"},
		{finding.Undetermined, need.Warning, "minor"},
		{finding.Undetermined, need.Note, "info"},
	} {
		if got := qualitySeverity(finding.Finding{Outcome: tt.outcome, Severity: tt.severity}); got != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.outcome, tt.severity, got, tt.want)
		}
	}
}
