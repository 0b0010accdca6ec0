#include "identity/oidc_store.h"

namespace wick::oidc_store {

Result<void> use_state(Transaction& tx, const Sha256Digest& digest, Micros expires_at) {
  WICK_CHECK(tx.execute("INSERT INTO oidc_used_states (digest, expires_at) VALUES ($1, $2)",
                        {BlobView{as_bytes(digest)}, expires_at}));
  return {};
}

Result<void> purge(Database& db, Micros now) {
  return delete_in_steps(db,
                         "DELETE FROM oidc_used_states WHERE digest IN (SELECT digest FROM oidc_used_states "
                         "WHERE expires_at <= $1 LIMIT $2)",
                         now);
}

}  // namespace wick::oidc_store
