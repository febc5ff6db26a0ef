import { expect, test } from "vitest";
import type { Evidence, Renewable } from "../apple/index.ts";
import type { Expiring } from "../model/renewal.ts";
import { identityOf, isNewer, newestOf } from "./succession.ts";

const file = (evidence: Evidence, fields: Partial<Expiring> = {}): Renewable => ({
  expiring: {
    kind: "custom",
    name: "a",
    expiresAt: "2027-03-01T00:00:00Z",
    validFrom: null,
    certainty: "exact",
    fingerprint: "00",
    topic: null,
    organisation: "例",
    ...fields,
  },
  evidence,
});

const push = (topic: string | null, expiresAt = "2027-03-01T00:00:00Z"): Renewable =>
  file(
    { of: "certificate", issuer: { name: "", namesApple: true, keyId: null }, signature: "unknown", publicKey: null },
    { topic, expiresAt },
  );
const ade = (server: string | null, recipient: string | null, consumer: string | null = null): Renewable =>
  file({ of: "ade-token", server, recipient, consumer });
const vpp = (location: string | null, organisation: string | null = "例"): Renewable =>
  file({ of: "vpp-token", location }, { organisation });

test.each<[string, Renewable, Renewable, boolean]>([
  ["certificates of one topic", push("t1"), push("t1", "2028-03-01T00:00:00Z"), true],
  ["certificates of two topics", push("t1"), push("t2"), false],
  ["server tokens of one server and key", ade("本社", "CN=a, serial 0x1"), ade("本社", "CN=a, serial 0x1", "c"), true],
  ["server tokens of one name for two keys", ade("MDM", "CN=a, serial 0x1"), ade("MDM", "CN=b, serial 0x1"), false],
  ["server tokens of two servers", ade("本社", "CN=a, serial 0x1"), ade("支社", "CN=a, serial 0x1"), false],
  ["content tokens of one place", vpp("Tokyo"), vpp("Tokyo"), true],
  ["content tokens of two places", vpp("Tokyo"), vpp("Osaka"), false],
  ["content tokens of one place of two organisations", vpp("Tokyo"), vpp("Tokyo", "別"), false],
  ["a server token and a content token", ade("a", "b"), vpp("b", "a"), false],
])("%s: of one identity is %s", (_, one, other, same) => {
  expect(identityOf(one)).not.toBeNull();
  expect(identityOf(one) === identityOf(other)).toBe(same);
});

test.each<[string, Renewable]>([
  ["a certificate without a topic", push(null)],
  ["a server token whose file was renamed", ade(null, "CN=a, serial 0x1")],
  ["a server token that names no recipient", ade("本社", null)],
  ["a content token of a full-width place", vpp("__")],
  ["a content token whose place may have a full-width character", vpp("Tokyo_1")],
  ["a content token whose file was renamed", vpp(null)],
  ["a content token without an organisation", vpp("Tokyo", null)],
  ["a profile", file({ of: "provisioning-profile" })],
])("%s has no identity", (_, one) => {
  expect(identityOf(one)).toBeNull();
  expect(newestOf([one])).toBe(one);
  expect(newestOf([one, one])).toBeUndefined();
});

test("of one identity the one that ends last counts; of several none does", () => {
  const [old, newer] = [push("t1"), push("t1", "2028-03-01T00:00:00Z")];
  expect([isNewer(newer.expiring, old.expiring), isNewer(old.expiring, newer.expiring)]).toEqual([true, false]);
  expect(isNewer(old.expiring, old.expiring)).toBe(false);
  expect(isNewer({ expiresAt: null }, old.expiring)).toBe(false);
  expect([newestOf([old, newer]), newestOf([newer, old])]).toEqual([newer, newer]);
  expect(newestOf([old, push("t2")])).toBeUndefined();
  expect(newestOf([])).toBeUndefined();
});
