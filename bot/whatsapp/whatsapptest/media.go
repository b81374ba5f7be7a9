package whatsapptest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
)

const (
	mediaAuth  = "whatsapptest"
	mediaLimit = 100 << 20
)

// upload keeps media as it comes: encrypted, under its hash.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mediaLimit))
	sum := sha256.Sum256(body)
	s.mu.Lock()
	slow := s.slow
	s.mu.Unlock()
	sleep(s.ctx.Done(), slow)
	s.mu.Lock()
	defer s.mu.Unlock()
	token := base64.URLEncoding.EncodeToString(sum[:])
	switch {
	case s.uploads > 0:
		s.uploads--
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	case err != nil, r.URL.Query().Get("auth") != mediaAuth, r.PathValue("token") != token:
		http.Error(w, "not what was announced", http.StatusForbidden)
		return
	}
	path := "/v/" + token
	s.media[path] = body
	_ = json.NewEncoder(w).Encode(map[string]string{
		"url": "https://" + mediaHost + path + "?ccb=1", "direct_path": path + "?ccb=1",
	})
}

func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	body, ok := s.media[r.URL.Path]
	slow := s.slow
	s.mu.Unlock()
	sleep(s.ctx.Done(), slow)
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(body)
}

// FailUploads refuses the next so many pieces of media with 503.
func (s *Server) FailUploads(count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uploads = count
}

// SwapMedia gives these bytes from now on in the place of all media there are.
func (s *Server) SwapMedia(body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for path := range s.media {
		s.media[path] = body
	}
}

// ForgetMedia drops all media, as the servers do after some weeks: from now on
// 404 for what was there.
func (s *Server) ForgetMedia() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.media)
}
