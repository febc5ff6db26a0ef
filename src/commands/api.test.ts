import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { freshFolder, run, runInBoth, type Circumstances } from "#support/commands/program.ts";
import { openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();
beforeAll(async () => {
  await tenant.client.orgs.create({ name: "営業部", code: "S01" });
});

const api = (line: string, more: Circumstances = {}) => run(`api ${line} --lang en`, { tenant: tenant.fetch, ...more });

test("prints the JSON of a response, with characters that deceive readers escaped", async () => {
  const shown = await api("get /v1/orgs/find?name=S01");
  expect(shown).toMatchObject({ exit: 0, stderr: "" });
  const orgs = JSON.parse(shown.stdout) as { name: string }[];
  expect(orgs.map(({ name }) => name)).toContain("営業部");
  expect(shown.stdout).toMatch(/^\[\n {2}\{\n/);
  const deceptive = JSON.stringify({ name: "a\u202Eb" });
  const fake = async () => new Response(deceptive, { headers: { "content-type": "application/json" } });
  expect((await api("GET /v1/x", { tenant: fake })).stdout).toBe('{\n  "name": "a\\u202eb"\n}\n');
});

test("--include prints the status and the headers first, also of a failure", async () => {
  const { stdout } = await api("GET v1/tenant --include");
  expect(stdout).toMatch(/^HTTP 200\n(?:[a-z-]+: .*\n)*content-type: application\/json\n(?:[a-z-]+: .*\n)*\n\{\n/);
  const missing = await api("GET /v1/nothing --include");
  expect(missing).toMatchObject({ exit: 6, stdout: expect.stringMatching(/^HTTP 404\n/) });
  expect(missing.stderr).toContain("the tenant API has no GET /v1/nothing");
});

test("sends the JSON of a file or of stdin, and counts as a change", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "org.json"), JSON.stringify({ name: "総務部", code: "S02" }));
  const made = await api("POST /v1/orgs --input org.json --include", { folder });
  expect([made.exit, made.stdout]).toEqual([0, expect.stringMatching(/^HTTP 200\n[^]*clomoctl-change: \d+\n/)]);
  const stdin = JSON.stringify({ name: "人事部", code: "S03" });
  expect((await api("POST /v1/orgs --input -", { stdin })).exit).toBe(0);
  expect(tenant.sql("select name from org").map(({ name }) => name)).toEqual(
    expect.arrayContaining(["総務部", "人事部"]),
  );
  const home = freshFolder();
  await run("context set local --protected", { home });
  const refused = await api("POST /v1/orgs --input -", { stdin: JSON.stringify({ name: "経理部" }), home });
  expect([refused.exit, refused.stderr]).toEqual([2, expect.stringContaining("--confirm-context local")]);
  expect((await api("GET /v1/users?limit=1", { home })).exit).toBe(0);
});

test("streams other bodies unchanged", async () => {
  const fake = async () => new Response('{"a":1}\n{"a":2}\n', { headers: { "content-type": "application/x-ndjson" } });
  expect((await api("GET /v1/orgs", { tenant: fake })).stdout).toBe('{"a":1}\n{"a":2}\n');
  expect((await api("DELETE /v1/x", { tenant: async () => new Response(null, { status: 204 }) })).stdout).toBe("");
});

test.each([
  ["POST /v1/orgs --input -", "{", 2, "the request body is not valid JSON"],
  ["POST /v1/orgs --input nothing.json", "", 6, "nothing.json"],
  ["POST /v1/orgs --input -", "{}", 2, "json.name"],
  ["FETCH /v1/orgs", "", 2, "FETCH"],
])("%s with %j exits with %i", async (line, stdin, exit, message) => {
  const refused = await api(line, { stdin });
  expect([refused.exit, refused.stdout, refused.stderr]).toEqual([exit, "", expect.stringContaining(message)]);
});

test("a body of more than 64 MiB is refused before it is sent", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "long.json"), "");
  truncateSync(join(folder, "long.json"), 64 * 2 ** 20 + 1);
  const { exit, stderr } = await api("POST /v1/orgs --input long.json", { folder });
  expect([exit, stderr]).toEqual([3, expect.stringContaining("longer than 64 MiB")]);
});

test.each([
  "https://elsewhere.example/v1/orgs",
  "//elsewhere.example/v1/orgs",
  "http://tenant.invalid.example/v1/orgs",
  "file:///etc/passwd",
])("%s is refused, because it is not an address of the tenant", async (address) => {
  const asked: string[] = [];
  const fake = async ({ url }: Request): Promise<Response> => {
    asked.push(url);
    return new Response();
  };
  const { en, ja } = await runInBoth(`api GET ${address}`, { tenant: fake });
  expect([en.exit, ja.exit, asked]).toEqual([2, 2, []]);
  expect(en.stderr).toContain("clomoctl does not send credentials to it");
});
