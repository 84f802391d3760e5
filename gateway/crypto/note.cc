#include "crypto/note.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>

#include "base/text.h"
#include "crypto/hmac.h"
#include "crypto/openssl.h"
#include "crypto/secret_file.h"

namespace octroi::crypto {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kPublicBytes = 32, kSignatureBytes = 64, kIdBytes = 4;
constexpr std::size_t kSignaturesMax = 100;      // C2SP: verifiers may refuse beyond 16 or more
constexpr std::string_view kEd25519 = "\x01";    // key type
constexpr std::string_view kDash = "\xe2\x80\x94 ";  // U+2014 and a space

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeKey>;

Error Wrong(const char* what) { return Error{ErrorCode::kInvalid, "crypto.note", what}; }

std::string Base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL writes a NUL as well
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), Bytes(bytes),
                  static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

// Nothing that would render otherwise.
std::optional<std::string> Canonical(std::string_view text) {
  auto bytes = base::FromBase64(text);
  if (bytes && Base64(*bytes) != text) return std::nullopt;
  return bytes;
}

bool IsName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c > ' ' && c < 0x7f && c != '+';
  });
}

std::string IdOf(std::string_view name, std::string_view public_key) {
  const Digest digest =
      Sha256(std::string(name) + "\n" + std::string(kEd25519) + std::string(public_key));
  return std::string(AsBytes(digest).substr(0, kIdBytes));
}

// Text of a note: lines without control characters.
bool IsText(std::string_view text) {
  return !text.empty() && text.back() == '\n' && std::ranges::all_of(text, [](char c) {
    return c == '\n' || static_cast<unsigned char>(c) >= 0x20;
  });
}

}  // namespace

std::string Note::Render() const {
  std::string out = text + "\n";
  for (const NoteSignature& signature : signatures) {
    out.append(kDash).append(signature.name).append(" ").append(Base64(signature.bytes));
    out.push_back('\n');
  }
  return out;
}

base::Result<Note> Note::Parse(std::string_view bytes) {
  Note note;
  const std::size_t blank = bytes.rfind("\n\n");
  if (blank == std::string_view::npos) return Wrong("a note ends with signatures");
  note.text = bytes.substr(0, blank + 1);
  std::string_view rest = bytes.substr(blank + 2);
  if (!IsText(note.text)) return Wrong("not the text of a note");
  if (rest.empty() || rest.back() != '\n') return Wrong("a note ends with a newline");
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (!line.starts_with(kDash)) return Wrong("not a signature line");
    line.remove_prefix(kDash.size());
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return Wrong("not a signature line");
    NoteSignature signature{std::string(line.substr(0, space)), {}};
    const auto decoded = Canonical(line.substr(space + 1));
    if (!IsName(signature.name) || !decoded || decoded->size() != kIdBytes + kSignatureBytes)
      return Wrong("not a signature line");
    signature.bytes = *decoded;
    for (const NoteSignature& before : note.signatures) {
      if (before.name == signature.name) return Wrong("a name signs twice");
    }
    if (note.signatures.size() == kSignaturesMax) return Wrong("too many signatures");
    note.signatures.push_back(std::move(signature));
  }
  return note;
}

base::Result<NoteVerifier> NoteVerifier::Parse(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return Wrong("not a public key: name+id+base64");
  NoteVerifier verifier;
  verifier.name_ = text.substr(0, first);
  const auto key = Canonical(text.substr(second + 1));
  if (!IsName(verifier.name_) || !key || key->size() != 1 + kPublicBytes ||
      !key->starts_with(kEd25519)) {
    return Wrong("not a public key: name+id+base64");
  }
  verifier.public_key_ = key->substr(1);
  if (text.substr(first + 1, second - first - 1) !=
      base::Hex(IdOf(verifier.name_, verifier.public_key_))) {
    return Wrong("the key id is of another key or name");
  }
  return verifier;
}

std::string NoteVerifier::Text() const {
  return name_ + "+" + base::Hex(IdOf(name_, public_key_)) + "+" +
         Base64(std::string(kEd25519) + public_key_);
}

bool NoteVerifier::Signed(std::string_view text, const NoteSignature& signature) const {
  const std::string_view bytes = signature.bytes;
  if (signature.name != name_ || bytes.size() != kIdBytes + kSignatureBytes ||
      bytes.substr(0, kIdBytes) != IdOf(name_, public_key_)) {
    return false;
  }
  const KeyPtr key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(public_key_),
                                               public_key_.size()));
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  return key && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(bytes.substr(kIdBytes)), kSignatureBytes,
                          Bytes(text), text.size()) == 1;
}

bool NoteVerifier::Signed(const Note& note) const {
  return std::ranges::any_of(note.signatures, [&](const NoteSignature& signature) {
    return Signed(note.text, signature);
  });
}

struct NoteSigner::Key {
  KeyPtr key;
};

NoteSigner::NoteSigner() : key_(std::make_unique<Key>()) {}
NoteSigner::~NoteSigner() = default;
NoteSigner::NoteSigner(NoteSigner&&) noexcept = default;

NoteSigner NoteSigner::FromSeed(std::string name, std::string_view seed) {
  NoteSigner signer;
  signer.key_->key.reset(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(seed), seed.size()));
  signer.verifier_.name_ = std::move(name);
  signer.verifier_.public_key_.resize(kPublicBytes);
  std::size_t size = kPublicBytes;
  if (!signer.key_->key || !IsName(signer.verifier_.name_) ||
      EVP_PKEY_get_raw_public_key(signer.key_->key.get(), Bytes(signer.verifier_.public_key_.data()),
                                  &size) != 1) {
    Fatal("crypto.note: not an Ed25519 seed");
  }
  return signer;
}

base::Result<NoteSigner> NoteSigner::FromFile(std::string name, const std::string& path) {
  if (!IsName(name)) return Wrong("a key's name has no space and no plus");
  auto text = ReadSecretFile(path);
  if (!text) return text.error();
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(text->view().data(), static_cast<int>(text->view().size())), &BIO_free);
  const KeyPtr key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  std::array<unsigned char, 32> seed{};
  std::size_t size = seed.size();
  if (!key || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_private_key(key.get(), seed.data(), &size) != 1) {
    return Error{ErrorCode::kInvalid, "crypto.note",
                 "`" + path + "` holds no Ed25519 key (PEM); `octroi keys approver` makes one"};
  }
  NoteSigner signer =
      FromSeed(std::move(name), {reinterpret_cast<const char*>(seed.data()), seed.size()});
  OPENSSL_cleanse(seed.data(), seed.size());
  return signer;
}

NoteSignature NoteSigner::Sign(std::string_view text) const {
  NoteSignature made{verifier_.name_, IdOf(verifier_.name_, verifier_.public_key_)};
  made.bytes.resize(kIdBytes + kSignatureBytes);
  std::size_t size = kSignatureBytes;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  if (!context ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), Bytes(made.bytes.data() + kIdBytes), &size, Bytes(text),
                     text.size()) != 1) {
    Fatal("crypto.note: signing failed");
  }
  return made;
}

base::Status CreateSignerFile(const std::string& path) {
  const KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_secmem()), &BIO_free);
  if (!key || !bio ||
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    Fatal("crypto.note: making a key failed");
  }
  char* text = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(bio.get(), &text));
  return WriteSecretFile(path, {text, size});
}

}  // namespace octroi::crypto
