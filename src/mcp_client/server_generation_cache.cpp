#include "mcp_client/server_generation_cache.h"

#include "base/log.h"
#include "base/offload.h"
#include "connectors/connector_kind.h"
#include "mcp_client/server_generation_store.h"

namespace wick::upstream {
namespace {

constexpr std::string_view kField = "era";

}  // namespace

http::Task<std::optional<LegacyTransport>> ServerGenerationCache::find(std::string connector,
                                                                       std::string fingerprint) const {
  const auto work = [&]() -> Result<std::optional<generation_store::Row>> {
    return db_.read([&](Transaction& tx) { return generation_store::find(tx, connector); });
  };
  auto row = co_await offload(pool_, "", work);
  if (!row)
    spdlog::warn("connector {}: its server's generation could not be read: {}", connector,
                 row.error().message);
  if (!row || !*row) co_return std::nullopt;
  const auto stored = key_.open((*row)->target, secret_place(connector, kField));
  if (!stored || stored->reveal() != fingerprint) co_return std::nullopt;
  co_return (*row)->uses_sse ? LegacyTransport::kHttpWithSse : LegacyTransport::kCurrent;
}

http::Task<void> ServerGenerationCache::put(std::string connector, std::string fingerprint,
                                            LegacyTransport transport) {
  const generation_store::Row row{key_.seal(Secret(fingerprint), secret_place(connector, kField)),
                                  transport == LegacyTransport::kHttpWithSse};
  const auto work = [&]() -> Result<void> {
    return db_.write([&](Transaction& tx) { return generation_store::put(tx, connector, row); });
  };
  auto written = co_await offload(pool_, "", work);
  if (!written)
    spdlog::warn("connector {}: its server's generation could not be stored: {}", connector,
                 written.error().message);
}

http::Task<void> ServerGenerationCache::remove(std::string connector) {
  const auto work = [&]() -> Result<void> {
    // A read comes first, because usually there is no entry, and a write takes longer.
    WICK_TRY(row, db_.read([&](Transaction& tx) { return generation_store::find(tx, connector); }));
    if (!row) return {};
    return db_.write([&](Transaction& tx) { return generation_store::remove(tx, connector); });
  };
  auto removed = co_await offload(pool_, "", work);
  if (!removed)
    spdlog::warn("connector {}: the stored generation of its server could not be removed: {}", connector,
                 removed.error().message);
}

}  // namespace wick::upstream
