package gcp

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gke-preflight/preflight/facts"
)

// A TokenInfo is what Google says about a token.
type TokenInfo struct {
	// Email is empty if the token's scopes do not allow reading it.
	Email  string
	Scopes []string
	// Lifetime is how long the token remains valid.
	Lifetime time.Duration
}

// tokenInfo is the response of the tokeninfo endpoint.
type tokenInfo struct {
	Email            string `json:"email"`
	Scope            string `json:"scope"`
	ExpiresIn        string `json:"expires_in"`
	Error            string `json:"error"`
	ErrorDescription string `json:"error_description"`
}

const (
	methodTokenInfo = "oauth2.tokeninfo"
	tokenResource   = "the caller's token" // the resource in errors
)

// The tokenInfoAPI asks Google about the caller's token.
type tokenInfoAPI struct{ http *http.Client }

// Identity returns the account that the caller's token belongs to.
func (c *tokenInfoAPI) Identity(ctx context.Context) (facts.Identity, error) {
	info, err := c.tokenInfo(ctx)
	if err != nil {
		return facts.Identity{}, err
	}
	return facts.Identity{Email: info.Email, Scopes: strings.Fields(info.Scope)}, nil
}

// TokenInfo returns what Google says about the caller's token.
func (c *tokenInfoAPI) TokenInfo(ctx context.Context) (TokenInfo, error) {
	info, err := c.tokenInfo(ctx)
	if err != nil {
		return TokenInfo{}, err
	}
	seconds, err := strconv.Atoi(info.ExpiresIn)
	if err != nil {
		return TokenInfo{}, malformed(methodTokenInfo, tokenResource, "does not say when the token expires")
	}
	return TokenInfo{Email: info.Email, Scopes: strings.Fields(info.Scope), Lifetime: time.Duration(seconds) * time.Second}, nil
}

// tokenInfo calls the tokeninfo endpoint. The transport adds the token to the
// URL, so that it is in no error.
// https://developers.google.com/identity/sign-in/web/backend-auth#calling-the-tokeninfo-endpoint
func (c *tokenInfoAPI) tokenInfo(ctx context.Context) (tokenInfo, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://oauth2.googleapis.com/tokeninfo", nil)
	if err != nil {
		return tokenInfo{}, apiError(methodTokenInfo, tokenResource, err)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return tokenInfo{}, apiError(methodTokenInfo, tokenResource, err)
	}
	defer response.Body.Close()
	var info tokenInfo
	body, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(body, &info)
	}
	if response.StatusCode != http.StatusOK {
		return tokenInfo{}, &facts.Error{Method: methodTokenInfo, Resource: tokenResource, Code: response.StatusCode, Message: strings.TrimSpace(info.Error + " " + info.ErrorDescription)}
	}
	if err != nil {
		return tokenInfo{}, apiError(methodTokenInfo, tokenResource, err)
	}
	return info, nil
}
