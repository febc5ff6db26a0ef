import { expect, test } from "vitest";
import { getSenderNetwork } from "./sign-in.ts";

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["unix", "unix"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:0001:2::6", "2001:db8:1:2::/64"],
  ["2001:db8::6", "2001:db8:0:0::/64"],
  ["2001:db8:0:0:ffff:ffff:ffff:ffff", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::3:4:5:6:7", "0:0:0:3::/64"],
  ["64:ff9b::192.0.2.7", "64:ff9b:0:0::/64"],
])("%s counts as %s", (address, network) => {
  expect(getSenderNetwork(address)).toBe(network);
});
