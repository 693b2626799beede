package report

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"gke-preflight/fixtures/deadline"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

// hostilePage returns a report in which every name is markup and script.
func hostilePage() *finding.Report {
	const evil = `"><img src=x onerror=alert(1)><script>alert(2)</script>{{.}}&lt;` + "\x1b[31m\u202e"
	return &finding.Report{
		SchemaVersion: finding.SchemaVersion, Tool: finding.Tool{Name: "gke-preflight", Version: evil},
		Plan: finding.PlanRef{Source: evil}, Result: finding.Fail,
		Deployers: []finding.DeployerRef{{Member: evil, Source: evil}}, Projects: []finding.ProjectRef{{ID: evil}}, Limits: []string{evil},
		Findings: []finding.Finding{
			{
				Rule: "GP401", Name: evil, Title: evil, Outcome: finding.Fail, Severity: need.Error, Addresses: []string{evil, "second"}, Attribute: evil,
				Principal: &need.Principal{Kind: need.GKEServiceAgent, Member: evil}, Resource: evil, Message: evil, Reason: evil,
				Permissions: &finding.PermissionSet{Needed: []string{"a.b.c"}, Missing: []string{"a.b.c"}},
				Evidence:    []finding.Evidence{{Method: evil, Detail: evil}}, ExpectedError: evil, URL: "javascript:alert(3)",
				Plan: evil, Locations: []finding.Location{{Address: evil, File: evil, Line: 7}},
				Levels: []finding.Level{{Resource: evil, Says: finding.Grants, Permissions: []string{evil}, Role: evil, Member: evil, Detail: evil}},
				Fix:    &finding.Fix{Commands: []string{"gcloud first", evil}, Terraform: evil + "\n" + evil},
			},
			{Rule: "GP402", Title: evil, Outcome: finding.Undetermined, Severity: need.Warning, Message: evil, Reason: evil},
			{Rule: "GP101", Title: evil, Outcome: finding.Pass, Severity: need.Error, Message: evil},
		},
		Summary: finding.Summary{Fail: 1, Undetermined: 1, Pass: 1},
	}
}

