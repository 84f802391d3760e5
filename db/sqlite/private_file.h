// Makes the database's file before SQLite does, so that nobody else can ever read it.
#pragma once

#include <string>

#include "base/result.h"

namespace octroi::store_sqlite {

// Makes an empty file that only its owner can read, unless there is one, and makes its name
// durable.
base::Status CreatePrivate(const std::string& path);

}  // namespace octroi::store_sqlite
