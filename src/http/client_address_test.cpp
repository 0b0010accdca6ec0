#include "http/client_address.h"

#include <gtest/gtest.h>

namespace wick::http {
namespace {

std::vector<IpNetwork> networks(std::initializer_list<const char*> texts) {
  std::vector<IpNetwork> out;
  for (const char* text : texts) out.push_back(IpNetwork::parse(text).value());
  return out;
}

// Of a request from `peer`, where 10.0.0.0/8 and 2001:db8:f::/48 are proxies.
std::string client_of(std::string peer, std::vector<Field> fields) {
  const auto trusted = networks({"10.0.0.0/8", "2001:db8:f::/48"});
  ClientAddress address(std::move(peer), trusted);
  return std::string(address.of(fields));
}
std::string x_forwarded_for(std::string_view value) {
  return client_of("10.0.0.1", {{"X-Forwarded-For", value}});
}
std::string forwarded(std::string_view value) {
  return client_of("10.0.0.1", {{"Forwarded", value}});
}

TEST(ClientAddress, OnlyATrustedPeerIsBelieved) {
  const std::vector<Field> claims{{"X-Forwarded-For", "192.0.2.1"}, {"Forwarded", "for=192.0.2.1"}};
  EXPECT_EQ(client_of("203.0.113.5", claims), "203.0.113.5");
  EXPECT_EQ(client_of("10.0.0.1", claims), "192.0.2.1");
  EXPECT_EQ(client_of("2001:db8:f::1", claims), "192.0.2.1");
  EXPECT_EQ(client_of("2001:db8:e::1", claims), "2001:db8:e::1");
  EXPECT_EQ(client_of("10.0.0.1", {}), "10.0.0.1");
  const std::vector<IpNetwork> nobody;
  EXPECT_EQ(ClientAddress("127.0.0.1", nobody).of(claims), "127.0.0.1");
}

TEST(ClientAddress, TheFirstAddressFromTheRightThatIsNoProxyIsTheClient) {
  EXPECT_EQ(x_forwarded_for("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(x_forwarded_for("6.6.6.6, 192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(x_forwarded_for("6.6.6.6, 192.0.2.1, 10.0.0.3,10.0.0.2"), "192.0.2.1");
  EXPECT_EQ(x_forwarded_for("10.0.0.4, 10.0.0.3"), "10.0.0.4") << "a client among the proxies";
  EXPECT_EQ(client_of("10.0.0.1", {{"X-Forwarded-For", "6.6.6.6"}, {"x-forwarded-for", "192.0.2.1"}}),
            "192.0.2.1")
      << "several fields are one list";
  EXPECT_EQ(forwarded("for=6.6.6.6, for=192.0.2.1;proto=https, For=10.0.0.3"), "192.0.2.1");
  EXPECT_EQ(client_of("10.0.0.1", {{"Forwarded", "for=6.6.6.6"}, {"Forwarded", "for=192.0.2.1"}}),
            "192.0.2.1");
}

TEST(ClientAddress, AddressesMayHavePortsBracketsAndTheMappedForm) {
  EXPECT_EQ(x_forwarded_for("192.0.2.1:4711"), "192.0.2.1");
  EXPECT_EQ(x_forwarded_for("2001:DB8::1"), "2001:db8::1");
  EXPECT_EQ(x_forwarded_for("[2001:db8::1]"), "2001:db8::1");
  EXPECT_EQ(x_forwarded_for("[2001:db8::1]:4711"), "2001:db8::1");
  EXPECT_EQ(x_forwarded_for("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(x_forwarded_for("192.0.2.1, ::ffff:10.0.0.9"), "192.0.2.1") << "a proxy in its mapped form";
  EXPECT_EQ(client_of("::ffff:10.0.0.1", {{"X-Forwarded-For", "192.0.2.1"}}), "192.0.2.1");
  EXPECT_EQ(forwarded("for=\"[2001:db8::1]:4711\""), "2001:db8::1");
  EXPECT_EQ(forwarded("for=\"192.0.2.1:4711\""), "192.0.2.1");
  EXPECT_EQ(forwarded("by=10.0.0.1;host=\"a,b;for=6.6.6.6\";for=192.0.2.1;proto=https"), "192.0.2.1");
  EXPECT_EQ(forwarded("for=192.0.2.1;host=\"a\\\",b\""), "192.0.2.1");
}

TEST(ClientAddress, AnInvalidEntryEndsTheSearchAtTheLastTrustedAddress) {
  for (const char* entry : {"unknown", "_hidden", "1.2.3", "192.0.2.1:", "192.0.2.1:port", "192.0.2.1:123456",
                            "[2001:db8::1", "[2001:db8::1]4711", "[192.0.2.1", "192.0.2.1 192.0.2.2",
                            "192.0.2.1;", "<script>", "for=192.0.2.1", "fe80::1%eth0"}) {
    EXPECT_EQ(x_forwarded_for("192.0.2.1, " + std::string(entry) + ", 10.0.0.2"), "10.0.0.2") << entry;
    EXPECT_EQ(x_forwarded_for(entry), "10.0.0.1") << entry;
  }
  for (const char* element :
       {"for=unknown", "for=_hidden", "for=\"_a:b\"", "proto=https", "192.0.2.1",
        "for=192.0.2.1;for=192.0.2.2", "for=\"192.0.2.1", "for=", "for", "for = 192.0.2.1", "=192.0.2.1"}) {
    EXPECT_EQ(forwarded("for=192.0.2.1, " + std::string(element) + ", for=10.0.0.2"), "10.0.0.2") << element;
    EXPECT_EQ(forwarded(element), "10.0.0.1") << element;
  }
}

TEST(ClientAddress, EntriesOfAClientDoNotAffectThoseOfAProxy) {
  for (const char* junk : {"\"", "for=\"", "for=\"a\\", "\\\"", ",,,", ";;;", "\x01", "for=6.6.6.6;", "\\"}) {
    EXPECT_EQ(forwarded(std::string(junk) + ", for=192.0.2.1"), "192.0.2.1") << junk;
    EXPECT_EQ(x_forwarded_for(std::string(junk) + ", 192.0.2.1"), "192.0.2.1") << junk;
  }
}

TEST(ClientAddress, EmptyEntriesAreIgnored) {
  EXPECT_EQ(x_forwarded_for(""), "10.0.0.1");
  EXPECT_EQ(x_forwarded_for(" , ,192.0.2.1, ,"), "192.0.2.1");
  EXPECT_EQ(forwarded("for=192.0.2.1,, "), "192.0.2.1");
}

TEST(ClientAddress, XForwardedForWinsOverForwarded) {
  // A proxy that writes X-Forwarded-For passes on the Forwarded that a client has made up.
  EXPECT_EQ(client_of("10.0.0.1", {{"Forwarded", "for=6.6.6.6"}, {"X-Forwarded-For", "192.0.2.1"}}),
            "192.0.2.1");
  EXPECT_EQ(client_of("10.0.0.1", {{"X-Forwarded-For", "unknown"}, {"Forwarded", "for=6.6.6.6"}}),
            "10.0.0.1");
}

TEST(ClientAddress, ReadsALimitedNumberOfEntries) {
  std::string chain;
  for (int i = 0; i < kMaxForwardedHops - 1; ++i) chain += ", 10.0.0." + std::to_string(i + 2);
  EXPECT_EQ(x_forwarded_for("192.0.2.1" + chain), "192.0.2.1");
  EXPECT_EQ(x_forwarded_for("192.0.2.1, 10.0.0.77" + chain), "10.0.0.77");
  EXPECT_EQ(x_forwarded_for(std::string(1'000'000, ',')), "10.0.0.1");
  EXPECT_EQ(forwarded(std::string(1'000'000, '"') + ", for=192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(forwarded("for=6.6.6.6;a=\"" + std::string(1'000'000, '\\')), "10.0.0.1");
}

}  // namespace
}  // namespace wick::http
