package diagnose

// requests returns the messages about invalid requests.
func requests() []pattern {
	return []pattern{
		{
			name: "range-taken", class: InvalidArgument, rules: []string{}, words: []string{"range", "cidr", "ip space", "overlap", "free ip", "address space"},
			re:    compilePattern(`(?i)(?:IP |CIDR |Services |Pod |Pods |secondary |address |Cluster )*range[^:]{0,160} (?:is already (?:used|allocated|in use)|already (?:exists|used)|conflicts?|overlaps?|is not (?:valid|available|large enough)|not found|does not exist|is too (?:small|large)|must (?:be|not))|(?:CIDR|IP range|subnet\w*|netmask|ipCidrRange).{0,100}?(?:overlap|conflict|is (?:already )?in use|already (?:used|exists)|invalid|too (?:small|large))|(?:no|not enough|insufficient|run out of|out of|exhausted)[^.]{0,20}(?:free |available |unused )?IP (?:space|addresses|ranges?)|does not have (?:available|enough|sufficient)[^.]{0,20} IP space|IP_SPACE_EXHAUSTED\w*|IP space (?:of [^.]{0,200})?(?:is )?exhausted|(?:overlaps|conflicts) with (?:an )?(?:existing|subnet|reserved|range|CIDR)`),
			cause: "An address range is in use, too small or missing. No permission is missing, whatever error wraps this one.",
		},
		{
			name: "shared-vpc-unattached", class: InvalidArgument, rules: []string{"GP501"}, words: []string{"shared-vpc host", "shared vpc host", "xpn host"},
			re:    compilePattern(`(?i)Project ["']?(?P<project>[^\s"']+)["']? does not have an associated Shared[- ]VPC host project|["']?(?:projects/)?(?P<project>[^\s"'/]+)["']? is not a (?:shared VPC|XPN) host project`),
			cause: "The cluster's project is not attached to the host project of the network, or that project is not a host project.",
		},
		{
			name: "version", class: InvalidArgument, rules: []string{}, words: []string{"version"},
			re:    compilePattern(`(?i)(?:Master|Node|Cluster|Control plane|Kubernetes) version (?:["'][^"']*["'] |[\d.]+\S* )?(?:is (?:un|not )(?:supported|available|valid)|is invalid|must be|cannot be|not supported|is not supported)|No valid versions with the prefix|(?:unsupported|invalid) (?:master|node|cluster|kubernetes) version|does not (?:match|support) version`),
			cause: "GKE does not offer this version, or not in this release channel or location.",
		},
		{
			name: "deletion-protection", class: InvalidArgument, rules: []string{}, words: []string{"deletion_protection", "deletion protection"},
			re:    compilePattern(`(?i)Cannot destroy cluster because deletion_protection is set to true|deletion[_ ]protection (?:is|was) (?:set|enabled|true)`),
			cause: "deletion_protection keeps Terraform from deleting or replacing the cluster.",
		},
		{
			name: "terraform-configuration", class: InvalidArgument, rules: []string{}, words: []string{"error: unsupported", "error: invalid", "error: missing", "error: reference to undeclared", "error: conflicting", "error: incorrect", "error: no value for", "error: duplicate", "error: expected", "error: argument or block", "error: \"", "required field is not set", "error: insufficient"},
			re:    compilePattern(`^Error: (?:Unsupported (?:argument|block type|attribute)|Invalid (?:value|function|index|for_each|count|reference|expression|template|combination|resource|provider|type|single-argument|multi-character|block|attribute|legacy)[\w ]*|Missing (?:required argument|\w+)|Insufficient \w+ blocks|Reference to undeclared|Conflicting configuration|Incorrect (?:attribute|value|condition)|No value for required variable|Duplicate|Argument or block definition|expected \S+ to|"[^"]+": |[\w: ]*required field is not set)|(?:project|region|zone): required field is not set`),
			cause: "The configuration itself is invalid; no request was sent yet.",
		},
		{
			name: "member-unknown", class: InvalidArgument, rules: []string{}, words: []string{"is of an unknown type", "invalid iam member", "type prefix"},
			re:    compilePattern(`(?i)member \S+ is of an unknown type|set a valid type prefix`),
			cause: "The member of an IAM binding has the wrong form. An example of the right form is serviceAccount:EMAIL; the prefix is case-sensitive.",
		},
		{
			name: "script-url", class: InvalidArgument, rules: []string{}, words: []string{"script-url"},
			re:    compilePattern(`(?i)script-url["']? is specified`),
			cause: "The project's metadata sets a startup script by URL, which GKE does not support.",
		},
		{
			name: "nodes-not-registered", class: Other, confidence: Low, rules: []string{"GP301", "GP304", "GP404"}, words: []string{"nodes out of", "failed to register", "not registered", "have registered", "healthy nodes"},
			re:    compilePattern(`(?i)only \d+ nodes out of \d+ have registered|All cluster resources were brought up, but|nodes? (?:have |has |were )?(?:failed to register|not registered)|cluster may be unhealthy`),
			cause: "The nodes started and did not join the cluster. The text does not say why: the node service account is disabled or deleted, the nodes cannot reach the control plane (firewall, routes, private access), or they cannot pull their image.",
		},
		{
			name: "already-exists", class: Other, rules: []string{}, words: []string{"already exists", "alreadyexists"},
			re:    compilePattern(`(?i)Error 409: [^,]{0,200}already exists|Already exists: (?P<resource>` + nameRE + `)|code = AlreadyExists|, alreadyExists`),
			cause: "A resource of this name exists already; import it into the state, or choose another name.",
		},
	}
}

