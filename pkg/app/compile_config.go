package app

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// reservedVolume begins the names of the volumes that Compile makes.
const reservedVolume = "bcpaas-"

// hashRounds makes guessing a secret value from its Secret's name slow: the name is readable by more people than the
// value. A short password can be guessed all the same; such a one belongs into a Secret that is only referred to.
const hashRounds = 50_000

// config is what the configuration of a component has become.
type config struct {
	configMap string            // name; empty when there are no files from the App file
	fileKeys  map[string]string // path in the container -> key in configMap
	secret    string            // name; empty when there are no values of our own
}

func (p *part) configure() error {
	if err := p.configureFiles(); err != nil {
		return err
	}
	return p.configureSecrets()
}

// configureFiles puts files into one ConfigMap.
func (p *part) configureFiles() error {
	content := map[string][]byte{}
	p.config.fileKeys = map[string]string{}
	total := 0
	for _, path := range sortedKeys(p.Files) {
		f := p.Files[path]
		if f.Secret != "" {
			continue
		}
		text := []byte(f.Content)
		if f.File != "" {
			var err error
			if text, err = p.readFile(f.File); err != nil {
				return fmt.Errorf("file %s: %w", path, err)
			}
		}
		if total += len(text); total > MaxFilesBytes {
			return fmt.Errorf("file %s: the files hold at least %s together, above the bound of %s", path, sizeText(total), sizeText(MaxFilesBytes))
		}
		key := fileKey(path, content)
		content[key], p.config.fileKeys[path] = text, key
	}
	if len(content) == 0 {
		return nil
	}
	cm := &corev1.ConfigMap{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}, Immutable: new(true)}
	for key, text := range content {
		if utf8.Valid(text) {
			set(&cm.Data, key, string(text))
		} else {
			set(&cm.BinaryData, key, text)
		}
	}
	p.config.configMap = p.base + "-files-" + contentHash(content)
	cm.ObjectMeta = p.meta(p.config.configMap)
	p.typed = append(p.typed, cm)
	return nil
}

// fileKey is a path in the letters that keys may have: /etc/cart/a.conf is etc_cart_a.conf. A second path that gives the
// same key gets a number.
func fileKey(path string, taken map[string][]byte) string {
	plain := strings.Map(func(r rune) rune {
		if isAlnum(r) || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, strings.TrimPrefix(path, "/"))
	if len(plain) > 200 {
		plain = plain[len(plain)-200:]
	}
	if strings.HasPrefix(plain, "..") {
		plain = "_" + plain
	}
	key := plain
	for n := 2; ; n++ {
		if _, there := taken[key]; !there {
			return key
		}
		key = fmt.Sprintf("%s-%d", plain, n)
	}
}

// configureSecrets puts the values that come from files and from the environment into one Secret.
func (p *part) configureSecrets() error {
	values := map[string][]byte{}
	if err := p.secretValues(values, "", p.Secrets); err != nil {
		return err
	}
	for i := range p.InitContainers {
		if err := p.secretValues(values, p.InitContainers[i].Name, p.InitContainers[i].Secrets); err != nil {
			return err
		}
	}
	if len(values) == 0 {
		return nil
	}
	hash, err := secretHash(p.options.Namespace+"/"+p.base, values)
	if err != nil {
		return err
	}
	p.config.secret = p.base + "-secrets-" + hash
	p.typed = append(p.typed, &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: p.meta(p.config.secret),
		Immutable:  new(true),
		Type:       corev1.SecretTypeOpaque,
		Data:       values,
	})
	return nil
}

func (p *part) secretValues(values map[string][]byte, container string, secrets map[string]Secret) error {
	total := 0
	for _, name := range sortedKeys(secrets) {
		value, own, err := p.secretValue(secrets[name])
		if err != nil {
			return fmt.Errorf("secret %s: %w", name, err)
		}
		if !own {
			continue
		}
		if len(value)+len(name)+2 > maxEnvValue {
			return fmt.Errorf("secret %s: the value is %s long, but Linux gives a process no variable above %s", name, sizeText(len(value)), sizeText(maxEnvValue))
		}
		if total += len(value); total > MaxEnvBytes {
			return fmt.Errorf("secret %s: the values hold more than %s together", name, sizeText(MaxEnvBytes))
		}
		values[secretEntry(container, name)] = value
	}
	return nil
}

