package gkepreflight

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gke-preflight/fixtures/deadline"
)

// TestMakeDemo: make demo says that it is compiling if that takes long, and
// prints nothing of its own on standard output.
func TestMakeDemo(t *testing.T) {
	makeProgram, err := exec.LookPath("make")
	if err != nil {
		t.Skip("there is no make on PATH: ", err)
	}
	for name, tt := range map[string]struct {
		build string
		says  bool
	}{
		"cold cache":          {"sleep 4", true},
		"warm cache":          {"true", false},
		"does not compile":    {"exit 1", false},
		"slow, and is broken": {"sleep 4; exit 1", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			script := "#!/bin/sh\ncase $1 in build) " + tt.build + " ;; run) echo ran ;; esac\n"
			if err := os.WriteFile(filepath.Join(dir, "go"), []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			cmd := deadline.Command(t, makeProgram, "demo")
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "MAKEFLAGS=", "MAKELEVEL=0")
			var stderr strings.Builder
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if fails := strings.Contains(tt.build, "exit"); (err != nil) != fails || !fails && string(out) != "ran\n" || fails && len(out) > 0 {
				t.Errorf("it prints %q, ends with %v, and says\n%s", out, err, &stderr)
			}
			if strings.Contains(stderr.String(), "compiling gke-preflight") != tt.says {
				t.Errorf("it says %q", &stderr)
			}
		})
	}
}
