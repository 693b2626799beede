package main

import (
	"flag"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gke-preflight/fixtures/fakegcp"
	"gke-preflight/preflight/iam"
)

var update = flag.Bool("update", false, "rewrite the expected output in the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"gke-preflight": func() { os.Exit(run()) },
	})
}

// TestScripts runs whole commands on real plans against a fake Google Cloud that
// enforces IAM. In addition to testscript's own commands, scripts can use:
//
//	plan NAME [FILE]    copy the plan of fixtures/plans/NAME to FILE (plan.json)
//	source NAME         copy the configuration of fixtures/plans/NAME to main.tf
//	cloud [EDIT]...     serve fixtures/clouds/acme.yaml, edited, and log in as the deployer
//	steady FILE         replace times in FILE, which differ between runs
//	asked METHOD N      check that METHOD was called exactly N times
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"plan":   plan,
			"source": source,
			"cloud":  cloud,
			"steady": steady,
			"asked":  asked,
			// access_test.go
			"apiserver": apiserver, "gke": gke, "expand": expand, "programs": programs,
		},
	})
}

const fixtures = "../../fixtures"

// A scenario holds what the commands of a script share.
type scenario struct {
	server *fakegcp.Server
	// path is the directory of the gke-preflight binary; empty until programs
	// replaces PATH.
	path string
}

func setup(e *testscript.Env) error {
	root, err := filepath.Abs(fixtures)
	if err != nil {
		return err
	}
	// For scripts that remove everything else from PATH.
	program, err := exec.LookPath("gke-preflight")
	if err != nil {
		return err
	}
	e.Setenv("GKE_PREFLIGHT", program)
	e.Values["scenario"] = new(scenario)
	e.Values["fixtures"] = root
	// Hide the credentials and the metadata server of this machine.
	e.Setenv("HOME", e.WorkDir)
	e.Setenv("NO_GCE_CHECK", "true")
	return nil
}

func plan(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: plan NAME [FILE]")
	}
	file := "plan.json"
	if len(args) == 2 {
		file = args[1]
	}
	data, err := os.ReadFile(filepath.Join(ts.Value("fixtures").(string), "plans", args[0], "plan.json"))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(file), data, 0o600))
}

func source(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: source NAME")
	}
	data, err := os.ReadFile(filepath.Join(ts.Value("fixtures").(string), "plans", args[0], "main.tf"))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("main.tf"), data, 0o600))
}

func cloud(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: cloud [EDIT]...")
	}
	f, err := os.Open(filepath.Join(ts.Value("fixtures").(string), "clouds", "acme.yaml"))
	ts.Check(err)
	defer f.Close()
	c, err := fakegcp.Load(f)
	ts.Check(err)
	for _, edit := range args {
		ts.Check(c.Edit(edit))
	}
	server := fakegcp.New(c, fakegcp.WithRoles(iam.Predefined().Permissions), fakegcp.WithClock(time.Now))
	ts.Value("scenario").(*scenario).server = server
	h := httptest.NewServer(server)
	ts.Defer(h.Close)
	ts.Setenv("GKE_PREFLIGHT_ENDPOINT", h.URL)
	ts.Setenv("GOOGLE_OAUTH_ACCESS_TOKEN", "deployer-token")
}

func steady(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: steady FILE")
	}
	text := ts.ReadFile(args[0])
	text = regexp.MustCompile(`in [0-9.]+ ?(?:ms|s)\b`).ReplaceAllString(text, "in TIME")
	text = regexp.MustCompile(`"duration_ms": [0-9]+`).ReplaceAllString(text, `"duration_ms": 0`)
	text = strings.ReplaceAll(text, ts.Getenv("GKE_PREFLIGHT_ENDPOINT"), "ENDPOINT")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

func asked(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: asked METHOD N")
	}
	n := 0
	for _, call := range ts.Value("scenario").(*scenario).server.Calls() {
		if call.Method == args[0] {
			n++
		}
	}
	if got := strconv.Itoa(n); (got == args[1]) == neg {
		ts.Fatalf("%s was called %s times", args[0], got)
	}
}
