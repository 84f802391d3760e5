// octroi: the one place that sees every module.
#include "gateway/cli.h"
#include "store_sqlite/sqlite_store.h"

int main(int argc, char** argv) {
  using octroi::store::Store;
  return octroi::gateway::CommandLine(
      argc, argv,
      [](const std::string& folder, std::function<void(const octroi::base::Error&)> fatal) {
        return octroi::store_sqlite::Open({folder + "/store.sqlite", false, std::move(fatal)});
      });
}
