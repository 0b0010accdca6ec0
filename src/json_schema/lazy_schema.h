// A schema that is compiled on first use: an instance may have 20,000 operations, and few of them are called.
// Thread-safe.
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <memory>
#include <mutex>
#include <optional>

#include "json_schema/compiled_schema.h"

namespace wick::json_schema {

class LazySchema {
 public:
  // Compiles `document` on the first call; simultaneous callers wait. All callers must pass the same document.
  // Errors: as CompiledSchema::compile(), for every caller
  const Result<std::shared_ptr<const CompiledSchema>>& get(const boost::json::object& document) const;
  // Whether get() returns without compiling. Compiling may take milliseconds, too long for an io thread.
  bool is_ready() const { return ready_.load(std::memory_order_acquire); }

 private:
  mutable std::once_flag once_;
  mutable std::atomic<bool> ready_ = false;
  mutable std::optional<Result<std::shared_ptr<const CompiledSchema>>>
      compiled_;  // written once, under once_
};

}  // namespace wick::json_schema
