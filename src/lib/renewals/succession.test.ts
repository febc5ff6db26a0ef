import { expect, test } from "vitest";
import type { Evidence, Renewable } from "../apple/index.ts";
import type { Expiring } from "../model/renewal.ts";
import { isNewer, lineageOf, newestOf, relationOf, type Relation } from "./succession.ts";

const KINDS = {
  certificate: "certificate",
  "ade-token": "ade-token",
  "vpp-token": "vpp-token",
  "provisioning-profile": "agent-profile",
} as const;

const file = (evidence: Evidence, fields: Partial<Expiring> = {}): Renewable => ({
  expiring: {
    kind: KINDS[evidence.of],
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

const [A, B] = ["CN=a, serial 0x1", "CN=b, serial 0x1"];

test.each<[string, Renewable, Renewable, Relation]>([
  ["certificates of one topic", push("t1"), push("t1", "2028-03-01T00:00:00Z"), "same"],
  ["certificates of two topics", push("t1"), push("t2"), "different"],
  ["a push certificate and another one", push("t1"), push(null), "different"],
  ["certificates of one name without a topic", push(null), push(null), "unclear"],
  ["server tokens for one key", ade("本社", A), ade("本社", A, "c"), "same"],
  ["server tokens for one key, of a server that was renamed", ade("本社", A), ade("東京本社", A), "same"],
  ["server tokens for one key, of which one file was renamed", ade("本社", A), ade(null, A), "same"],
  ["server tokens of one consumer key for two keys", ade("MDM", A, "c"), ade("MDM", B, "c"), "same"],
  ["server tokens of two consumer keys for one key", ade("MDM", A, "c"), ade("MDM", A, "d"), "unclear"],
  ["server tokens of one name for two keys", ade("MDM", A), ade("MDM", B), "different"],
  ["server tokens of which one names no recipient", ade("本社", null), ade("本社", A), "unclear"],
  ["content tokens of one place", vpp("Tokyo"), vpp("Tokyo"), "same"],
  ["content tokens of one place, in letters of two widths", vpp("Tokyo1", "ABC"), vpp("Tokyo1", "ABC"), "same"],
  ["content tokens of two places", vpp("Tokyo"), vpp("Osaka"), "different"],
  ["content tokens of one place of two organisations", vpp("Tokyo"), vpp("Tokyo", "別"), "different"],
  ["content tokens of full-width places", vpp("__"), vpp("__"), "unclear"],
  ["content tokens whose place may have a full-width character", vpp("Tokyo_1"), vpp("Tokyo_1"), "unclear"],
  ["content tokens of which one file was renamed", vpp("Tokyo"), vpp(null), "unclear"],
  ["content tokens of which one has no organisation", vpp("Tokyo"), vpp("Tokyo", null), "unclear"],
  ["profiles of one name", file({ of: "provisioning-profile" }), file({ of: "provisioning-profile" }), "unclear"],
  ["a server token and a content token", ade("a", "b"), vpp("b", "a"), "different"],
])("%s", (_, one, other, relation) => {
  expect(relationOf(lineageOf(one), lineageOf(other))).toBe(relation);
  expect(relationOf(lineageOf(other), lineageOf(one))).toBe(relation);
  expect(newestOf([one, other]) === undefined).toBe(relation !== "same");
  expect(newestOf([one])).toBe(one);
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
