package diagnose

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/rules"
)

const denied = `googleapi: Error 403: Required "container.clusters.create" permission(s) for "projects/acme-prod/locations/us-east1/clusters/dev"., forbidden`

// TestFormats finds the same error in the output formats of various tools.
func TestFormats(t *testing.T) {
	lines := []string{
		`Error: googleapi: Error 403: Required "container.clusters.create" permission(s)`,
		`for "projects/acme-prod/locations/us-east1/clusters/dev"., forbidden`,
	}
	for name, text := range map[string]string{
		"plain":            "Error: " + denied,
		"box":              "╷\n│ " + lines[0] + "\n│ " + lines[1] + "\n│ \n│   with google_container_cluster.dev,\n╵",
		"colored box":      "\x1b[31m╷\x1b[0m\x1b[0m\n\x1b[31m│\x1b[0m \x1b[0m\x1b[1m\x1b[31m" + lines[0] + "\x1b[0m\n\x1b[31m│\x1b[0m " + lines[1] + "\n\x1b[31m╵\x1b[0m\x1b[0m",
		"garbled box":      "â•·\nâ”‚ " + lines[0] + "\nâ”‚ " + lines[1] + "\nâ•µ",
		"Cloud Build":      "Step #2 - \"apply\": │ " + lines[0] + "\nStep #2 - \"apply\": │ " + lines[1],
		"quoted log":       "> Step #2: │ " + lines[0] + "\n> Step #2: │ " + lines[1],
		"GitHub":           "2026-11-23T10:00:00.1234567Z ##[error]" + lines[0] + "\n2026-11-23T10:00:00.1234567Z " + lines[1],
		"gh run view":      "apply\tRun terraform\t2026-11-23T10:00:00.1234567Z │ " + lines[0] + "\napply\tRun terraform\t2026-11-23T10:00:00.1234567Z │ " + lines[1],
		"Terragrunt":       "10:00:00.123 STDERR [dev] terraform: │ " + lines[0] + "\n10:00:00.123 STDERR [dev] terraform: │ " + lines[1],
		"Terraform 0.11":   "1 error(s) occurred:\n\n* module.gke.google_container_cluster.dev: 1 error(s) occurred:\n\n* google_container_cluster.dev: " + denied,
		"JSON string":      `{"severity":"ERROR","message":"apply: ` + strings.ReplaceAll(denied, `"`, `\"`) + `"}`,
		"JSON twice":       `{"line":"{\"message\":\"` + strings.ReplaceAll(denied, `"`, `\\\"`) + `\"}"}`,
		"YAML folded":      "message: \"googleapi: Error 403: Required \\\"container.clusters.create\\\"\\\n  \\ permission(s) for \\\"projects/acme-prod/loca\\\n  tions/us-east1/clusters/dev\\\"., forbidden\"",
		"HTML":             strings.ReplaceAll(denied, `"`, "&quot;"),
		"curly quotes":     "Error: googleapi: Error 403: Required “container.clusters.create” permission(s) for “projects/acme-prod/locations/us-east1/clusters/dev”.",
		"carriage returns": "Error: " + lines[0][7:] + "\r\n" + lines[1] + "\r\n",
		"UTF-16":           strings.Join(strings.Split("Error: "+denied, ""), "\x00"),
		"Traceback":        "Traceback (most recent call last):\n  File \"x.py\", line 3, in <module>\ngoogle.api_core.exceptions.Forbidden: 403 Required \"container.clusters.create\" permission(s) for \"projects/acme-prod/locations/us-east1/clusters/dev\".",
		"Config Connector": "Events:\n  Warning  UpdateFailed  36s (x9 over 6m44s)  containercluster-controller  Update call failed: error applying desired state: summary: Error creating cluster: " + denied,
		"long line":        strings.Repeat("x ", maxLine) + denied,
		"end of long log":  strings.Repeat("google_container_cluster.dev: Still creating... [10s elapsed]\n", 1000) + "Error: " + denied,
		"repeated error":   "Error: " + denied + "\n\nError: " + denied,
	} {
		t.Run(name, func(t *testing.T) {
			r := mustRead(t, text)
			if len(r.Errors) != 1 {
				t.Fatalf("%d errors, want 1: %+v", len(r.Errors), r.Errors)
			}
			got := [3]string{string(r.Errors[0].Class), r.Errors[0].Permission, r.Errors[0].Resource}
			want := [3]string{"caller_permission_denied", "container.clusters.create", "projects/acme-prod/locations/us-east1/clusters/dev"}
			if got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func mustRead(t *testing.T, text string) *Report {
	t.Helper()
	r, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestNoErrors reads text that mentions permissions and errors without having
// one.
func TestNoErrors(t *testing.T) {
	for name, text := range map[string]string{
		"empty":         "",
		"apply":         "google_container_cluster.dev: Creation complete after 5m [id=projects/acme-prod/locations/us-east1/clusters/dev]\n\nApply complete! Resources: 1 added, 0 changed, 0 destroyed.\n",
		"plan":          "  + permissions = [\"container.clusters.create\", \"iam.serviceAccounts.actAs\"]\n  + role = \"roles/container.hostServiceAgentUser\"\nPlan: 1 to add, 0 to change, 0 to destroy.\n",
		"warning":       "╷\n│ Warning: Argument is deprecated\n│ \n│   with google_container_cluster.dev,\n╵\n",
		"deprecation":   "W1008 12:00:00.1 1 gcp.go:119] WARNING: the gcp auth plugin is deprecated in v1.22+, unavailable in v1.26+; use gcloud instead.\n",
		"granted":       `{"protoPayload":{"status":{},"authenticationInfo":{"principalEmail":"a@example.com"},"authorizationInfo":[{"permission":"container.clusters.create","granted":true}]}}`,
		"error counts":  "Tests: 12, Errors: 0, Failures: 0\n0 errors\n",
		"exit status":   "Error: Process completed with exit code 1.\nERROR: build step 2 \"hashicorp/terraform\" failed: step exited with non-zero status: 1\n",
		"access log":    "10.0.0.1 - - [23/Nov/2026:10:00:00 +0000] \"GET /admin HTTP/1.1\" 403 12\n10.0.0.1 - - \"GET /x HTTP/1.1\" 404 3\n",
		"documentation": "The deployer has the following permissions: container.clusters.create, container.clusters.get\nRequired permissions: container.clusters.create\n",
		"quota output":  "QUOTA  LIMIT  USAGE\nCPUS   24     3\n",
	} {
		t.Run(name, func(t *testing.T) {
			if r := mustRead(t, text); len(r.Errors) != 0 {
				t.Errorf("got errors %+v, want none", r.Errors)
			}
		})
	}
}

// TestOrderAndLines shows that errors are in the order of the log, with their
// lines.
func TestOrderAndLines(t *testing.T) {
	text := "start\n\n╷\n│ Error: googleapi: Error 400: Node pool \"p\" requires recreation., badRequest\n│ \n│   with x,\n╵\n╷\n│ Error: " + denied + "\n╵\nmore\nE1008 18:03:02.562420 1 x.go:1] something\nERROR: (gcloud.container.clusters.list) You do not currently have an active account selected.\n"
	var got []string
	for _, e := range mustRead(t, text).Errors {
		got = append(got, string(e.Class)+":"+string(rune('0'+e.Line/10))+string(rune('0'+e.Line%10)))
	}
	want := []string{"node_pool_requires_recreation:04", "caller_permission_denied:09", "other:12", "provider_credentials:13"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

// TestRulesExist shows that diagnoses refer only to existing rules.
func TestRulesExist(t *testing.T) {
	var ids []string
	for _, r := range rules.All() {
		ids = append(ids, r.ID)
	}
	named := 0
	for _, e := range examples() {
		for _, f := range findings(e.text) {
			for _, id := range f.Rules {
				named++
				if !slices.Contains(ids, id) {
					t.Errorf("%s names rule %s, which does not exist", e.pattern, id)
				}
			}
		}
	}
	if named == 0 {
		t.Error("no diagnosis refers to a rule")
	}
}

// TestDiagnosesAreComplete shows that each error has a cause, a confidence, a line
// and an excerpt, and commands if a role fixes it.
func TestDiagnosesAreComplete(t *testing.T) {
	withoutFix := []Class{Other, InvalidArgument, IAMPropagation, Quota}
	for _, e := range examples() {
		for _, f := range findings(e.text) {
			if f.Cause == "" || f.Confidence == "" || f.Line == 0 || f.Excerpt == "" {
				t.Errorf("%s: incomplete diagnosis %+v", e.pattern, f.Error)
			}
			if f.Fix == nil && !slices.Contains(withoutFix, f.Class) {
				t.Errorf("%s: no commands", e.pattern)
			}
		}
	}
}

// TestHostile reads logs that contain shell syntax, options, terminal escapes and
// workflow commands.
func TestHostile(t *testing.T) {
	for _, text := range []string{
		`Error: googleapi: Error 403: Required "container.clusters.create" permission(s) for "projects/a;rm${IFS}-rf/x$(id)".`,
		"Error: googleapi: Error 403: Required \"container.clusters.create\" permission(s) for \"projects/`id`\". authenticated as x';id;'@evil.example",
		`Error: googleapi: Error 400: Service account "--help;id@x.iam.gserviceaccount.com" does not exist.`,
		`Error: googleapi: Error 400: Node pool "--async" requires recreation.`,
		`Error: googleapi: Error 400: Cluster is running incompatible operation operation-$(id).`,
		`Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource 'projects/k/locations/$(id)/keyRings/r/cryptoKeys/--x'`,
		"Error: \x1b]0;owned\x07\x1b[2J\u202e" + denied + "\x00\x9b31m",
		"::error::" + denied,
		`Kubernetes Engine API has not been used in project $(id) before or it is disabled`,
	} {
		r := mustRead(t, text)
		if len(r.Errors) == 0 {
			t.Errorf("no errors in %q", text)
		}
		for _, e := range r.Errors {
			checkHarmless(t, e)
		}
	}
}

var dangerous = regexp.MustCompile("[$`;<>|&\\\\]|\\s--(?:help|async|x)\\b|(?:^|\\s)rm\\s")

// checkHarmless fails if an error contains what a terminal or a shell would act on.
func checkHarmless(t *testing.T, e Error) {
	t.Helper()
	if i := strings.IndexFunc(e.Excerpt+e.Resource+e.Project+e.Cause, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
		t.Errorf("unprintable character in %+v", e)
	}
	if e.Fix == nil {
		return
	}
	for _, c := range e.Fix.Commands {
		if dangerous.MatchString(c) {
			t.Errorf("dangerous command: %s", c)
		}
	}
}

func TestSecretsAreNotRepeated(t *testing.T) {
	text := "Error: googleapi: Error 401: bad token ya29.a0AfH6SMBx_secret-part, Authorization: Bearer abcdefgh12345678, authError"
	data, err := json.Marshal(mustRead(t, text))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte("secret-part")) || bytes.Contains(data, []byte("abcdefgh12345678")) {
		t.Errorf("report contains a token: %s", data)
	}
	if !bytes.Contains(data, []byte("[redacted]")) {
		t.Errorf("report has no [redacted]: %s", data)
	}
}

func TestReadFails(t *testing.T) {
	broken := errors.New("disk on fire")
	if _, err := Read(io.MultiReader(strings.NewReader("Error: x\n"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("got error %v, want %v", err, broken)
	}
}

// TestMemoryIsBounded shows that a long log uses no more memory than a short one,
// whether it has many lines, one line, or one error.
func TestMemoryIsBounded(t *testing.T) {
	const size = 4 << 20
	for name, piece := range map[string]string{
		"lines":    "google_container_cluster.dev: Still creating... [10s elapsed]\n",
		"one line": "nothing here is an error, and yet permission is a word ",
		"box":      "│ Error details go on and on and on and on and on and on and on\n",
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			r, err := Read(io.LimitReader(&endless{piece: []byte(piece)}, size))
			if err != nil {
				t.Fatal(err)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			runtime.KeepAlive(r)
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 2<<20 {
				t.Errorf("memory after %d MiB of log grew by %d KiB", size>>20, grown>>10)
			}
		})
	}
}

// An endless reader repeats a piece.
type endless struct {
	piece []byte
	at    int
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		c := copy(p[n:], e.piece[e.at:])
		n, e.at = n+c, (e.at+c)%len(e.piece)
	}
	return n, nil
}

func TestErrorsAreBounded(t *testing.T) {
	var log strings.Builder
	for i := range 3 * maxErrors {
		log.WriteString("Error: googleapi: Error 400: Node pool \"p" + strings.Repeat("x", i%50) + strings.Repeat("y", i/50) + "\" requires recreation.\n")
	}
	r := mustRead(t, log.String())
	if got := len(r.Errors); got != maxErrors || !r.More {
		t.Errorf("got %d errors, more: %t; want %d, more: true", got, r.More, maxErrors)
	}
	var b strings.Builder
	if err := Text(&b, r, TextOptions{}); err != nil || !strings.HasSuffix(b.String(), "only the first 500 are shown.\n") {
		t.Errorf("text does not end with the number of errors shown (%v)", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, e := range examples() {
		f.Add(e.text)
	}
	f.Add("│ \x1b[31mError: \\\n\\ x\\\"")
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Count(text, "\n") + 1
		r := mustRead(t, text)
		for _, e := range r.Errors {
			checkHarmless(t, e)
			if e.Line < 1 || e.Line > lines {
				t.Errorf("line %d of %d", e.Line, lines)
			}
		}
		if err := Text(io.Discard, r, TextOptions{}); err != nil {
			t.Error(err)
		}
	})
}
