package rules

import (
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func keys() Rule {
	return Rule{
		ID:       "GP601",
		Name:     "keys",
		Title:    "Service agents can use the Cloud KMS keys of clusters and nodes",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			forEachKey(p, func(t target, k plan.Key) {
				for _, use := range keyUses(k) {
					needs = append(needs, keyUseNeed(t, k, use))
				}
			})
			return needs
		},
	}
}

// A keyUse is what one service agent requires on a key.
type keyUse struct {
	kind        need.PrincipalKind
	permissions []string
	role        string
}

// keyUses returns the uses of a key, which depend on the attribute that names it.
// Compute Engine creates the disks of nodes; GKE does everything else.
// https://docs.cloud.google.com/kubernetes-engine/docs/how-to/using-cmek
// https://docs.cloud.google.com/kubernetes-engine/docs/how-to/encrypting-secrets
func keyUses(k plan.Key) []keyUse {
	encrypts := []string{"cloudkms.cryptoKeyVersions.useToDecrypt", "cloudkms.cryptoKeyVersions.useToEncrypt"}
	const encrypter = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
	signs := keyUse{need.GKEServiceAgent, []string{"cloudkms.cryptoKeyVersions.useToSign", "cloudkms.cryptoKeyVersions.viewPublicKey"}, "roles/container.cloudKmsKeyUser"}
	switch {
	case strings.HasSuffix(k.Attribute, "boot_disk_kms_key"):
		return []keyUse{{need.ComputeServiceAgent, encrypts, encrypter}}
	case strings.Contains(k.Attribute, "service_account_"):
		return []keyUse{signs}
	case strings.HasSuffix(k.Attribute, "gkeops_etcd_backup_encryption_key"):
		return []keyUse{{need.GKEServiceAgent, encrypts[1:], "roles/cloudkms.cryptoKeyEncrypter"}}
	case strings.HasSuffix(k.Attribute, "control_plane_disk_encryption_key"):
		signs.permissions = []string{"cloudkms.cryptoKeyVersions.get"}
		delegated := []string{"cloudkms.cryptoKeyVersions.useToDecryptViaDelegation", "cloudkms.cryptoKeyVersions.useToEncryptViaDelegation"}
		return []keyUse{
			{need.GKEServiceAgent, encrypts, encrypter},
			{need.GKEServiceAgent, delegated, "roles/cloudkms.cryptoKeyEncrypterDecrypterViaDelegation"},
			signs,
		}
	}
	return []keyUse{{need.GKEServiceAgent, encrypts, encrypter}}
}

// keyUseNeed returns the need of a service agent on key k.
func keyUseNeed(t target, k plan.Key, use keyUse) need.Need {
	n := t.keyProjectNeed(k)
	n.Kind = need.Permissions
	n.Principal = serviceAgent(use.kind, t.project.ID)
	n.Permissions = use.permissions
	n.Fix.Role = use.role
	if n.UndeterminedReason == "" {
		name := keyName(k.Name)
		n.KeyVersion = resource.Parse(k.Name).Version()
		n.Resource = "//cloudkms.googleapis.com/" + name
		n.ExpectedError = "Error 403: Permission '" + use.permissions[len(use.permissions)-1] + "' denied on resource '" + name + "' (or it may not exist)."
	}
	return n
}
