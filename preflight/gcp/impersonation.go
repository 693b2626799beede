package gcp

import (
	"context"
	"errors"
	"sync"

	"google.golang.org/api/iamcredentials/v1"

	"gke-preflight/preflight/facts"
)

// impersonated gives the token of a service account, made once.
type impersonated struct {
	owner     *Client
	account   string
	delegates []string

	mu    sync.Mutex
	made  bool
	value string
	err   error
}

// tokenLifetime is long enough for any check.
const tokenLifetime = "900s"

func (i *impersonated) token(ctx context.Context) (string, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.made {
		i.value, i.err = i.make(ctx)
		i.made = ctx.Err() == nil
	}
	return i.value, i.err
}

func (i *impersonated) make(ctx context.Context) (string, error) {
	request := &iamcredentials.GenerateAccessTokenRequest{
		Scope:    []string{"https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/userinfo.email"},
		Lifetime: tokenLifetime,
	}
	for _, d := range i.delegates {
		request.Delegates = append(request.Delegates, "projects/-/serviceAccounts/"+d)
	}
	answer, err := i.owner.iamTokens.Projects.ServiceAccounts.GenerateAccessToken("projects/-/serviceAccounts/"+i.account, request).Context(ctx).Do()
	if err != nil {
		return "", failure(facts.MethodGenerateAccessToken, i.account, err)
	}
	if answer.AccessToken == "" {
		return "", failure(facts.MethodGenerateAccessToken, i.account, errors.New("the answer has no token"))
	}
	return answer.AccessToken, nil
}
