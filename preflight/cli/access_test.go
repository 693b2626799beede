package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const accessCloud = `
tokens:
  deployer-token: {email: terraform@acme-prod.iam.gserviceaccount.com}
projects:
  acme-prod:
    number: "111111111111"
    services: [container.googleapis.com]
    bindings:
      - {role: roles/container.admin, members: ["serviceAccount:terraform@acme-prod.iam.gserviceaccount.com"]}
    serviceAccounts:
      terraform@acme-prod.iam.gserviceaccount.com: {}
    clusters:
      europe-west1/main: {endpoint: 192.0.2.11, masterAuthCA: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCmFjbWUKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=}
`

// TestAccessExitCodes checks the exit codes of access. A cloud in a file has no API
// server, so access never passes.
func TestAccessExitCodes(t *testing.T) {
	cloud := filepath.Join(t.TempDir(), "cloud.yaml")
	if err := os.WriteFile(cloud, []byte(accessCloud), 0o600); err != nil {
		t.Fatal(err)
	}
	const at = "--cluster=projects/acme-prod/locations/"
	for _, tt := range []struct {
		args []string
		code int
		says string // part of the output, to either stream
	}{
		{[]string{at + "europe-west1/clusters/main", "--cloud", cloud}, ExitUndetermined, "UNDETERMINED"},
		{[]string{at + "europe-west2/clusters/main", "--cloud", cloud}, ExitFail, "is in europe-west1, not in europe-west2"},
		{[]string{at + "europe-west2/clusters/main", "--cloud", cloud, "--format=json"}, ExitFail, `"class": "cluster_not_found"`},
		{[]string{at + "europe-west1/clusters/main", "--cloud", "gone.yaml"}, ExitStart, "read --cloud"},
		{[]string{at + "europe-west1/clusters/main", "--format=html"}, ExitStart, "want one of text, json"},
		{[]string{"--cluster=main"}, ExitStart, "want projects/PROJECT"},
		{nil, ExitStart, "no current context"},
		{[]string{"one"}, ExitStart, "unknown command"},
	} {
		var out bytes.Buffer
		env := Env{
			Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" },
			ReadFile: os.ReadFile, LookPath: exec.LookPath, Now: time.Now, Version: "test",
		}
		code := Main(t.Context(), env, append([]string{"access"}, tt.args...))
		if code != tt.code || !strings.Contains(out.String(), tt.says) {
			t.Errorf("%v: exit code %d, want %d:\n%s", tt.args, code, tt.code, out.String())
		}
	}
}
