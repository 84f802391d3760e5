// Which sender a destination gets: the one place that looks at deliver.type.
#include <map>
#include <mutex>

#include "base/log.h"
#include "gateway/sender.h"
#include "gateway/sender/export_folder.h"
#include "gateway/sender/sql_sender.h"

namespace octroi::gateway {
namespace {

class FileSender final : public Sender {
 public:
  FileSender(const DestinationPlan& destination, std::shared_ptr<ExportFolder> folder)
      : id_(destination.id), plan_(*destination.file), folder_(std::move(folder)) {}

 private:
  Receipt DoSend(const policies::ProtectedBatch& batch, SendStart& start) override {
    const auto appended = folder_->Append(plan_, batch, start);
    if (appended) {
      return {*appended ? Receipt::Kind::kDelivered : Receipt::Kind::kNotStarted, 0, {}};
    }
    base::Log::Warn("sender.file_not_written",
                    {{"destination", base::Id::OfConfig(id_)},
                     {"what", base::Id::OfConfig(appended.error().detail)}});
    return {};
  }

  const std::string id_;
  const FilePlan plan_;
  const std::shared_ptr<ExportFolder> folder_;
};

// The lanes of a destination write one file.
class Folders {
 public:
  Folders(base::Disk& disk, const base::Clock& clock) : disk_(disk), clock_(clock) {}

  std::shared_ptr<ExportFolder> Of(const DestinationPlan& destination) {
    const std::lock_guard lock(mutex_);
    auto& known = known_[{destination.file->folder, destination.id}];
    std::shared_ptr<ExportFolder> folder = known.lock();
    if (!folder) {
      folder = std::make_shared<ExportFolder>(disk_, clock_, destination.id);
      known = folder;
    }
    return folder;
  }

 private:
  base::Disk& disk_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::weak_ptr<ExportFolder>> known_;
};

}  // namespace

MakeSender SendersOn(base::Disk& disk, const base::Clock& clock) {
  return [&clock, folders = std::make_shared<Folders>(disk, clock)](
             const DestinationPlan& destination) -> std::unique_ptr<Sender> {
    if (destination.sql) return MakeSqlSender(destination, clock, MakeSystemResolver());
    if (!destination.file) return MakeHttpSender(destination, clock);
    return std::make_unique<FileSender>(destination, folders->Of(destination));
  };
}

}  // namespace octroi::gateway
