package whatsapptest

import (
	"context"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"

	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

// memory is a person's device store. What it does not keep, the embedded store
// forgets without an error.
type memory struct {
	store.NoopStore

	mu         sync.Mutex
	identities map[string][32]byte
	sessions   map[string][]byte
	senderKeys map[[2]string][]byte
	preKeys    map[uint32]*keys.PreKey
	last       uint32 // of the prekeys
	uploaded   uint32 // up to this one
	lids, pns  map[string]string
	contacts   map[types.JID]types.ContactInfo
}

// newDevice is a phone that has an account. Its chats know people by LID.
func newDevice(jid, lid types.JID, name string) *store.Device {
	m := &memory{
		identities: map[string][32]byte{},
		sessions:   map[string][]byte{},
		senderKeys: map[[2]string][]byte{},
		preKeys:    map[uint32]*keys.PreKey{},
		lids:       map[string]string{},
		pns:        map[string]string{},
		contacts:   map[types.JID]types.ContactInfo{},
	}
	d := &store.Device{
		NoiseKey: keys.NewKeyPair(), IdentityKey: keys.NewKeyPair(), RegistrationID: rand.Uint32(), AdvSecretKey: random(32),
		ID: &jid, LID: lid, Account: &waAdv.ADVSignedDeviceIdentity{}, PushName: name, LIDMigrationTimestamp: 1, Initialized: true,
	}
	fields := reflect.ValueOf(d).Elem()
	for i := range fields.NumField() { // whichever stores this version wants
		if f := fields.Field(i); f.Kind() == reflect.Interface && reflect.TypeOf(m).Implements(f.Type()) {
			f.Set(reflect.ValueOf(m))
		}
	}
	d.SignedPreKey = d.IdentityKey.CreateSignedPreKey(1)
	return d
}

func (m *memory) PutIdentity(_ context.Context, address string, key [32]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.identities[address] = key
	return nil
}

func (m *memory) DeleteIdentity(_ context.Context, address string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.identities, address)
	return nil
}

func (m *memory) DeleteAllIdentities(_ context.Context, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	forget(m.identities, user)
	return nil
}

func (m *memory) IsTrustedIdentity(_ context.Context, address string, key [32]byte) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, ok := m.identities[address]
	return !ok || known == key, nil
}

func (m *memory) GetSession(_ context.Context, address string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sessions[address], nil
}

func (m *memory) HasSession(_ context.Context, address string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sessions[address] != nil, nil
}

func (m *memory) GetManySessions(_ context.Context, addresses []string) (map[string][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := map[string][]byte{}
	for _, address := range addresses {
		found[address] = m.sessions[address]
	}
	return found, nil
}

func (m *memory) PutSession(_ context.Context, address string, session []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[address] = session
	return nil
}

func (m *memory) PutManySessions(ctx context.Context, sessions map[string][]byte) error {
	for address, session := range sessions {
		_ = m.PutSession(ctx, address, session)
	}
	return nil
}

func (m *memory) DeleteSession(_ context.Context, address string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, address)
	return nil
}

func (m *memory) DeleteAllSessions(_ context.Context, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	forget(m.sessions, user)
	return nil
}

// forget drops what is kept under all devices of a user.
func forget[V any](of map[string]V, user string) {
	for address := range of {
		if strings.HasPrefix(address, user+":") {
			delete(of, address)
		}
	}
}

func (m *memory) MigratePNToLID(_ context.Context, pn, lid types.JID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	migrate(m.sessions, pn.SignalAddressUser(), lid.SignalAddressUser())
	migrate(m.identities, pn.SignalAddressUser(), lid.SignalAddressUser())
	return nil
}

func migrate[V any](of map[string]V, from, to string) {
	for address, v := range of {
		if device, ok := strings.CutPrefix(address, from+":"); ok {
			of[to+":"+device] = v
			delete(of, address)
		}
	}
}

// GetOrGenPreKeys makes no more than 50 at a time, however many are wanted.
func (m *memory) GetOrGenPreKeys(ctx context.Context, count uint32) ([]*keys.PreKey, error) {
	list := make([]*keys.PreKey, 0, count)
	for range min(count, 50) {
		key, _ := m.GenOnePreKey(ctx)
		list = append(list, key)
	}
	return list, nil
}

func (m *memory) GenOnePreKey(context.Context) (*keys.PreKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	m.preKeys[m.last] = keys.NewPreKey(m.last)
	return m.preKeys[m.last], nil
}

func (m *memory) GetPreKey(_ context.Context, id uint32) (*keys.PreKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.preKeys[id], nil
}

func (m *memory) RemovePreKey(_ context.Context, id uint32) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.preKeys, id)
	return nil
}

func (m *memory) MarkPreKeysAsUploaded(_ context.Context, id uint32) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.uploaded = id
	return nil
}

func (m *memory) UploadedPreKeyCount(context.Context) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	count := 0
	for id := range m.preKeys {
		if id <= m.uploaded {
			count++
		}
	}
	return count, nil
}

func (m *memory) PutSenderKey(_ context.Context, group, user string, session []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.senderKeys[[2]string{group, user}] = session
	return nil
}

func (m *memory) GetSenderKey(_ context.Context, group, user string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.senderKeys[[2]string{group, user}], nil
}

func (m *memory) PutLIDMapping(_ context.Context, lid, pn types.JID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lids[pn.User], m.pns[lid.User] = lid.User, pn.User
	return nil
}

func (m *memory) PutManyLIDMappings(ctx context.Context, mappings []store.LIDMapping) error {
	for _, mapping := range mappings {
		_ = m.PutLIDMapping(ctx, mapping.LID, mapping.PN)
	}
	return nil
}

func (m *memory) GetLIDForPN(_ context.Context, pn types.JID) (types.JID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return other(m.lids, pn, types.HiddenUserServer), nil
}

func (m *memory) GetPNForLID(_ context.Context, lid types.JID) (types.JID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return other(m.pns, lid, types.DefaultUserServer), nil
}

func other(of map[string]string, jid types.JID, server string) types.JID {
	user, ok := of[jid.User]
	if !ok {
		return types.JID{}
	}
	return types.JID{User: user, Device: jid.Device, Server: server}
}

func (m *memory) GetManyLIDsForPNs(ctx context.Context, pns []types.JID) (map[types.JID]types.JID, error) {
	found := map[types.JID]types.JID{}
	for _, pn := range pns {
		if lid, _ := m.GetLIDForPN(ctx, pn); !lid.IsEmpty() {
			found[pn] = lid
		}
	}
	return found, nil
}

func (m *memory) PutContactName(_ context.Context, user types.JID, full, first string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.contacts[user] = types.ContactInfo{Found: true, FullName: full, FirstName: first}
	return nil
}

func (m *memory) GetAllContacts(context.Context) (map[types.JID]types.ContactInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := map[types.JID]types.ContactInfo{}
	for jid, info := range m.contacts {
		all[jid] = info
	}
	return all, nil
}
