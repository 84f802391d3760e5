// Signed notes: text that people can read, and Ed25519 signatures under it. C2SP signed-note,
// version 1.0.0 (key type 0x01; Ed25519 after RFC 8032).
//
//   version: 8
//   config: 5f70bf18...
//
//   — gateway.exemple Fk2x...
//   — dpo Oe8z...
//
// Stricter than C2SP where it serves the same end: base64 in its one canonical form, nothing after
// the last signature, no name twice. What was parsed renders to the same bytes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace octroi::crypto {

struct NoteSignature {
  std::string name;   // of the key: no space, no plus
  std::string bytes;  // 4 bytes of key id, then the signature
  bool operator==(const NoteSignature&) const = default;
};

struct Note {
  std::string text;  // ends with a newline
  std::vector<NoteSignature> signatures;

  std::string Render() const;
  // kInvalid: not exactly one note. Says nothing about who signed.
  static base::Result<Note> Parse(std::string_view bytes);
};

// The public half of a key. Immutable.
class NoteVerifier {
 public:
  // "name+hex key id+base64", as C2SP writes it. kInvalid: not that, or the id is of another key.
  static base::Result<NoteVerifier> Parse(std::string_view text);
  const std::string& name() const { return name_; }
  std::string Text() const;
  bool Signed(std::string_view text, const NoteSignature& signature) const;
  // One signature of the note is by this key.
  bool Signed(const Note& note) const;
  bool operator==(const NoteVerifier&) const = default;

 private:
  friend class NoteSigner;
  std::string name_;
  std::string public_key_;  // 32 bytes
};

// The secret half; wiped when it goes.
class NoteSigner {
 public:
  // `seed`: 32 bytes (RFC 8032 section 5.1.5).
  static NoteSigner FromSeed(std::string name, std::string_view seed);
  // A PEM file (PKCS #8) with an Ed25519 key, as `openssl genpkey -algorithm ed25519` and
  // `octroi keys approver` write it. Its passphrase, if it has one, is asked for on the terminal.
  // kUnavailable: cannot be read, or readable by others; kInvalid: another kind of key.
  static base::Result<NoteSigner> FromFile(std::string name, const std::string& path);
  ~NoteSigner();
  NoteSigner(NoteSigner&&) noexcept;
  NoteSigner& operator=(NoteSigner&&) = delete;

  const NoteVerifier& verifier() const { return verifier_; }
  NoteSignature Sign(std::string_view text) const;

 private:
  NoteSigner();
  struct Key;
  std::unique_ptr<Key> key_;
  NoteVerifier verifier_;
};

// Writes a fresh key for FromFile, mode 0400. kInvalid if the file exists.
base::Status CreateSignerFile(const std::string& path);

}  // namespace octroi::crypto