func pageOf(t testing.TB, r *finding.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestHTML checks that names stay text, that the policy allows only the page's own
// style and script, and that the same report gives the same bytes.
func TestHTML(t *testing.T) {
	page := pageOf(t, hostilePage())
	for _, never := range []string{"<img", "<script>alert", "javascript:", "\x1b", "\u202e"} {
		if strings.Contains(page, never) {
			t.Errorf("the page holds %q", never)
		}
	}
	if n := strings.Count(page, "<script"); n != 1 {
		t.Errorf("%d scripts", n)
	}
	tags := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(page, `""`)
	if strings.Contains(page, "http://") || regexp.MustCompile(`<[a-z][^<>]* (src|style|on[a-z]+)=`).MatchString(tags) {
		t.Error("the page loads something, or has inline styles or handlers")
	}
	for _, own := range []string{htmlStyle, htmlScript} {
		if !strings.Contains(page, cspHash(own)) && !strings.Contains(page, strings.ReplaceAll(cspHash(own), "+", "&#43;")) {
			t.Error("the policy misses the hash of the page's style or script")
		}
	}
	if page != pageOf(t, hostilePage()) {
		t.Error("the same report gives another page")
	}
}

// levelsReport returns a report merged from two plans, with levels of every kind.
func levelsReport() *finding.Report {
	const project, folder, organization = "//cloudresourcemanager.googleapis.com/projects/acme", "//cloudresourcemanager.googleapis.com/folders/4", "//cloudresourcemanager.googleapis.com/organizations/1"
	member := "serviceAccount:agent@acme.iam.gserviceaccount.com"
	p := []string{"a.b.c"}
	agent := &need.Principal{Kind: need.GKEServiceAgent, Member: member}
	deployer := &need.Principal{Kind: need.Deployer, Member: "user:alice@acme.example"}
	return &finding.Report{
		SchemaVersion: finding.SchemaVersion, Plan: finding.PlanRef{Source: "2 plans"}, Plans: []finding.PlanRef{{Source: "envs/a"}, {Source: "envs/b"}},
		Projects: []finding.ProjectRef{{ID: "acme", Number: "11"}}, Result: finding.Fail,
		Findings: []finding.Finding{
			{
				Rule: "GP401", Plan: "envs/a", Outcome: finding.Fail, Severity: need.Error, Addresses: []string{"google_container_cluster.x"}, Attribute: "network",
				Locations: []finding.Location{{Address: "google_container_cluster.x", File: "envs/a/main.tf", Line: 12}},
				Principal: agent, Resource: project, Permissions: &finding.PermissionSet{Needed: append(p, "d.e.f"), Missing: p},
				Evidence: []finding.Evidence{{Method: "getIamPolicy", Resource: project, Detail: "told by the levels"}},
				Levels: []finding.Level{
					{Resource: project, Says: finding.Lacks, Permissions: p},
					{Resource: project, Says: finding.Grants, Permissions: []string{"d.e.f"}, Role: "roles/r", Member: member},
					{Resource: folder, Says: finding.Unmet, Permissions: p, Role: "roles/r", Member: member, Detail: "1 > 2"},
					{Resource: folder, Says: finding.Unread, Permissions: p, Detail: "403 no"},
					{Resource: organization, Says: finding.Denies, Permissions: p, Detail: "guard"},
					{Resource: organization, Says: finding.Doubts, Permissions: p, Detail: "a group may hold it"},
					{Says: finding.Plans, Permissions: p, Role: "roles/r", Member: member, Detail: "google_project_iam_member.x"},
				},
			},
			{
				Rule: "GP201", Plan: "envs/b", Outcome: finding.Pass, Severity: need.Error, Principal: deployer, Resource: "//iam.googleapis.com/projects/11/serviceAccounts/nodes@acme.iam.gserviceaccount.com",
				Permissions: &finding.PermissionSet{Needed: p}, Message: "the deployer holds a.b.c",
				Evidence: []finding.Evidence{{Method: "testIamPermissions", Resource: project, Detail: "granted: a.b.c"}},
			},
			{Rule: "GP402", Plan: "envs/b", Outcome: finding.Pass, Principal: agent, Resource: "//cloudresourcemanager.googleapis.com/projects/host", Message: "it holds"},
			{Rule: "GP403", Plan: "envs/b", Outcome: finding.Pass, Principal: agent, Resource: organization, Message: "it holds"},
		},
	}
}

// TestHTMLTrail checks the trail from the plan to a finding, and the statements of each
// level, for failures and for checks that pass.
func TestHTMLTrail(t *testing.T) {
	v := browse(t, pageOf(t, levelsReport()))
	const text = `function (n) { return n.innerText.replace(/\s+/g, " ").trim() }`
	for _, tt := range []struct{ name, selector, want string }{
		{"trail", "#f1 > .trail > li", "plan envs/a | address google_container_cluster.x envs/a/main.tf:12 | attribute network | " +
			"GKE service agent serviceAccount:agent@acme.iam.gserviceaccount.com | permission a.b.c | fails at project acme"},
		{"levels", "#f1 > .levels > li", "project acme ✗ no binding grants a.b.c ✓ grants roles/r to serviceAccount:agent@acme.iam.gserviceaccount.com (d.e.f) | " +
			"folder 4 ✗ grants roles/r to serviceAccount:agent@acme.iam.gserviceaccount.com only if 1 > 2, which is false ? could not be read: 403 no | " +
			"organization 1 ✗ denied by policy guard ? a group may hold it | " +
			"above the project + the plan grants roles/r to serviceAccount:agent@acme.iam.gserviceaccount.com, by google_project_iam_member.x"},
		{"groups", "thead th[scope=colgroup]", "project acme | no project | project host"},
	} {
		got := v.ask(t, `Array.from(document.querySelectorAll("`+tt.selector+`")).map(`+text+`).join(" | ")`)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if got := v.ask(t, `Array.from(document.querySelectorAll("thead th[scope=colgroup]")).map(function (n) { return n.colSpan }).join()`); got != "2,1,1" {
		t.Errorf("the groups span %s columns", got)
	}
	v.do(t, chromedp.Focus(`tbody a[aria-label*="nodes@acme"]`), chromedp.KeyEvent("\r"))
	const pass = `(function wait(done) { var d = document.querySelector(location.hash + " > details"); d && d.open ? done(d.innerText.replace(/\s+/g, " ")) : setTimeout(wait, 10, done); })`
	got := v.ask(t, "new Promise("+pass+")")
	for _, want := range []string{"envs/b: The deployer holds a.b.c", "project acme ✓ testIamPermissions a.b.c: granted: a.b.c"} {
		if !strings.Contains(got, want) {
			t.Errorf("the pass does not say %q: %s", want, got)
		}
	}
	v.quiet(t)
}

// A visit is a browser that shows a page, and what the browser reported.
type visit struct {
	ctx context.Context
	mu  sync.Mutex
	// messages are console messages, exceptions, and errors of the browser, such as
	// violations of the policy.
	messages []string
	// requests are the URLs that the browser requested.
	requests []string
}

func browse(t *testing.T, page string) *visit {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("no Chromium on PATH: .ci/run installs one")
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.WriteHeader(http.StatusNoContent) // the icon, which a browser asks for by itself
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
	}))
	t.Cleanup(s.Close)
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(program), chromedp.NoSandbox)
	ctx, cancel := chromedp.NewExecAllocator(deadline.Context(t), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	v := &visit{ctx: ctx}
	v.do(t, chromedp.Func(v.listen), chromedp.Func(allowClipboard), chromedp.Navigate(s.URL+"/"), chromedp.WaitVisible("#filter-text"))
	return v
}

