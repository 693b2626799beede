package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gke-preflight/fixtures/fakegcp"
	"gke-preflight/preflight/iam"
)

// apiserver serves an API server over TLS, and sets $API to its address and
// $CA to its CA certificate in base64. It responds with STATUS and BODY, and to
// requests with TOKEN, if given, with a list of namespaces.
//
//	apiserver STATUS BODY [TOKEN]
func apiserver(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: apiserver STATUS BODY [TOKEN]")
	}
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	h := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(args) == 3 && r.Header.Get("Authorization") == "Bearer "+args[2] {
			_, _ = io.WriteString(w, `{"kind":"NamespaceList"}`)
			return
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, args[1])
	}))
	certificate, authority, err := selfSigned()
	ts.Check(err)
	h.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	h.Config.ErrorLog = log.New(io.Discard, "", 0)
	h.StartTLS()
	ts.Defer(h.Close)
	ts.Setenv("API", strings.TrimPrefix(h.URL, "https://"))
	ts.Setenv("CA", base64.StdEncoding.EncodeToString(authority))
}

// selfSigned returns a self-signed certificate for 127.0.0.1.
func selfSigned() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	certificate := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

// gke serves the cloud in a file of the script, with environment variables
// expanded and edits applied, and logs in as the deployer.
//
//	gke FILE [EDIT]...
func gke(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: gke FILE [EDIT]...")
	}
	c, err := fakegcp.Load(strings.NewReader(os.Expand(ts.ReadFile(args[0]), ts.Getenv)))
	ts.Check(err)
	for _, edit := range args[1:] {
		ts.Check(c.Edit(edit))
	}
	server := fakegcp.New(c, fakegcp.WithRoles(iam.Predefined().Permissions), fakegcp.WithClock(time.Now))
	ts.Value("scenario").(*scenario).server = server
	h := httptest.NewServer(server)
	ts.Defer(h.Close)
	ts.Setenv("GKE_PREFLIGHT_ENDPOINT", h.URL)
	ts.Setenv("GOOGLE_OAUTH_ACCESS_TOKEN", "deployer-token")
}

// expand expands environment variables in files.
//
//	expand FILE...
func expand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: expand FILE...")
	}
	for _, file := range args {
		text := os.Expand(ts.ReadFile(file), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
	}
}

// programs sets PATH to some directories and that of gke-preflight.
//
//	programs DIRECTORY...
func programs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: programs DIRECTORY...")
	}
	s := ts.Value("scenario").(*scenario)
	if s.path == "" {
		s.path, _, _ = strings.Cut(ts.Getenv("PATH"), string(os.PathListSeparator))
	}
	path := []string{s.path}
	for _, dir := range args {
		path = append(path, ts.MkAbs(dir))
	}
	ts.Setenv("PATH", strings.Join(path, string(os.PathListSeparator)))
}
