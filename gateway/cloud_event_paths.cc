#include "gateway/cloud_event.h"

namespace octroi::gateway {

void AppendCloudEventPaths(std::vector<base::PathMap::Entry>& entries) {
  for (const auto& [path, slot] : std::initializer_list<std::pair<const char*, base::FieldId>>{
           {"type", base::kSlotEventName},
           {"type", base::kSlotEventType},
           {"id", base::kSlotMessageId},
           {"time", base::kSlotEventTime},
           {"specversion", base::kSlotCeSpecversion},
           {"id", base::kSlotCeId},
           {"source", base::kSlotCeSource},
           {"type", base::kSlotCeType},
           {"time", base::kSlotCeTime},
           {"datacontenttype", base::kSlotCeContentType},
           {"data", base::kSlotCeData},
           {"data_base64", base::kSlotCeDataBase64}})
    entries.push_back({path, slot});
}

}  // namespace octroi::gateway