// listen records messages and requests.
func (v *visit) listen(ctx context.Context, target *chromedp.Target) error {
	called, thrown, requested := cdp.Events(v.ctx, target, runtime.ConsoleAPICalled), cdp.Events(v.ctx, target, runtime.ExceptionThrown), cdp.Events(v.ctx, target, network.RequestWillBeSent)
	logged := cdp.Events(v.ctx, target, log.EntryAdded)
	go record(logged, func(e log.EventEntryAdded) { v.note(&v.messages, string(e.Entry.Source)+": "+e.Entry.Text) })
	go record(called, func(e runtime.EventConsoleAPICalled) { v.note(&v.messages, string(e.Type)) })
	go record(thrown, func(e runtime.EventExceptionThrown) { v.note(&v.messages, "an exception") })
	go record(requested, func(e network.EventRequestWillBeSent) {
		if !strings.HasSuffix(e.Request.URL, "/favicon.ico") {
			v.note(&v.requests, e.Request.URL)
		}
	})
	_, err := cdp.Call(ctx, target, runtime.Enable, cdp.Empty{})
	_, other := cdp.Call(ctx, target, network.Enable, network.EnableParams{})
	_, third := cdp.Call(ctx, target, log.Enable, cdp.Empty{})
	return errors.Join(err, other, third)
}

func record[E any](events iter.Seq2[E, error], f func(E)) {
	for e, err := range events {
		if err == nil {
			f(e)
		}
	}
}

func (v *visit) note(into *[]string, text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	*into = append(*into, text)
}