// missingResources returns the messages about resources that do not exist.
func missingResources() []pattern {
	return []pattern{
		{
			name: "subnetwork-absent", class: NotFound, words: []string{"does not have a subnetwork", "does not have a network"},
			re:    compilePattern(`(?i)project ["']?(?P<project>[^\s"']+)["']? does not have a (?:sub)?network named ["']?(?P<resource>[^\s"']+)`),
			cause: "The subnetwork does not exist in that project and region. With a Shared VPC, use the full names of network and subnetwork, which include the host project.",
		},
		{
			name: "not-found", class: NotFound, words: []string{"not found: projects/", `not found: "projects/`, "not found: 'projects/", "not found"},
			re: compilePattern(`(?i)Not found:? ["'\[]?(?P<resource>(?://[\w.]+/|https://[\w./]+/)?projects/` + nameRE + `)|resource ["'\[]?(?P<resource>(?://[\w.]+/|https://[\w./]+/)?projects/[^\s"'\]]+)["'\]]? (?:was |is |could )?not (?:be )?found|["'\[](?P<resource>projects/[^\s"'\]]+)["'\]]? (?:was |is )?not found`),
		},
		{
			name: "no-cluster", class: NotFound, words: []string{"no cluster named", "could not find ["},
			re: compilePattern(`(?i)No cluster named ["'\[]?(?P<resource>[^\s"'\]]+)["'\]]? in (?P<project>[^\s,;]+?)\.?(?: |$)|Could not find \[(?P<resource>[^\]]+)\] in \[`),
		},
		{
			name: "kubernetes-not-found", class: Other, rules: []string{}, words: []string{"error from server (notfound)"},
			re:    compilePattern(`(?i)Error from server \(NotFound\): [^"]{0,80}"[^"]*" not found`),
			cause: "The cluster has no such object. The cluster itself exists, and the caller has access to it.",
		},
	}
}

// googleMessages matches the surroundings of messages that no other pattern knows, to
// distinguish messages of Google from messages of an application.
const googleMessages = `(?:googleapi: |ResponseError: |gcloud|googleapis?\.com|google\.(?:api_core|rpc|golang|cloud)|HttpError |com\.google|io\.grpc|\(gcloud[^)]*\) |type\.googleapis)`

