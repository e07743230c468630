package app

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The bounds of stored content.
const (
	MaxChunkBytes   = 700 << 10 // of one chunk; base64 in a Secret or binaryData it stays below 1 MiB
	MaxContentBytes = 64 << 20  // of the content when unpacked
)

// Content is what a release stores: the bodies without what differs from one deployment of the same file to the next (the
// owner annotations), so that the same configuration has the same hash. A Secret is stored without its values: its name
// says which they were. Such a body is not to be applied; a rollback uses the Secret of that name on the cluster.
func Content(objects []Object) []map[string]any {
	out := make([]map[string]any, len(objects))
	for i, o := range objects {
		body := o.ApplyBody()
		if o.Kind == "Secret" {
			delete(body, "data")
			delete(body, "stringData")
		}
		if meta, ok := body["metadata"].(map[string]any); ok {
			if annotations, ok := meta["annotations"].(map[string]any); ok {
				for _, name := range []string{AnnotationWho, AnnotationCommit, AnnotationRun, AnnotationRelease} {
					delete(annotations, name)
				}
				if len(annotations) == 0 {
					delete(meta, "annotations")
				}
			}
		}
		out[i] = body
	}
	return out
}

// EncodeContent packs bodies for storing: gzip, cut into chunks of at most MaxChunkBytes. The hash is the sha256 of the
// unpacked JSON in hexadecimal digits; the same bodies give the same hash and, from one build of bcpaas, the same chunks.
// It fails when the bodies are no JSON data or above MaxContentBytes.
func EncodeContent(bodies []map[string]any) (hash string, chunks [][]byte, err error) {
	if bodies == nil {
		bodies = []map[string]any{}
	}
	data, err := json.Marshal(bodies)
	if err != nil {
		return "", nil, fmt.Errorf("packing a release: %w", err)
	}
	if len(data) > MaxContentBytes {
		return "", nil, fmt.Errorf("packing a release: its objects are %s, above the bound of %s", sizeText(len(data)), sizeText(MaxContentBytes))
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return "", nil, fmt.Errorf("packing a release: %w", err)
	}
	if _, err = w.Write(data); err == nil {
		err = w.Close()
	}
	if err != nil {
		return "", nil, fmt.Errorf("packing a release: %w", err)
	}
	for rest := packed.Bytes(); len(rest) > 0; {
		n := min(len(rest), MaxChunkBytes)
		chunks = append(chunks, rest[:n:n])
		rest = rest[n:]
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), chunks, nil
}

// DecodeContent unpacks what EncodeContent packed. It fails when a chunk is missing or changed, when the hash is another,
// and when the content would be above MaxContentBytes.
func DecodeContent(chunks [][]byte, hash string) ([]map[string]any, error) {
	readers := make([]io.Reader, len(chunks))
	for i, chunk := range chunks {
		readers[i] = bytes.NewReader(chunk)
	}
	unpacked, err := gzip.NewReader(io.MultiReader(readers...))
	if err != nil {
		return nil, fmt.Errorf("unpacking a release: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(unpacked, MaxContentBytes+1))
	if err != nil {
		return nil, fmt.Errorf("unpacking a release: %w", err)
	}
	if len(data) > MaxContentBytes {
		return nil, fmt.Errorf("unpacking a release: it is larger than %s", sizeText(MaxContentBytes))
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != hash {
		return nil, errors.New("unpacking a release: its content is not what was recorded (the hash differs)")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var bodies []map[string]any
	if err := decoder.Decode(&bodies); err != nil {
		return nil, fmt.Errorf("unpacking a release: %w", err)
	}
	for _, body := range bodies {
		numbers(body)
	}
	return bodies, nil
}
