package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed assets
var assetFiles embed.FS

// assets are the files that pages need, by the name they are served under, which
// has a hash of what is in them: they can be kept by browsers for ever.
var assets, assetNames = func() (map[string][]byte, map[string]string) {
	bodies, names := map[string][]byte{}, map[string]string{}
	files, _ := fs.Glob(assetFiles, "assets/*") // fails for bad patterns only
	for _, file := range files {
		body, err := assetFiles.ReadFile(file)
		if err != nil {
			panic(err) // it is in the program
		}
		sum := sha256.Sum256(body)
		name := path.Base(file)
		hashed := strings.TrimSuffix(name, path.Ext(name)) + "." + hex.EncodeToString(sum[:6]) + path.Ext(name)
		bodies[hashed], names[name] = body, "/estatico/"+hashed
	}
	return bodies, names
}()

func assetPath(name string) string { return assetNames[name] }

// asset serves one of the files.
func (c *Console) asset(w http.ResponseWriter, r *http.Request, _ visitor) error {
	name := r.PathValue("file")
	body, ok := assets[name]
	if !ok {
		http.NotFound(w, r)
		return nil
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, err := w.Write(body)
	return err
}
