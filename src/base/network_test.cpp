#include "base/network.h"

#include <gtest/gtest.h>

namespace wick {
namespace {

bool contains(std::string_view network, std::string_view address) {
  return IpNetwork::parse(network).value().contains(IpAddress::parse(address).value());
}

std::string error_of(std::string_view network) {
  const auto parsed = IpNetwork::parse(network);
  return parsed ? "" : parsed.error().message;
}

TEST(Network, AnIpv4AddressAndItsMappedFormAreTheSameAddress) {
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1"), IpAddress::parse("192.0.2.1"));
  EXPECT_EQ(IpAddress::parse("::ffff:c000:201")->text(), "192.0.2.1");
  EXPECT_EQ(IpAddress::parse("2001:DB8:0:0::1")->text(), "2001:db8::1");
  EXPECT_TRUE(contains("192.0.2.0/24", "::ffff:192.0.2.7"));
  EXPECT_TRUE(contains("::ffff:192.0.2.0/120", "192.0.2.7"));
  EXPECT_EQ(IpNetwork::parse("::ffff:192.0.2.0/120").value(), IpNetwork::parse("192.0.2.0/24").value());
}

TEST(Network, TextThatIsNotExactlyAnAddressIsRefused) {
  for (const char* text :
       {"", "1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4:80", "[::1]",
        "::1%lo", "::g", ":::", "localhost", "1.2.3.4/32", "1:2:3:4:5:6:7:8:9", "0x7f.0.0.1"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(IpAddress::parse(std::string(100'000, '1')));
}

TEST(Network, ANetworkContainsTheAddressesThatShareItsPrefix) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(contains("10.0.0.128/25", "10.0.0.129"));
  EXPECT_FALSE(contains("10.0.0.128/25", "10.0.0.127"));
  EXPECT_TRUE(contains("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(contains("192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("::1", "::1"));
}

TEST(Network, ANetworkOfOneFamilyContainsNoAddressOfTheOther) {
  EXPECT_FALSE(contains("::/0", "192.0.2.1"));
  EXPECT_FALSE(contains("::/0", "::ffff:192.0.2.1"));
  EXPECT_TRUE(contains("::/0", "2001:db8::1"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
}

TEST(Network, AMistakeInANetworkIsExplained) {
  EXPECT_NE(error_of("10.0.0.1/8").find("Did you mean 10.0.0.0/8?"), std::string::npos);
  EXPECT_NE(error_of("2001:db8::1/32").find("Did you mean 2001:db8::/32?"), std::string::npos);
  EXPECT_NE(error_of("10.0.0.0/33").find("from 0 to 32"), std::string::npos);
  EXPECT_NE(error_of("2001:db8::/129").find("from 0 to 128"), std::string::npos);
  EXPECT_NE(error_of("::ffff:10.0.0.0/8").find("from 96 to 128"), std::string::npos);
  for (const char* text : {"10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/0x8", "10.0.0.0/ 8"})
    EXPECT_NE(error_of(text).find("prefix length"), std::string::npos) << text;
  EXPECT_NE(error_of("proxy.example").find("for example 10.0.0.0/8"), std::string::npos);
  EXPECT_NE(error_of("").find("does not begin with"), std::string::npos);
}

TEST(Network, AClientIsAnIpv4AddressOrAnIpv6Slash64AndASiteIsWider) {
  EXPECT_EQ(client_network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(client_network("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(client_network("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(site_network("2001:db8:1:2:3:4:5:6"), "2001:db8:1::");
  EXPECT_EQ(site_network("192.0.2.1"), "192.0.2.0");
  EXPECT_EQ(client_network("no address"), "no address");
}

}  // namespace
}  // namespace wick
