import { expect, test } from "vitest";
import { findClientAddress, parseProxies } from "./options.ts";

const PROXIES = parseProxies(["10.0.0.5", "10.1.0.0/16", "2001:db8::/32"]);

test.each<[name: string, peer: string | undefined, headers: Record<string, string>, expected: string]>([
  ["a sender without a proxy", "192.0.2.1", {}, "192.0.2.1"],
  ["an IPv4 sender on an IPv6 socket", "::ffff:192.0.2.1", {}, "192.0.2.1"],
  ["a header that the sender made up", "192.0.2.1", { "x-forwarded-for": "198.51.100.1" }, "192.0.2.1"],
  ["a trusted proxy", "10.0.0.5", { "x-forwarded-for": "198.51.100.1" }, "198.51.100.1"],
  ["two trusted proxies", "10.0.0.5", { "x-forwarded-for": "198.51.100.1, 10.1.2.3" }, "198.51.100.1"],
  [
    "a made-up entry before the proxy's",
    "10.0.0.5",
    { "x-forwarded-for": "203.0.113.9, 198.51.100.1" },
    "198.51.100.1",
  ],
  ["an IPv4 address with a port", "10.0.0.5", { "x-forwarded-for": "198.51.100.1:4711" }, "198.51.100.1"],
  ["an IPv6 address with a port", "10.0.0.5", { "x-forwarded-for": "[2001:db9::1]:4711" }, "2001:db9::1"],
  ["an entry that is not an address", "10.0.0.5", { "x-forwarded-for": "evil\u0000, unknown" }, "10.0.0.5"],
  ["a proxy without a header", "10.0.0.5", {}, "10.0.0.5"],
  ["a Unix socket", undefined, { "x-forwarded-for": "198.51.100.1" }, "198.51.100.1"],
])("%s", (_, peer, headers, expected) => {
  const list = new Headers();
  for (const [name, value] of Object.entries(headers)) list.set(name, value.replaceAll("\u0000", ""));
  expect(findClientAddress(peer, list, PROXIES)).toBe(expected);
});

test.each([["10.0.0.300"], ["10.0.0.0/33"], ["2001:db8::/129"], ["proxy.example.jp"], ["10.0.0.1/x"]])(
  "%s is not a proxy's address",
  (entry) => {
    expect(parseProxies([entry])).toBeUndefined();
  },
);
