package diagnose

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestAccuracy measures the diagnoses against labeled errors, one JSON object
// per line with raw, class, wrapper, permission, resource and project, in the
// file that GKE_PREFLIGHT_CASES names. Run it with -v to see the table.
func TestAccuracy(t *testing.T) {
	file := os.Getenv("GKE_PREFLIGHT_CASES")
	if file == "" {
		t.Skip("GKE_PREFLIGHT_CASES is not set")
	}
	var score, total struct{ class, wrapper, permission, resource, project int }
	for _, c := range readCases(t, file) {
		r, err := Read(strings.NewReader(c.Raw))
		if err != nil {
			t.Fatal(err)
		}
		var first Error
		if len(r.Errors) > 0 {
			first = r.Errors[0]
		}
		var wrong []string
		compare := func(what, got, want string, right, of *int) {
			if *of++; got == want {
				*right++
				return
			}
			wrong = append(wrong, fmt.Sprintf("%s %q, want %q", what, got, want))
		}
		compare("class", string(first.Class), c.Class, &score.class, &total.class)
		compare("wrapper", first.Wrapper, c.Wrapper, &score.wrapper, &total.wrapper)
		compare("permission", first.Permission, c.Permission, &score.permission, &total.permission)
		compare("resource", first.Resource, c.Resource, &score.resource, &total.resource)
		compare("project", first.Project, c.Project, &score.project, &total.project)
		t.Logf("%-10s %-36s %-6s errors %d  %s", c.ID, c.Class, first.Confidence, len(r.Errors), strings.Join(wrong, "; "))
	}
	t.Logf("class %d/%d, wrapper %d/%d, permission %d/%d, resource %d/%d, project %d/%d", score.class, total.class,
		score.wrapper, total.wrapper, score.permission, total.permission, score.resource, total.resource, score.project, total.project)
	if total.class == 0 || score.class*10 < total.class*9 {
		t.Errorf("%d of %d classes are correct, want 90 %%", score.class, total.class)
	}
}

type labeledCase struct{ ID, Raw, Class, Wrapper, Permission, Resource, Project string }

func readCases(t *testing.T, file string) []labeledCase {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []labeledCase
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c labeledCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out = append(out, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
