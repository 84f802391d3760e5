// Detector: personal data in free text, by the form of what is written, by its check digits, and by
// the words around it, French, English and some German. It finds numbers and addresses; it does not
// find names, postal addresses or what a sentence tells: text without a find is not anonymous.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace octroi::rules {

enum class PersonalData : std::uint8_t {
  kEmail,
  kPhone,
  kIban,
  kBic,
  kPaymentCard,
  kIp,
  kMac,
  kUrl,  // one that carries a user, or parameters about a person
  kBirthDate,
  kPlate,  // of a vehicle: France, Switzerland, Germany
  kNir,    // French social security
  kSiren,
  kSiret,
  kAvs,  // Swiss social security
  kSwissUid,
  kVat,            // France, Germany
  kUsSecurity,     // SSN
  kUsTaxpayer,     // ITIN
  kUsProvider,     // NPI
  kUsBeneficiary,  // MBI
  kGermanTaxId,
  kGermanPension,
  kGermanHealth,
  kGermanDocument,  // identity card, passport
};
inline constexpr std::size_t kPersonalDataTypes = 24;

struct PersonalDataName {
  std::string_view id;  // "payment-card": of the command line, of JSON, of redacted text
  std::string_view fr, en;
  bool checked;  // has check digits
};
const PersonalDataName& NameOf(PersonalData type);
std::optional<PersonalData> PersonalDataOf(std::string_view id);

// kPossible: digits of any kind may look like that. kLikely: form and check digits, or form and
// words around. kCertain: nothing else looks like that.
enum class Confidence : std::uint8_t { kNone, kPossible, kLikely, kCertain };
std::string_view NameOf(Confidence confidence);  // "possible"

enum Evidence : std::uint8_t { kByPattern = 1, kByCheckDigits = 2, kByContext = 4 };

struct Find {
  std::size_t begin = 0, end = 0;  // bytes
  PersonalData type{};
  Confidence confidence{};
  std::uint8_t evidence = 0;  // bits of Evidence
};

struct DetectFor {
  std::uint32_t types = (1u << kPersonalDataTypes) - 1;  // bits by PersonalData
  Confidence at_least = Confidence::kLikely;
};

enum class Around : std::uint8_t { kNothing, kItsWords, kOtherNumbers };

// The words around a place in a text, kept for what else begins there.
class WordsAround {
 public:
  void Forget() { begin_ = static_cast<std::size_t>(-1); }  // another text
  Around Of(std::string_view text, std::size_t begin, std::size_t end, PersonalData type);

 private:
  std::string before_, after_;
  std::size_t begin_ = static_cast<std::size_t>(-1), other_ = 0;
};

// For any bytes, in time linear in them (at most a fixed number of steps for each byte). Used by
// one thread at a time; keeps its buffers, so that it allocates for a text only if it has more
// finds than any before, or numbers of foreign phones, which libphonenumber judges.
class Detector {
 public:
  explicit Detector(DetectFor wanted = {}) : wanted_(wanted) {}

  // In order and apart from each other; of valid UTF-8 none cuts a character. Of two that overlap
  // the surer one is kept, then the longer one. Valid until the next call.
  std::span<const Find> Scan(std::string_view text);
  // The same, with all that overlaps made one, by the name of the surest: nothing is left between.
  std::span<const Find> ScanToHide(std::string_view text);

 private:
  void Collect(std::string_view text);

  DetectFor wanted_;
  std::vector<Find> finds_;
  WordsAround words_around_;
};

}  // namespace octroi::rules