// secretEntry is the key of a variable in our Secret: its name, after that of the init container it is for.
func secretEntry(container, name string) string {
	if container == "" {
		return name
	}
	return container + "." + name
}

// secretValue tells with own false that the value stands in a Secret already.
func (p *part) secretValue(s Secret) (value []byte, own bool, err error) {
	switch {
	case s.File != "":
		value, err = p.readFile(s.File)
		text := strings.TrimSuffix(strings.TrimSuffix(string(value), "\n"), "\r")
		if err == nil && strings.ContainsRune(text, 0) {
			err = errors.New("the file holds a NUL byte, which no environment variable can")
		}
		return []byte(text), true, err
	case s.Env != "":
		if p.options.Getenv == nil {
			return nil, false, errors.New("environment variables can't be read here")
		}
		text, set := p.options.Getenv(s.Env)
		if !set {
			return nil, false, fmt.Errorf("the environment variable %s is not set", s.Env)
		}
		return []byte(text), true, nil
	}
	return nil, false, nil
}

func (p *part) readFile(path string) ([]byte, error) {
	if p.options.ReadFile == nil {
		return nil, fmt.Errorf("%s can't be read: there are no local files here", path)
	}
	return p.options.ReadFile(path)
}

// contentHash is ten hexadecimal digits: enough that two contents of one app don't meet.
func contentHash(content any) string {
	data, err := json.Marshal(content) // maps are written in the order of their keys
	if err != nil {
		panic(fmt.Sprintf("encoding %T: %s", content, err)) // only plain data comes here
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:5])
}

func secretHash(salt string, values map[string][]byte) (string, error) {
	data, err := json.Marshal(values)
	if err != nil {
		return "", fmt.Errorf("encoding secret values: %w", err)
	}
	key, err := pbkdf2.Key(sha256.New, string(data), []byte("bcpaas.io/"+salt), hashRounds, 5)
	return hex.EncodeToString(key), err
}

func set[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}

// environment lists the variables of a container: secrets first, then plain ones, each after those that its value uses as
// $(NAME), since Kubernetes fills in only what stands before; else by name.
func (p *part) environment(container string, env map[string]string, secrets map[string]Secret) []corev1.EnvVar {
	var out []corev1.EnvVar
	for _, name := range sortedKeys(secrets) {
		s := secrets[name]
		if s.Secret == "" {
			s.Secret, s.Key = p.config.secret, secretEntry(container, name)
		}
		out = append(out, corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: s.Secret}, Key: s.Key,
		}}})
	}
	for _, name := range inOrderOfUse(env) {
		out = append(out, corev1.EnvVar{Name: name, Value: env[name]})
	}
	return out
}

func inOrderOfUse(env map[string]string) []string {
	done := map[string]bool{}
	var order []string
	var visit func(name string)
	visit = func(name string) {
		if _, there := env[name]; !there || done[name] {
			return
		}
		done[name] = true // before what it uses, so that a circle ends
		for _, used := range references(env[name]) {
			visit(used)
		}
		order = append(order, name)
	}
	for _, name := range sortedKeys(env) {
		visit(name)
	}
	return order
}

// references lists the names in $(NAME); $$(NAME) is a literal.
func references(value string) []string {
	var names []string
	for rest := value; ; {
		at := strings.Index(rest, "$")
		if at < 0 || at+1 >= len(rest) {
			break
		}
		if rest[at+1] == '(' {
			if name, _, closed := strings.Cut(rest[at+2:], ")"); closed {
				names = append(names, name)
			}
		}
		rest = rest[at+2:]
	}
	sort.Strings(names)
	return names
}
