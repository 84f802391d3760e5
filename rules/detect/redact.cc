#include "rules/detect/redact.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "rules/detect/scan.h"

namespace octroi::rules {
namespace {

struct Range {
  char32_t from, to;
};

// Digits of other scripts (Unicode Nd, those in use), and forms of ASCII of another width or style.
constexpr Range kDisguises[] = {
    {0x660, 0x669},     {0x6f0, 0x6f9},   {0x7c0, 0x7c9},   {0x966, 0x96f},   {0x9e6, 0x9ef},
    {0xa66, 0xa6f},     {0xae6, 0xaef},   {0xb66, 0xb6f},   {0xbe6, 0xbef},   {0xc66, 0xc6f},
    {0xce6, 0xcef},     {0xd66, 0xd6f},   {0xe50, 0xe59},   {0xed0, 0xed9},   {0xf20, 0xf29},
    {0x1040, 0x1049},   {0x17e0, 0x17e9}, {0x1810, 0x1819}, {0x2070, 0x209c}, {0x2460, 0x249b},
    {0x24b6, 0x24ff},   {0x2776, 0x2793}, {0xfe50, 0xfe6b}, {0xff01, 0xff5e}, {0x1d400, 0x1d7ff},
    {0x1f100, 0x1f1e5}, {0x202a, 0x202e}, {0x2066, 0x2069},  // they turn the order around
    {0x1fbf0, 0x1fbf9}};

// Not seen: soft hyphen, joiners, marks of direction, variation selectors, tags.
constexpr Range kUnseen[] = {
    {0xad, 0xad},     {0x34f, 0x34f},   {0x61c, 0x61c},   {0x115f, 0x1160},  {0x17b4, 0x17b5},
    {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},  {0x3164, 0x3164},
    {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xe0000, 0xe0fff}};

template <std::size_t Size>
bool IsIn(const Range (&ranges)[Size], char32_t code) {
  return std::ranges::any_of(
      ranges, [&](const Range& range) { return code >= range.from && code <= range.to; });
}

bool IsAscii(char32_t code) { return code < 0x80; }

}  // namespace

// Unseen characters belong behind emoji, and between letters of scripts that join.
bool CanBeJudged(std::string_view text) {
  if (text.size() > kRedactedBytesMax || !IsText(text)) return false;
  char32_t seen = ' ';  // the last that is seen
  bool unseen = false;  // one stands behind it
  for (std::size_t at = 0; at < text.size();) {
    const base::Utf8Char next = base::Utf8At(text, at);
    if (next.size == 0 || (next.code >= 0x80 && next.code < 0xa0)) return false;
    at += next.size;
    if (IsAscii(next.code)) {
      if (unseen && IsFarLetter(seen)) return false;
    } else if (IsIn(kUnseen, next.code)) {
      if (IsAscii(seen)) return false;
      unseen = true;
      continue;
    } else if (IsIn(kDisguises, next.code)) {
      return false;
    }
    seen = next.code;
    unseen = false;
  }
  return true;
}

Detector& LikelyDetector() {
  thread_local Detector detector;
  return detector;
}

bool AppendRedacted(std::string_view text, Detector& detector, std::string& out) {
  if (!CanBeJudged(text)) return false;
  std::size_t at = 0;
  for (const Find& find : detector.ScanToHide(text)) {
    out.append(text.substr(at, find.begin - at));
    out.append("[").append(NameOf(find.type).id).append("]");
    at = find.end;
  }
  out.append(text.substr(at));
  return true;
}

}  // namespace octroi::rules
