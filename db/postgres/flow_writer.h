// Applies a projection: read ahead what it touches, fold in memory, write each table with one
// statement of many rows.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "store/fold.h"
#include "store/store.h"
#include "store_postgres/session.h"

namespace octroi::store_postgres {

class FlowWriter final : store::FlowTables {
 public:
  base::Status Apply(Tx& tx, const store::Projection& batch);
  static void Attach(Tx& tx);  // the projection's row of this origin
  static void Clear(Tx& tx);

 private:
  struct Chunk {
    std::string events;  // of a new one
    std::string states;
    bool fresh = false, changed = false;
  };
  base::Status InsertChunk(std::uint64_t first, std::string_view events,
                           std::string_view states) override;
  base::Result<std::uint64_t> LoadStates(std::uint64_t sequence,
                                         store::DeliveryChunk& chunk) override;
  base::Status SaveStates(const store::DeliveryChunk& chunk) override;
  base::Status Note(const store::Attention& what) override;
  base::Status Unnote(std::uint64_t sequence, std::uint16_t destination) override;

  void ReadAhead(Tx& tx, const store::Projection& batch);
  void ReadRange(Tx& tx, std::uint64_t lowest, std::uint64_t highest);
  void WriteChunks(Tx& tx) const;
  void WriteStates(Tx& tx) const;
  void WriteNotes(Tx& tx) const;

  store::Fold fold_;
  std::map<std::uint64_t, Chunk> chunks_;  // by first
  // What is to be noted there; nothing: no longer.
  std::map<std::pair<std::uint64_t, std::uint16_t>, std::optional<store::Attention>> notes_;
};

}  // namespace octroi::store_postgres
