package app

import (
	"fmt"
	"strings"
)

// Image is an image reference in its parts: Repository[:Tag][@Digest].
type Image struct {
	Repository string // with the registry's host, as written: registry.example:5000/shop/cart
	Tag        string // may be empty
	Digest     string // sha256:...; may be empty
}

// ParseImage splits an image reference and checks its syntax. The error names the part that is wrong.
func ParseImage(ref string) (Image, error) {
	var image Image
	rest := ref
	if before, digest, found := strings.Cut(rest, "@"); found {
		if !isDigest(digest) {
			return Image{}, fmt.Errorf("image %q: the digest after @ must be sha256: and 64 hexadecimal digits", ref)
		}
		rest, image.Digest = before, digest
	}
	if colon := strings.LastIndexByte(rest, ':'); colon > strings.LastIndexByte(rest, '/') {
		rest, image.Tag = rest[:colon], rest[colon+1:]
		if !isTag(image.Tag) {
			return Image{}, fmt.Errorf("image %q: the tag %q must be 1 to 128 letters, digits, '_', '.' or '-', not beginning with '.' or '-'", ref, image.Tag)
		}
	}
	image.Repository = rest
	if message := repositoryFault(rest); message != "" {
		return Image{}, fmt.Errorf("image %q: %s", ref, message)
	}
	return image, nil
}

// String is the reference again.
func (i Image) String() string {
	out := i.Repository
	if i.Tag != "" {
		out += ":" + i.Tag
	}
	if i.Digest != "" {
		out += "@" + i.Digest
	}
	return out
}

// ShortImage is an image for tables: the last part of the repository, the tag, and six digits of the digest, as in
// cart:9@1f2e3d. What is no image reference comes back as it is.
func ShortImage(ref string) string {
	image, err := ParseImage(ref)
	if err != nil {
		return ref
	}
	image.Repository = image.Repository[strings.LastIndexByte(image.Repository, '/')+1:]
	_, digits, _ := strings.Cut(image.Digest, ":")
	image.Digest = digits[:min(6, len(digits))]
	return image.String()
}

func isDigest(s string) bool {
	digits, found := strings.CutPrefix(s, "sha256:")
	if !found {
		digits, found = strings.CutPrefix(s, "sha512:")
		return found && len(digits) == 128 && strings.Trim(digits, "0123456789abcdef") == ""
	}
	return len(digits) == 64 && strings.Trim(digits, "0123456789abcdef") == ""
}

func isTag(s string) bool {
	if s == "" || len(s) > 128 || s[0] == '.' || s[0] == '-' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return !isAlnum(r) && r != '_' && r != '.' && r != '-' })
}

func isAlnum(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// repositoryFault says what is wrong with registry.example:5000/shop/cart; an empty answer means nothing is.
func repositoryFault(s string) string {
	if s == "" {
		return "the name is missing"
	}
	if len(s) > 255 {
		return "the name is longer than 255 characters"
	}
	parts := strings.Split(s, "/")
	if len(parts) > 1 && isRegistry(parts[0]) {
		if !isRegistryHost(parts[0]) {
			return fmt.Sprintf("%q is no host name with an optional port", parts[0])
		}
		parts = parts[1:]
	}
	for _, part := range parts {
		if !isPathPart(part) {
			return fmt.Sprintf("%q must be lower-case letters and digits, with '.', '_', '__' or '-' only between them", part)
		}
	}
	return ""
}

// isRegistry uses the rule of the field: the first part is a host when it has a dot, a port or an upper-case letter, or
// is localhost.
func isRegistry(first string) bool {
	return first == "localhost" || strings.ContainsAny(first, ".:") || strings.ToLower(first) != first
}

func isRegistryHost(s string) bool {
	if rest, found := strings.CutPrefix(s, "["); found {
		address, port, closed := strings.Cut(rest, "]")
		return closed && address != "" && strings.Trim(address, "0123456789abcdefABCDEF:") == "" && (port == "" || isPortSuffix(port))
	}
	host, port, found := strings.Cut(s, ":")
	if found && !isPortSuffix(":"+port) {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.ContainsFunc(label, func(r rune) bool { return !isAlnum(r) && r != '-' }) {
			return false
		}
	}
	return true
}

func isPortSuffix(s string) bool {
	return len(s) > 1 && len(s) <= 6 && s[0] == ':' && strings.Trim(s[1:], "0123456789") == ""
}

func isPathPart(s string) bool {
	afterAlnum, separator := false, ""
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if separator != "" && !isSeparator(separator) {
				return false
			}
			afterAlnum, separator = true, ""
		case r == '.' || r == '_' || r == '-':
			if !afterAlnum {
				return false
			}
			separator += string(r)
		default:
			return false
		}
	}
	return afterAlnum && separator == ""
}

func isSeparator(s string) bool {
	return s == "." || s == "_" || s == "__" || strings.Trim(s, "-") == ""
}
