// Redaction of free text: what a Detector finds is replaced by its type, "[email]", "[phone]".
// What it cannot find, names above all, stays: the result is less, and still personal data.
#pragma once

#include <string>
#include <string_view>

#include "rules/detect/detect.h"

namespace octroi::rules {

inline constexpr std::size_t kRedactedBytesMax = 16 * 1024;  // of text that is looked through

// Whether a Detector can judge it: valid UTF-8 of at most kRedactedBytesMax bytes, without control
// characters, and without what reads like text and is other bytes: digits and letters of another
// width or script's digits, characters that are not seen between those that are.
bool CanBeJudged(std::string_view text);

// Of this thread; at kLikely.
Detector& LikelyDetector();

// Appends `text` with all that is possible, likely or certain replaced, by their types, as
// far as the detector is asked for it. False: it cannot be judged, and nothing was appended.
bool AppendRedacted(std::string_view text, Detector& detector, std::string& out);

}  // namespace octroi::rules
