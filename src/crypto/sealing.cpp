#include "crypto/sealing.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace wick {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kHeaderBytes = 1 + 4 + kNonceBytes;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

struct File {
  int fd;
  ~File() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

SealingKey::SealingKey(Secret key)
    : key_(std::move(key)), id_(as_bytes(sha256(key_.reveal())).substr(0, 4)) {}

Result<SealingKey> SealingKey::from_hex_text(std::string_view hex) {
  auto raw = from_hex(trim(hex));
  if (!raw || raw->size() != 32) {
    return fail(ErrorCode::kInvalidArgument, "The sealing key must be 64 hexadecimal characters.");
  }
  return SealingKey(Secret(std::move(*raw)));
}

Result<SealingKey> SealingKey::load_or_create(const std::filesystem::path& path) {
  const auto unavailable = [&](const char* verb) {
    return fail(ErrorCode::kUnavailable, std::string("Cannot ") + verb + " the key file " + path.string() +
                                             ": " + std::strerror(errno));
  };
  File made{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (made.fd >= 0) {
    const std::string hex = random_hex(32) + "\n";
    if (::write(made.fd, hex.data(), hex.size()) != ssize_t(hex.size()) || ::fsync(made.fd) != 0) {
      const auto error = unavailable("write");
      ::unlink(path.c_str());
      return error;
    }
    return from_hex_text(hex);
  }
  if (errno != EEXIST) return unavailable("make");
  const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat info {};
  if (file.fd < 0 || ::fstat(file.fd, &info) != 0) return unavailable("read");
  if ((info.st_mode & 077) != 0) {
    return fail(ErrorCode::kInvalidArgument,
                "The key file " + path.string() + " is readable by others: run chmod 600 on it.");
  }
  char buffer[128];
  const ssize_t size = ::read(file.fd, buffer, sizeof buffer);
  if (size < 0) return unavailable("read");
  return from_hex_text({buffer, std::size_t(size)});
}

std::string SealingKey::seal(const Secret& plain, std::string_view place) const {
  std::string out = "\x01" + id_ + random_bytes(kNonceBytes);
  const std::string_view text = plain.reveal();
  out.resize(kHeaderBytes + text.size() + kTagBytes);
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int written = 0;
  const bool ok = EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key_.reveal()),
                                     bytes(out) + 5) == 1 &&
                  EVP_EncryptUpdate(cipher.get(), nullptr, &written, bytes(place), int(place.size())) == 1 &&
                  EVP_EncryptUpdate(cipher.get(), bytes(out) + kHeaderBytes, &written, bytes(text),
                                    int(text.size())) == 1 &&
                  EVP_EncryptFinal_ex(cipher.get(), bytes(out) + kHeaderBytes + written, &written) == 1 &&
                  EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                                      bytes(out) + kHeaderBytes + text.size()) == 1;
  WICK_ASSERT(ok);
  return out;
}

Result<Secret> SealingKey::open(std::string_view sealed, std::string_view place) const {
  if (sealed.size() < kHeaderBytes + kTagBytes || sealed[0] != '\x01') {
    return fail(ErrorCode::kInternal, "A sealed value in the database is damaged.");
  }
  if (sealed.substr(1, 4) != id_) {
    return fail(ErrorCode::kInternal,
                "A sealed value was sealed with another key: restore the key file it belongs to.");
  }
  const std::size_t size = sealed.size() - kHeaderBytes - kTagBytes;
  std::string plain(size, '\0');
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int written = 0;
  const bool ok =
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key_.reveal()), bytes(sealed) + 5) ==
          1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &written, bytes(place), int(place.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), bytes(plain), &written, bytes(sealed) + kHeaderBytes, int(size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, bytes(tag)) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), bytes(plain) + written, &written) == 1;
  Secret secret(std::move(plain));
  if (!ok) return fail(ErrorCode::kInternal, "A sealed value in the database was changed or moved.");
  return secret;
}

}  // namespace wick
