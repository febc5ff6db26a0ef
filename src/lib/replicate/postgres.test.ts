import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { freshFolder } from "#support/folder.ts";
import { parseStoreAddress } from "./postgres.ts";

const VERIFIED = { rejectUnauthorized: true };

afterEach(() => vi.unstubAllEnvs());

test.each([
  [
    "postgres://clomo@db.example.jp/tenants",
    { host: "db.example.jp", port: 5432, user: "clomo", database: "tenants", ssl: VERIFIED },
  ],
  ["postgresql://a%40b@10.0.0.1:6432/%E9%A1%A7?sslmode=verify-full", { user: "a@b", database: "顧", ssl: VERIFIED }],
  ["postgres://a@[::1]:5/b", { host: "::1", port: 5, ssl: false }],
  ["postgres://a@localhost/b?sslmode=verify-full", { host: "localhost", ssl: VERIFIED }],
  ["postgres:///b?host=/run/postgres&user=a", { host: "/run/postgres", user: "a", database: "b", ssl: false }],
])("%s", (address, read) => {
  expect(parseStoreAddress(address, "x")).toMatchObject(read);
});

test.each([
  ["postgres://a:SECRET@db/b", "PGPASSFILE"] as const,
  ...[
    "postgres://a@db/b?sslmode=disable",
    "postgres://a@db/b?sslmode=require",
    "postgres://a@127.0.0.1.example.jp/b?sslmode=disable",
    "postgres://a@localhost/b?sslmode=prefer",
    "postgres://db/b",
    "postgres://a@db",
    "postgres://a@db/b?options=-c%20x",
    "postgres://a@db/b?password=SECRET",
    "postgres://a@db/b?host=/folder",
    "postgres:///b?host=db&user=a",
    "mysql://a@db/b",
    "db",
    "postgres://a@db/%E9",
  ].map((address) => [address, "has the form"] as const),
])("%s is refused, without what may be secret", (address, reason) => {
  const refuse = () => parseStoreAddress(address, "x");
  expect(refuse).toThrow(expect.objectContaining({ code: "input-rejected", message: expect.stringContaining(reason) }));
  expect(refuse).toThrow(expect.not.objectContaining({ where: expect.stringContaining("SECRET") }));
});

test("the password is that of the environment, or of the file that PGPASSFILE names", async () => {
  const find = (fromEnvironment?: string) =>
    parseStoreAddress("postgres://clomo@db:6432/tenants", fromEnvironment).password();
  const file = join(freshFolder(), "pass");
  vi.stubEnv("PGPASSFILE", file);
  await expect(find()).rejects.toMatchObject({ code: "input-rejected", where: "db" });
  writeFileSync(file, "db:6432:tenants:other:no\ndb:6432:*:clomo:of the file\n", { mode: 0o600 });
  expect([await find(), await find("of the environment")]).toEqual(["of the file", "of the environment"]);
});
