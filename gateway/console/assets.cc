#include "gateway/console/assets.h"

#include <zlib.h>

#include <algorithm>

#include "base/text.h"
#include "crypto/hmac.h"

namespace octroi::gateway::console {
namespace {

constexpr std::string_view kPages[] = {"/", "/quality", "/record", "/now"};
constexpr int kGzip = 16 + MAX_WBITS;

std::string_view TypeOf(std::string_view path) {
  if (path.ends_with(".html")) return "text/html; charset=utf-8";
  if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (path.ends_with(".css")) return "text/css; charset=utf-8";
  if (path.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

// "": it could not be, and is sent as it is.
std::string Compressed(std::string_view bytes) {
  z_stream z{};
  if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, kGzip, 9, Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  std::string out(deflateBound(&z, bytes.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const bool whole = deflate(&z, Z_FINISH) == Z_STREAM_END;
  out.resize(whole ? z.total_out : 0);
  deflateEnd(&z);
  return out;
}

}  // namespace

Assets::Assets() {
  for (const Embedded& file : EmbeddedFiles()) {
    Asset& asset = assets_["/" + std::string(file.path)];
    asset.bytes = file.bytes;
    asset.type = TypeOf(file.path);
    asset.gzip = Compressed(file.bytes);
    asset.tag = "\"" + base::Hex(crypto::AsBytes(crypto::Sha256(file.bytes))).substr(0, 32) + "\"";
    asset.lasts = file.path.starts_with("assets/");
  }
}

const Asset* Assets::Find(std::string_view path) const {
  const bool page = std::ranges::find(kPages, path) != std::end(kPages);
  const auto found = assets_.find(page ? "/index.html" : path);
  return found == assets_.end() ? nullptr : &found->second;
}

}  // namespace octroi::gateway::console
