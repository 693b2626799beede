package preflight_test

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gke-preflight/preflight"
	"gke-preflight/preflight/finding"
)

// reports is where TestReports writes. A change of the code that must not change
// what is reported is compared with what was written before it:
//
//	go test ./preflight -run TestReports -reports /tmp/before -worlds 6000 -timeout 0
//	go test ./preflight -run TestReports -reports /tmp/after -worlds 6000 -timeout 0
//	diff -r /tmp/before /tmp/after
var reports = flag.String("reports", "", "directory that TestReports writes the JSON reports of all plans and worlds to")

// TestReports writes what check says about every plan in every faulty cloud, and
// about random worlds: as the deployer, without impersonation, and blind to
// policies. Requests and durations are left out. Without -reports it writes a
// part of that twice, which must be the same.
func TestReports(t *testing.T) {
	t.Parallel()
	if *reports != "" {
		writeReports(t, *reports, reportPlans(t), *worlds)
		return
	}
	plans := []string{"minimal", "shared-vpc", "self-harm"}
	one, two := t.TempDir(), t.TempDir()
	writeReports(t, one, plans, 5)
	writeReports(t, two, plans, 5)
	if one, two := digest(t, one), digest(t, two); one != two {
		t.Error("the reports of two runs differ")
	}
}

// reportPlans returns the names of all plans.
func reportPlans(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"*", "traps/*"} {
		files, err := filepath.Glob("../fixtures/plans/" + pattern + "/plan.json")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			name, err := filepath.Rel("../fixtures/plans", filepath.Dir(f))
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, filepath.ToSlash(name))
		}
	}
	return out
}

func writeReports(t *testing.T, dir string, plans []string, worlds int) {
	t.Helper()
	for _, name := range plans {
		data := readPlan(t, name)
		for i, edits := range cloudsFor(name) {
			for mode, options := range reportModes() {
				writeReport(t, filepath.Join(dir, name, fmt.Sprintf("%03d-%s.json", i, mode)), check(t, data, newServer(t, edits...), options))
			}
		}
	}
	for seed := range worlds {
		w := newWorld(t, rand.New(rand.NewPCG(uint64(seed), 6)))
		writeReport(t, filepath.Join(dir, "worlds", fmt.Sprintf("%05d.json", seed)), check(t, w.plan(t), newServer(t, w.edits...)))
	}
}

// cloudsFor returns the edits of the clouds that a plan is checked against: the
// healthy one, one whose policies the deployer may not read, and those that
// are broken for this plan, or for the plan minimal.
func cloudsFor(name string) [][]string {
	const deployer = " serviceAccount:terraform@acme-prod.iam.gserviceaccount.com"
	out := [][]string{nil, {"revoke organizations/100000000000 roles/iam.securityReviewer" + deployer, "revoke organizations/100000000000 roles/browser" + deployer}}
	for _, broken := range faulty() {
		if broken[0] == name || broken[0] == "minimal" {
			out = append(out, broken[1:])
		}
	}
	return out
}

func reportModes() map[string]func(*preflight.Options) {
	return map[string]func(*preflight.Options){
		"normal":           func(*preflight.Options) {},
		"no-impersonation": func(o *preflight.Options) { o.Impersonation = false },
	}
}

func writeReport(t *testing.T, file string, r *finding.Report) {
	t.Helper()
	r.DurationMS, r.Requests = 0, finding.Requests{}
	data, err := json.MarshalIndent(r, "", " ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o755)
	}
	if err == nil {
		err = os.WriteFile(file, append(data, '\n'), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// digest returns a digest of the files below dir, names and all.
func digest(t *testing.T, dir string) string {
	t.Helper()
	h := sha256.New()
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		fmt.Fprintf(h, "%s %x\n", strings.TrimPrefix(name, dir), sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
