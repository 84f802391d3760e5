#include "gateway/event_reader.h"

#include <algorithm>
#include <cstring>

#include "gateway/cloud_event.h"

namespace octroi::gateway {
namespace {

constexpr std::string_view kCommitmentLabel = "cdg/lineage/v1";  // standards.md D2
constexpr std::size_t kIdentifierBytesMax = 1000;                // longer text identifies nobody
constexpr std::size_t kJobsMax = EventReader::kAtOnce * (base::kIdentifiersPerEventMax + 3);

journal::Fingerprint Cut(const crypto::Digest& digest) {
  journal::Fingerprint cut;
  std::memcpy(cut.data(), digest.data(), cut.size());
  return cut;
}

}  // namespace

journal::Fingerprint FingerprintOf(const crypto::HmacKey& key, std::string_view id_type,
                                   std::string_view normalised) {
  std::string message;
  crypto::AppendLp(id_type, message);
  crypto::AppendLp(normalised, message);
  return Cut(crypto::Hmac(key, message));
}

journal::Fingerprint RequestPrintOf(const crypto::HmacKey& key, std::string_view source,
                                    std::string_view idempotency_key) {
  std::string message = "request";
  crypto::AppendLp(source, message);
  crypto::AppendLp(idempotency_key, message);
  return Cut(crypto::Hmac(key, message));
}

EventReader::EventReader(const GateKeys& keys) : keys_(keys), messages_(kJobsMax) {
  hashes_.reserve(kAtOnce);
  jobs_.reserve(kJobsMax);
}

std::span<ReadEvent> EventReader::Read(const SourcePlan& source, const EventForm& form,
                                       std::span<const std::string_view> texts) {
  hashes_.clear();
  jobs_.clear();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    ReadEvent& read = read_[i];
    read.fault = Parse(source, form, texts[i], read);
    read.people = 0;
    if (read.fault.reason != base::Reason::kUndecided) continue;
    hashes_.push_back({read.event.text(), &digests_[i].hash});
  }
  crypto::Sha256(hashes_);
  crypto::RandomBytes({secrets_.front().data(), texts.size() * secrets_.front().size()});
  crypto::MakeHmacKeys({secrets_.data(), texts.size()}, {opening_.data(), texts.size()});
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (read_[i].fault.reason != base::Reason::kUndecided) continue;
    Identify(source, form, i);
    Commit(i);
  }
  RunJobs();
  for (std::size_t i = 0; i < texts.size(); ++i) Finish(i);
  return {read_.data(), texts.size()};
}

base::ParseFault EventReader::Parse(const SourcePlan& source, const EventForm& form,
                                    std::string_view text, ReadEvent& read) {
  if (!form.cloud_events) return parser_.Parse(text, source.paths, read.event);
  return ReadCloudEvent(parser_, source.cloud_event_paths, text, form.body_at, read.unpacked,
                        read.event);
}

// Who it is about, and which message it is.
void EventReader::Identify(const SourcePlan& source, const EventForm& form, std::size_t place) {
  ReadEvent& read = read_[place];
  Digests& digests = digests_[place];
  for (const SourcePlan::Identifier& identifier : source.subject) {
    if (read.people == base::kIdentifiersPerEventMax) break;
    std::string& normal = read.identifiers[read.people];
    const base::Value& value = read.event[identifier.field];
    if (!value.present() || !base::Normalise(identifier.type, value.text, normal) ||
        normal.size() > kIdentifierBytesMax) {
      continue;
    }
    std::string& message = Job(keys_.fingerprint, digests.subject[read.people]);
    message = identifier.message_head;
    crypto::AppendLp(normal, message);
    ++read.people;
  }
  if (!read.event.present(base::kSlotMessageId)) return;
  std::string& message = Job(keys_.dedup, digests.message);
  message = source.message_head;
  message.append(read.event[base::kSlotMessageId].text);
  if (!form.cloud_events) return;
  // A CloudEvent is one by its source and id together. No id of any form holds the NUL between.
  message.push_back('\0');
  message.append(read.event[base::kSlotCeSource].text);
}

// To its body, under a fresh key: the commitment hides what it commits to until the key is shown.
void EventReader::Commit(std::size_t place) {
  Digests& digests = digests_[place];
  Job(keys_.dedup, digests.body) = crypto::AsBytes(digests.hash);
  std::string& commitment = Job(opening_[place], digests.commitment);
  commitment.clear();
  crypto::AppendLp(kCommitmentLabel, commitment);
  commitment.append(crypto::AsBytes(digests.hash));
}

void EventReader::Finish(std::size_t place) {
  ReadEvent& read = read_[place];
  const Digests& digests = digests_[place];
  for (std::size_t p = 0; p < read.people; ++p) read.subject[p] = Cut(digests.subject[p]);
  std::memcpy(&read.body_digest, digests.body.data(), sizeof read.body_digest);
  read.commitment = digests.commitment;
  read.opening_key = secrets_[place];
  read.message = {};
  if (read.event.present(base::kSlotMessageId)) read.message = Cut(digests.message);
}

std::string& EventReader::Job(const crypto::HmacKey& key, crypto::Digest& out) {
  jobs_.push_back({&key, {}, &out});
  return messages_[jobs_.size() - 1];
}

void EventReader::RunJobs() {
  for (std::size_t i = 0; i < jobs_.size(); ++i) jobs_[i].message = messages_[i];
  crypto::Hmac(jobs_);
}

}  // namespace octroi::gateway
