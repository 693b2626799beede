package report

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"gke-preflight/preflight/finding"
)

// TestReadJSON checks that a written report reads back unchanged.
func TestReadJSON(t *testing.T) {
	for name, r := range scenarios(t) {
		var written, again bytes.Buffer
		if err := JSON(&written, r); err != nil {
			t.Fatal(err)
		}
		back, err := ReadJSON(written.Bytes())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := JSON(&again, back); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(written.Bytes(), again.Bytes()) {
			t.Errorf("%s changes when it is read", name)
		}
	}
}

// TestReadJSONOfEarlierVersion checks that a summary without counts by severity is
// accepted, and one with wrong counts is not.
func TestReadJSONOfEarlierVersion(t *testing.T) {
	r := failing()
	r.Summary = r.Summary.WithoutSeverities()
	for want, summary := range map[string]finding.Summary{"": r.Summary, "contradicts the findings": {Pass: 1, Fail: 2, Undetermined: 2, Skipped: 1, Notes: 2}} {
		r.Summary = summary
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ReadJSON(data); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", summary, err, want)
		}
	}
}

// TestReadJSONInvalid checks errors for files that are not reports or could hide a
// failure.
func TestReadJSONInvalid(t *testing.T) {
	data, err := os.ReadFile("testdata/reports/agent-without-role.json")
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	if _, err := ReadJSON(data); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, data, want string }{
		{"empty file", "", "not a JSON object"},
		{"text", "FAIL  apply would fail", "not a JSON object"},
		{"a list", "[]", "not a JSON object"},
		{"a plan", `{"format_version": "1.2", "resource_changes": []}`, "no schema_version"},
		{"an inventory", `{"schema_version": "1", "needs": []}`, "no findings"},
		{"unknown version", strings.Replace(good, `"schema_version": "1"`, `"schema_version": "2"`, 1), `schema_version is "2", but this version reads only "1"`},
		{"version is a number", strings.Replace(good, `"schema_version": "1"`, `"schema_version": 1`, 1), "no schema_version"},
		{"truncated", good[:len(good)/2], "not a JSON object"},
		{"member of the wrong type", strings.Replace(good, `"duration_ms": `, `"duration_ms": "x`+`", "x": `, 1), "malformed"},
		{"unknown outcome", strings.Replace(good, `"outcome": "fail"`, `"outcome": "excellent"`, 1), `finding with unknown outcome "excellent"`},
		{"unknown result", strings.Replace(good, `"result": "fail"`, `"result": "excellent"`, 1), `unknown result "excellent"`},
		{"failure changed to pass", strings.Replace(good, `"outcome": "fail"`, `"outcome": "pass"`, 1), "contradicts the findings"},
		{"fail without findings", `{"schema_version": "1", "result": "fail", "findings": [], "summary": {}}`, "contradicts the findings"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.data == good {
				t.Fatal("the report was not changed")
			}
			if _, err := ReadJSON([]byte(tt.data)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want an error with %q", err, tt.want)
			}
		})
	}
}

// TestForgedLinks checks that the links of a forged report lead only to rule pages, in
// every format.
func TestForgedLinks(t *testing.T) {
	const evil = "https://evil.example/phish"
	data, err := os.ReadFile("testdata/reports/agent-without-role.json")
	if err != nil {
		t.Fatal(err)
	}
	for rule, linked := range map[string]bool{"GP401": true, "GP../../../evil": false, "": false, "GP": false} {
		forged := regexp.MustCompile(`"url": "[^"]*"`).ReplaceAllString(string(data), `"url": "`+evil+`"`)
		forged = strings.ReplaceAll(forged, `"rule": "GP401"`, `"rule": "`+rule+`"`)
		if !strings.Contains(forged, evil) {
			t.Fatal("the report was not changed")
		}
		r, err := ReadJSON([]byte(forged))
		if err != nil {
			t.Fatal(err)
		}
		for name, write := range machineFormats() {
			var b bytes.Buffer
			if err := write(&b, r); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(b.String(), "evil.example") {
				t.Errorf("%s of a forged %q has the link", name, rule)
			}
		}
		r.Findings[0].Rule, r.Findings[0].URL = rule, evil
		page := pageOf(t, r)
		if strings.Contains(page, "evil.example") || strings.Contains(page, `href="`+pageURL("GP401")+`"`) != linked {
			t.Errorf("the page of a forged %q", rule)
		}
	}
}
