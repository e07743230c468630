package kubetest

import (
	"encoding/json"
	"net/http"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

type change struct {
	version int
	kind    string
	key     key
	object  map[string]any
}

// tell wakes the watches. The caller holds the lock.
func (s *Server) tell(c change) {
	s.log = append(s.log, c)
	close(s.changed)
	s.changed = make(chan struct{})
}

// Forget makes every version until now too old to be watched from: the next watch gets 410 Gone.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
	s.oldest = s.version
}

// EndWatches ends all watches, as servers do every few minutes.
func (s *Server) EndWatches() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.endOfTime)
	s.endOfTime = make(chan struct{})
}

func (s *Server) watch(w http.ResponseWriter, r *http.Request, k key) {
	query := r.URL.Query()
	from, err := strconv.Atoi(query.Get("resourceVersion"))
	s.mu.Lock()
	end, oldest := s.endOfTime, s.oldest
	s.mu.Unlock()
	if err != nil || from < oldest {
		Fail(w, 410, metav1.StatusReasonExpired, "too old resource version")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(200)
	encoder := json.NewEncoder(w)
	for {
		s.mu.Lock()
		news, changed := s.log, s.changed
		s.mu.Unlock()
		for _, c := range news {
			if c.version <= from || !matches(k, c.key, c.object, query.Get("labelSelector"), query.Get("fieldSelector")) {
				continue
			}
			if encoder.Encode(map[string]any{"type": c.kind, "object": c.object}) != nil {
				return
			}
		}
		if len(news) > 0 {
			from = max(from, news[len(news)-1].version)
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-changed:
		case <-end:
			return
		case <-r.Context().Done():
			return
		}
	}
}
