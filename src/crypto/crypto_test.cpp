#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "crypto/sealing.h"

namespace wick {
namespace {

TEST(Digest, MatchesThePublishedVectorOfFips180) {
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, ConstantTimeComparisonSeesOneChangedByte) {
  EXPECT_TRUE(equal_constant_time("same", "same"));
  EXPECT_FALSE(equal_constant_time("same", "sane"));
  EXPECT_FALSE(equal_constant_time("same", "sam"));
}

TEST(Random, TwoDrawsDiffer) {
  EXPECT_EQ(random_hex(16).size(), 32U);
  EXPECT_NE(random_hex(16), random_hex(16));
}

TEST(Password, OnlyTheSamePasswordVerifies) {
  const std::string hash = hash_password(Secret("correct horse battery"));
  EXPECT_TRUE(hash.starts_with("$argon2id$"));
  EXPECT_TRUE(verify_password(hash, Secret("correct horse battery")));
  EXPECT_FALSE(verify_password(hash, Secret("correct horse batterz")));
  EXPECT_FALSE(verify_no_password(Secret("anything")));
}

TEST(Sealing, OpensOnlyWithTheSameKeyInTheSamePlaceUnchanged) {
  const auto key = SealingKey::from_hex_text(std::string(64, 'a'));
  const auto other = SealingKey::from_hex_text(std::string(64, 'b'));
  const std::string sealed = key->seal(Secret("hunter2"), "row1/password");
  EXPECT_EQ(key->open(sealed, "row1/password")->reveal(), "hunter2");
  EXPECT_FALSE(key->open(sealed, "row2/password"));
  EXPECT_FALSE(other->open(sealed, "row1/password"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = char(changed[i] ^ 1);
    EXPECT_FALSE(key->open(changed, "row1/password")) << "byte " << i;
  }
  EXPECT_FALSE(key->open(sealed.substr(0, 10), "row1/password"));
}

TEST(Sealing, AKeyFileReadableByOthersIsRefused) {
  const std::string path = testing::TempDir() + "wick_key_" + std::to_string(::getpid());
  ASSERT_TRUE(SealingKey::load_or_create(path));
  ASSERT_TRUE(SealingKey::load_or_create(path));
  ::chmod(path.c_str(), 0644);
  const auto loaded = SealingKey::load_or_create(path);
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find("chmod 600"), std::string::npos);
  ::unlink(path.c_str());
}

}  // namespace
}  // namespace wick
