//go:build unix

package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"slices"
	"time"
)

const (
	certLife = 10 * 365 * 24 * time.Hour
	backdate = time.Hour // for machines whose clock is set back
)

// pki is the lab's folder of certificates.
type pki struct{ lab *lab }

func (p pki) cert(name string) string { return p.lab.path("pki", name+".crt") }
func (p pki) key(name string) string  { return p.lab.path("pki", name+".key") }

// identity is who a certificate is for: a server (hosts) or a client (user and groups), or both.
type identity struct {
	name   string
	user   string
	groups []string
	hosts  []string
	signer string
}

// authority makes a certificate authority once.
func (p pki) authority(name string) error {
	if _, _, err := p.load(name); err == nil {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("making the key of %s: %w", name, err)
	}
	template := newTemplate("bcpaas-lab-"+name, nil)
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature
	return p.save(name, key, template, template, key)
}

// issue makes a certificate for both directions, unless a valid one for this very identity is there.
func (p pki) issue(id identity) error {
	ca, caKey, err := p.load(id.signer)
	if err != nil {
		return err
	}
	if have, _, err := p.load(id.name); err == nil && id.matches(have, ca) {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("making the key of %s: %w", id.name, err)
	}
	template := newTemplate(id.user, id.groups)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	for _, host := range id.hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	return p.save(id.name, key, template, ca, caKey)
}

// matches tells whether a certificate can be used on for this identity.
func (id identity) matches(have, ca *x509.Certificate) bool {
	if have.CheckSignatureFrom(ca) != nil || time.Until(have.NotAfter) < 24*time.Hour {
		return false
	}
	if have.Subject.CommonName != id.user || !slices.Equal(have.Subject.Organization, id.groups) {
		return false
	}
	hosts := slices.Clone(have.DNSNames)
	for _, ip := range have.IPAddresses {
		hosts = append(hosts, ip.String())
	}
	want := slices.Clone(id.hosts)
	slices.Sort(hosts)
	slices.Sort(want)
	return slices.Equal(hosts, want)
}

func newTemplate(commonName string, groups []string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		Subject:   pkix.Name{CommonName: commonName, Organization: groups},
		NotBefore: now.Add(-backdate),
		NotAfter:  now.Add(certLife),
	}
}

func (p pki) save(name string, key crypto.Signer, template, parent *x509.Certificate, parentKey crypto.Signer) error {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return fmt.Errorf("making the certificate of %s: %w", name, err)
	}
	template.SerialNumber = serial
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		return fmt.Errorf("making the certificate of %s: %w", name, err)
	}
	if err := writeKey(p.key(name), key); err != nil {
		return err
	}
	return writeFile(p.cert(name), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}

func writeKey(file string, key crypto.Signer) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("writing a key: %w", err)
	}
	return writeFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

func (p pki) load(name string) (*x509.Certificate, crypto.Signer, error) {
	certDER, err := readPEM(p.cert(name))
	if err != nil {
		return nil, nil, err
	}
	keyDER, err := readPEM(p.key(name))
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(certDER)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the certificate of %s: %w", name, err)
	}
	key, err := x509.ParsePKCS8PrivateKey(keyDER)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the key of %s: %w", name, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, nil, fmt.Errorf("reading the key of %s: it can't sign", name)
	}
	return cert, signer, nil
}

func readPEM(file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading a certificate: %w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("reading " + file + ": no PEM in it")
	}
	return block.Bytes, nil
}

// serviceAccountKey makes the key that signs service accounts' tokens; RSA, since every OIDC client can verify that.
func (p pki) serviceAccountKey() error {
	if _, err := os.Stat(p.key("service-accounts")); err == nil {
		return nil
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return fmt.Errorf("making the service accounts' key: %w", err)
	}
	return writeKey(p.key("service-accounts"), key)
}
