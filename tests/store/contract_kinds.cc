#include <cstdio>
#include <cstdlib>

#include "contract.h"
#include "postgres_server.h"
#include "store_postgres/postgres_store.h"
#include "store_sqlite/sqlite_store.h"
#include "support/fake_store.h"
#include "temp_folder.h"

namespace octroi::testing {
namespace {

class FakeSubject final : public Subject {
 public:
  store::Store& store() override { return store_; }

 private:
  FakeStore store_;
};

class SqliteSubject final : public Subject {
 public:
  SqliteSubject() { Open(); }
  store::Store& store() override { return *store_; }
  void Reopen() override {
    store_.reset();
    Open();
  }

 private:
  void Open() {
    auto opened =
        store_sqlite::Open({.path = folder_ / "octroi.db", .read_only = false, .fatal = {}});
    if (!opened) {
      std::fprintf(stderr, "%s\n", opened.error().detail.c_str());
      std::abort();
    }
    store_ = std::move(*opened);
    if (!store_->Attach(kOrigin)) std::abort();
  }
  TempFolder folder_;
  std::unique_ptr<store::Store> store_;
};

// A tenant of its own on one server: what other subjects wrote must not show.
class PostgresSubject final : public Subject {
 public:
  PostgresSubject() { Reopen(); }
  store::Store& store() override { return *store_; }
  void Reopen() override { store_ = PostgresServer::Shared().OpenStore(tenant_); }

 private:
  const std::string tenant_ = PostgresServer::Shared().NewTenant();
  std::unique_ptr<store::Store> store_;
};

}  // namespace

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kinds = {
      {"Fake", [] { return std::make_unique<FakeSubject>(); }},
      {"Sqlite", [] { return std::make_unique<SqliteSubject>(); }},
      {"Postgres", [] { return std::make_unique<PostgresSubject>(); }}};
  return kinds;
}

}  // namespace octroi::testing
