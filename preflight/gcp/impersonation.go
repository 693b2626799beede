package gcp

import (
	"context"
	"errors"
	"sync"

	"google.golang.org/api/iamcredentials/v1"

	"gke-preflight/preflight/facts"
)

// tokenLifetime is long enough for any check.
const tokenLifetime = "900s"

// An impersonatedSource provides the token of a service account that the owner
// may impersonate. It generates the token once, when it is first needed.
type impersonatedSource struct {
	owner     *Client
	account   string
	delegates []string // nearest to the owner first

	mu        sync.Mutex
	generated bool
	value     string
	err       error
}

func (s *impersonatedSource) token(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.generated {
		s.value, s.err = s.generate(ctx)
		s.generated = ctx.Err() == nil
	}
	return s.value, s.err
}

func (s *impersonatedSource) generate(ctx context.Context) (string, error) {
	request := &iamcredentials.GenerateAccessTokenRequest{
		Scope:    []string{cloudPlatformScope, emailScope},
		Lifetime: tokenLifetime,
	}
	for _, d := range s.delegates {
		request.Delegates = append(request.Delegates, "projects/-/serviceAccounts/"+d)
	}
	response, err := s.owner.iamTokens.Projects.ServiceAccounts.GenerateAccessToken("projects/-/serviceAccounts/"+s.account, request).Context(ctx).Do()
	if err != nil {
		return "", apiError(facts.MethodGenerateAccessToken, s.account, err)
	}
	if response.AccessToken == "" {
		return "", apiError(facts.MethodGenerateAccessToken, s.account, errors.New("the response has no token"))
	}
	return response.AccessToken, nil
}