func allowClipboard(ctx context.Context, target *chromedp.Target) error {
	var errs []error
	for _, name := range []string{"clipboard-write", "clipboard-read"} {
		_, err := cdp.Call(ctx, target, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
		})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (v *visit) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(v.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// ask evaluates an expression in the page.
func (v *visit) ask(t *testing.T, expression string) string {
	t.Helper()
	out, err := chromedp.Run(v.ctx, chromedp.Evaluate[string]("Promise.resolve("+expression+").then(String)", chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestHTMLInBrowser checks in a real browser that the page renders, filters, copies and
// works by keyboard, without errors and without requests.
func TestHTMLInBrowser(t *testing.T) {
	v := browse(t, pageOf(t, hostilePage()))
	const shown = `document.querySelectorAll(".finding:not([hidden])").length`
	if got := v.ask(t, shown); got != "3" {
		t.Errorf("%s findings are shown", got)
	}
	if got := v.ask(t, `document.querySelectorAll("img, iframe, script:not(:last-of-type)").length`); got != "0" {
		t.Errorf("names made %s elements", got)
	}
	v.do(t, chromedp.SendKeys("#filter-text", "gp402"))
	if got := v.ask(t, shown); got != "1" {
		t.Errorf("the filter leaves %s findings", got)
	}
	if got := v.ask(t, `document.getElementById("filter-count").textContent`); got != "1 of 3 shown" {
		t.Errorf("the count says %q", got)
	}
	v.choose(t, "", "pass")
	if got := v.ask(t, shown+` + " " + document.querySelector("details.folded").open`); got != "1 true" {
		t.Errorf("passes alone: %s", got)
	}
	v.choose(t, "", "")
	v.copies(t)
	// A command that needs escapes is shown without a copy button.
	if got := v.ask(t, `document.querySelectorAll(".copy").length`); got != "1" {
		t.Errorf("%s commands can be copied", got)
	}
	if got := v.ask(t, `Array.from(document.querySelectorAll("#f1 pre")).filter(function (p) { return p.textContent.startsWith("# not printable: ") }).length`); got != "2" {
		t.Errorf("%s blocks are marked as not printable", got)
	}
	if got := v.ask(t, `(function(){document.querySelector(".copy").focus(); return document.activeElement.className})()`); got != "copy js" {
		t.Errorf("the keyboard reaches %q", got)
	}
	v.quiet(t)
}

// quiet fails the test if there were messages, or requests beyond the page itself.
func (v *visit) quiet(t *testing.T) {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.messages) > 0 {
		t.Errorf("messages: %q", v.messages)
	}
	if len(v.requests) != 1 {
		t.Errorf("requests: %q", v.requests)
	}
}

// waitForMessage waits for a message that contains text.
func (v *visit) waitForMessage(t *testing.T, text string) {
	t.Helper()
	for range 100 {
		v.mu.Lock()
		messages := slices.Clone(v.messages)
		v.mu.Unlock()
		if slices.ContainsFunc(messages, func(s string) bool { return strings.Contains(s, text) }) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("messages: %q", v.messages)
}

// TestPolicyInBrowser checks that the browser blocks and reports violations of the
// page's policy, so that a page without messages complies with it.
func TestPolicyInBrowser(t *testing.T) {
	for name, breach := range map[string]string{
		"style":   `<p style="color:red">`,
		"handler": `<p onclick="alert(1)">`,
		"script":  `<script>alert(1)</script>`,
		"image":   `<img src="/x.png">`,
		"form":    `<base href="/elsewhere/">`,
	} {
		t.Run(name, func(t *testing.T) {
			v := browse(t, strings.Replace(pageOf(t, hostilePage()), "<main>", "<main>"+breach, 1))
			v.do(t, chromedp.Focus(".copy"))
			// A browser compiles a handler when it is first needed.
			v.ask(t, `document.querySelector("main > p")?.click()`)
			v.waitForMessage(t, "Content Security Policy")
		})
	}
}

// choose sets the filter.
func (v *visit) choose(t *testing.T, text, outcome string) {
	t.Helper()
	v.ask(t, `(function () {
		document.getElementById("filter-text").value = "`+text+`";
		var outcome = document.getElementById("filter-outcome");
		outcome.value = "`+outcome+`";
		return outcome.dispatchEvent(new Event("change"));
	})()`)
}

// copies presses the first copy button by keyboard and checks the clipboard.
func (v *visit) copies(t *testing.T) {
	t.Helper()
	v.do(t, chromedp.Focus(".copy"), chromedp.KeyEvent("\r"))
	text := v.ask(t, `new Promise(function (done) {
		(function wait() { document.querySelector(".copy").textContent === "Copy" ? setTimeout(wait, 10) : done(navigator.clipboard.readText()); })();
	})`)
	if text != "gcloud first" {
		t.Errorf("the clipboard has %q", text)
	}
}

// TestHTMLWidth checks that a page of many findings does not scroll sideways, on a phone
// either.
func TestHTMLWidth(t *testing.T) {
	r := hostilePage()
	for range 200 {
		r.Findings = append(r.Findings, r.Findings[0])
	}
	v := browse(t, pageOf(t, r))
	for _, width := range []int64{390, 1280} {
		v.do(t, chromedp.EmulateViewport(width, 800))
		if got := v.ask(t, `document.documentElement.scrollWidth <= document.documentElement.clientWidth`); got != "true" {
			t.Errorf("%d wide, the page scrolls sideways", width)
		}
	}
}
