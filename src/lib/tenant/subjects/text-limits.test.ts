import { expect, test } from "vitest";
import type { WholeClient } from "#support/client/whole-client.ts";
import { MAX_FIELD_CHARACTERS, MAX_KEY_BYTES } from "../../model/rules.ts";
import { USER } from "../../nouns/user.ts";
import { checkFieldValue } from "../ledger/records.ts";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";

const TEXT = "題".repeat(MAX_FIELD_CHARACTERS + 1);
const KEY = "a".repeat(MAX_KEY_BYTES + 1);

test.each<[string, string, string, (client: WholeClient, value: string) => Promise<unknown>]>([
  ["a title", TEXT, "10001 characters", ({ users }, title) => users.create({ name: "a", emails: ["a@x.jp"], title })],
  ["a name", TEXT, "10001 characters", ({ users }, name) => users.create({ name, emails: ["a@x.jp"] })],
  ["a name that is a key", KEY, "2601 bytes", ({ users }, name) => users.create({ name, emails: ["a@x.jp"] })],
  ["a code", KEY, "2601 bytes", ({ orgs }, code) => orgs.create({ name: "東日本", code })],
  ["a serial number", KEY, "2601 bytes", ({ devices }, serialNumber) => devices.create({ serialNumber })],
  ["a memo", TEXT, "10001 characters", ({ devices }, memo) => devices.create({ serialNumber: "C02X", memo })],
  ["a tag", KEY, "2601 bytes", ({ devices }, tag) => devices.create({ serialNumber: "C02X", tags: [tag] })],
  ["a group", KEY, "2601 bytes", ({ secured }, name) => secured.createGroup("docs", { name })],
  ["a custom field", KEY, "2601 bytes", ({ users }, name) => users.addField({ name })],
  [
    "a description, by the manual",
    "a".repeat(256),
    "256 characters",
    ({ secured }, description) =>
      secured.create("docs", { userId: "u01", displayName: "山田", password: "secret1A", description }),
  ],
  [
    "an answer",
    "a".repeat(2001),
    "2001 characters",
    ({ answers }, value) => answers.set({ answers: [{ question: "rules.lost", value }] }),
  ],
  [
    "a scheme",
    "a".repeat(101),
    "101 characters",
    ({ roles }, name) => roles.createScheme({ name, operations: ["users.write"] }),
  ],
  ["a domain", "a".repeat(256), "256 characters", ({ tenant }, domain) => tenant.set({ domain })],
  ["a renewal", "a".repeat(256), "", ({ renewals }, name) => renewals.add({ kind: "custom", name })],
])("the tenant rejects %s that is too long", async (_, value, told, write) => {
  await using tenant = new TestTenant();
  const failure = await failureOf(write(tenant.client, value));
  expect(["input-rejected", "usage"]).toContain(failure?.code);
  expect(failure?.what.en).toContain(told);
  expect(failure?.what.en.length).toBeLessThan(1000);
});

test("a user has at most 100 email addresses, whoever writes them", async () => {
  await using tenant = new TestTenant();
  const emails = Array.from({ length: 101 }, (_, i) => `a${i}@x.jp`);
  const { id } = (await tenant.client.users.create({ name: "a", emails: emails.slice(1) })).after;
  for (const write of [
    () => tenant.client.users.create({ name: "b", emails }),
    () => tenant.client.users.edit(id, { emails }),
  ]) {
    const failure = await failureOf(write());
    expect([failure?.where, failure?.what.en]).toEqual([undefined, "email addresses: 101 values; the maximum is 100"]);
  }
  expect(() => checkFieldValue("emails", USER.fields.emails, emails)).toThrow("101 values; the maximum is 100");
});