// codes returns patterns that recognize a message only by its status code. Their
// diagnosis is a guess.
func codes() []pattern {
	return []pattern{
		{
			name: "retry-budget", class: RetryBudgetExhausted, confidence: Low, words: []string{"retry budget exhausted"},
			re: compilePattern(`(?i)Retry budget exhausted[^"]{0,200}`),
		},
		{
			name: "caller-has-no-permission", class: CallerPermissionDenied, confidence: Medium, words: []string{"caller does not have permission", "policy update access denied", "user not authorized to perform", "user is not authorized", "insufficient permissions", "does not have sufficient permission", "not authorized to"},
			re:       compilePattern(`(?i)The caller does not have permission|Policy update access denied|User (?:is )?not authorized to (?:perform|access)[^.,]{0,80}|(?:googleapi|ResponseError|gcloud)[^"]{0,120}(?:insufficient permissions|does not have sufficient permissions?|not authorized to [^.,]{0,80})`),
			classify: classifyUnnamed,
		},
		{
			name: "google-401", class: Unauthorized, words: []string{"401", "unauthenticated"},
			re:       compilePattern(`(?i)Error 401:|code=401|HttpError 401|"code": ?401\b|(?:^|\s)401 (?:Unauthorized|Client Error|Request had)|code = Unauthenticated|UNAUTHENTICATED|invalid authentication credentials|ACCESS_TOKEN_EXPIRED|ACCESS_TOKEN_TYPE_UNSUPPORTED|CREDENTIALS_MISSING`),
			cause:    "Google does not accept the access token: it is expired, revoked or truncated, or none was sent.",
			classify: classifyToken,
		},
		{
			name: "google-404", class: NotFound, confidence: Medium, words: []string{"404", "notfound", "not_found"},
			re: compilePattern(`(?i)Error 404: (?:[^,]{0,300})|code=404|HttpError 404|"code": ?404\b|(?:^|\s)404 (?:Not Found|Resource)|code = NotFound|"status": ?"NOT_FOUND"|, notFound\b|StatusCode\.NOT_FOUND|The requested URL \S+ was not found on this server`),
		},
		{
			name: "google-403", class: CallerPermissionDenied, confidence: Low, words: []string{"403", "permission_denied", "permissiondenied", "forbidden"},
			re:       compilePattern(`(?i)googleapi: Error 403:[^"]{0,200}|ResponseError: code=403|HttpError 403|` + googleMessages + `[^"]{0,200}(?:PERMISSION_DENIED|PermissionDenied|403 Forbidden)|"code": ?403,[^}]{0,600}"status": ?"PERMISSION_DENIED"|"status": ?"PERMISSION_DENIED"[^}]{0,600}"code": ?403|IAM_PERMISSION_DENIED|google\.api_core\.exceptions\.(?:Forbidden|PermissionDenied)|(?:ERROR: )?\(gcloud[^)]*\) PERMISSION_DENIED`),
			classify: classifyUnnamed,
		},
		{
			name: "google-400", class: InvalidArgument, confidence: Medium, rules: []string{}, words: []string{"400", "invalid_argument", "invalidargument", "badrequest", "failed_precondition", "invalid value"},
			re:    compilePattern(`(?i)(?:googleapi: )?Error 400: ?[^"]{0,200}|code=400|HttpError 400|"code": ?400\b|INVALID_ARGUMENT|code = InvalidArgument|, badRequest\b|Invalid value for field|(?:^|\s)400 (?:Bad Request|Client Error)|argument --[\w-]+: |\(gcloud[^)]*\) (?:unrecognized arguments|argument |Invalid value|Exactly one of|INVALID_ARGUMENT)`),
			cause: "The request is invalid: a value is wrong, or two values contradict each other. The message says which.",
		},
		{
			name: "google-409-429-5xx", class: Other, confidence: Medium, rules: []string{}, words: []string{"error 409", "error 5", "code=5", "code=409", "internal error", "unavailable", "deadline", "timeout while waiting", "i/o timeout", "connection refused"},
			re:    compilePattern(`(?i)Error (?:409|5\d\d):|code=(?:409|5\d\d)|an internal error has occurred|code = (?:Unavailable|Internal|DeadlineExceeded|Aborted)|timeout while waiting for state|dial tcp [^:]*:\d+: (?:i/o timeout|connect: connection refused)`),
			cause: "No permission is missing: there was a conflict, an error or outage of the server, or the connection is blocked.",
		},
		{
			name: "google-429", class: Quota, confidence: Medium, rules: []string{}, words: []string{"error 429", "code=429", "resource_exhausted", "resourceexhausted"},
			re: compilePattern(`(?i)Error 429:|code=429|RESOURCE_EXHAUSTED|code = ResourceExhausted`),
		},
	}
}
