import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { freshFolder } from "#support/folder.ts";
import { findPassword, parseStoreAddress } from "./address.ts";

const VERIFIED = { rejectUnauthorized: true };

afterEach(() => vi.unstubAllEnvs());

test.each([
  [
    "postgres://clomo@db.example.jp/tenants",
    { host: "db.example.jp", port: 5432, user: "clomo", database: "tenants", ssl: VERIFIED },
  ],
  [
    "postgresql://a%40b@10.0.0.1:6432/%E9%A1%A7?sslmode=verify-full",
    { host: "10.0.0.1", port: 6432, user: "a@b", database: "顧", ssl: VERIFIED },
  ],
  ["postgres://a@127.0.0.1/b", { host: "127.0.0.1", ssl: false }],
  ["postgres://a@[::1]:5/b", { host: "::1", port: 5, ssl: false }],
  ["postgres://a@localhost/b?sslmode=verify-full", { host: "localhost", ssl: VERIFIED }],
  [
    "postgres:///b?host=/var/run/postgresql&user=a",
    { host: "/var/run/postgresql", user: "a", database: "b", ssl: false },
  ],
])("%s", (address, read) => {
  expect(parseStoreAddress(address)).toMatchObject(read);
});

test.each([
  ["postgres://a:SECRET@db/b", "a password"],
  ["postgres://a@db/b?sslmode=disable", "verify-full"],
  ["postgres://a@db/b?sslmode=require", "verify-full"],
  ["postgres://a@127.0.0.1.example.jp/b?sslmode=disable", "verify-full"],
  ["postgres://a@localhost/b?sslmode=prefer", "verify-full"],
  ["postgres://db/b", "the form"],
  ["postgres://a@db", "the form"],
  ["postgres://a@db/b?options=-c%20x", "the form"],
  ["postgres://a@db/b?password=SECRET", "the form"],
  ["postgres://a@db/b?host=/folder", "the form"],
  ["postgres:///b?host=db&user=a", "the form"],
  ["mysql://a@db/b", "the form"],
  ["db", "the form"],
  ["postgres://a@db/%E9", "the form"],
])("%s is refused, without what may be secret", (address, reason) => {
  let refused: unknown;
  try {
    parseStoreAddress(address);
  } catch (error) {
    refused = error;
  }
  expect(refused).toMatchObject({ code: "input-rejected", what: { en: expect.stringContaining(reason) as string } });
  expect(JSON.stringify(refused)).not.toContain("SECRET");
});

test("the password is that of the environment, or of the file that PGPASSFILE names", async () => {
  const address = parseStoreAddress("postgres://clomo@db:6432/tenants");
  const file = join(freshFolder(), "pass");
  vi.stubEnv("PGPASSFILE", file);
  await expect(findPassword(undefined, address)).rejects.toMatchObject({ code: "input-rejected", where: "db" });
  writeFileSync(file, "db:6432:tenants:other:no\ndb:6432:*:clomo:of the file\n", { mode: 0o600 });
  expect(await findPassword(undefined, address)).toBe("of the file");
  expect(await findPassword("of the environment", address)).toBe("of the environment");
});
