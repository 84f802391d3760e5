// Every limit of the program, with its unit in the name and its reason beside it. reliability.md
// I8, I12.
#pragma once

#include <cstddef>
#include <cstdint>

namespace octroi::base {

// JSON profile (reliability.md I12).
inline constexpr std::size_t kJsonDepthMax = 32;
inline constexpr std::size_t kJsonMembersMax =
    1000;  // object members and array elements, whole event
inline constexpr std::size_t kJsonStringBytesMax = 64 * 1024;
inline constexpr std::int64_t kJsonIntegerMax =
    9007199254740992;  // 2^53: what every JSON reader keeps exactly

// Requests.
inline constexpr std::size_t kBodyBytesMax = 1024 * 1024;  // as it comes over the wire
inline constexpr std::size_t kBodyInflatedBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kInflateRatioMax = 20;
inline constexpr std::size_t kEventsPerRequestMax = 5000;
inline constexpr std::size_t kHeadBytesMax = 16 * 1024;
inline constexpr std::size_t kHeaderCountMax = 64;
inline constexpr std::size_t kTargetBytesMax = 8 * 1024;
inline constexpr std::size_t kChunkOverheadBytesMax = 16 * 1024;
inline constexpr std::int64_t kHeadDeadlineMs = 5'000;
inline constexpr std::int64_t kBodyDeadlineMs = 30'000;
inline constexpr std::size_t kBodyBytesPerSecondMin = 1024;
inline constexpr std::int64_t kIdleDeadlineMs = 15'000;
inline constexpr std::int64_t kHandshakeDeadlineMs = 5'000;
inline constexpr std::size_t kConnectionsMax = 10'000;    // per process; beyond: 503 and close
inline constexpr std::size_t kPipelinedRequestsMax = 16;  // answered in order; beyond: not read yet

// Consent strings of others. The longest that TCF can write is beyond what any transport carries;
// a core with every vendor of today's list in bit fields is some 1,000 characters.
inline constexpr std::size_t kTcStringCharsMax = 32 * 1024;
inline constexpr std::size_t kGppStringCharsMax = 64 * 1024;

// Config.
inline constexpr std::size_t kFieldsMax = 256;   // dictionary fields in force
inline constexpr std::size_t kPurposesMax = 32;  // a bit each in Verdict::purposes
inline constexpr std::size_t kDestinationsMax = 256;
inline constexpr std::size_t kRulesPerContractMax = 64;  // a bit each in a Judgement
inline constexpr std::size_t kIdentifiersPerEventMax = 8;

// Journal.
inline constexpr std::size_t kSegmentBytes = 64 * 1024 * 1024;
inline constexpr std::size_t kCommitBytesMax = 8 * 1024 * 1024;  // one group commit
inline constexpr std::size_t kPendingBytesMax =
    64 * 1024 * 1024;  // appended, not yet durable; beyond: 503

// A full disk. What is kept for consent events (and configs), so that a withdrawal is still taken:
// bytes of the open segment, where outcomes of deliveries leave as many and events twice as many;
// and bytes of the disk, which neither new segments nor the lineage use.
inline constexpr std::size_t kRegisterJournalBytesMax = 1024 * 1024;  // at most a 16th of a segment
inline constexpr std::size_t kRegisterDiskBytes = 4 * 1024 * 1024;

static_assert(kBodyInflatedBytesMax * 2 <= kCommitBytesMax, "one request must fit into one commit");

}  // namespace octroi::base
