import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

/** The contexts of a home, with a star after the one in use. */
async function listed(home: string, words = "", environment = {}): Promise<string> {
  const { stdout } = await run(`context list${words} --format csv --fields name,used`, { home, environment });
  return stdout.replaceAll(",true", "*").replaceAll(",false", "").split("\n").slice(1, -1).join(" ");
}

const KANTO = "context add kanto --embedded";

test("a new home has one context, which is in use", async () => {
  const home = freshFolder();
  const row = `local\ttrue\tembedded\tAsia/Tokyo\t${join(home, "tenants", "local")}`;
  const stdout = `name\tused\tkind\ttimezone\taddress\n${row}\n`;
  expect(await run("context list", { home })).toMatchObject({ exit: 0, stdout, stderr: "" });
});

test.each([
  ["--embedded", { kind: "embedded", timezone: "Asia/Tokyo", protected: false, language: "ja", used: true }],
  ["--embedded --language en --timezone UTC", { timezone: "UTC", language: "en" }],
  ["--url https://mdm.example.jp", { kind: "remote", address: "https://mdm.example.jp/", language: null }],
])("context add kanto %s", async (words, values) => {
  const home = freshFolder();
  const added = await run(`context add kanto ${words} --format json`, { home });
  expect(added).toMatchObject({ exit: 0, requests: [], stderr: "" });
  expect(JSON.parse(added.stdout)).toMatchObject({ name: "kanto", ...values });
  expect(await listed(home)).toBe("local kanto*");
});

test("uses a further context on request", async () => {
  const home = freshFolder();
  mkdirSync(join(home, "tenants", "local"), { recursive: true });
  const { en } = await runInBoth(KANTO, { home });
  expect(en).toMatchObject({ exit: 0, stderr: "" });
  const used = await run("context add osaka --url https://mdm.example.jp --use --protected --fields used,protected", {
    home,
  });
  expect(used).toMatchObject({ stdout: "used\tprotected\ntrue\ttrue\n", stderr: "" });
});

test("warns if others on the network could read what a server is sent", async () => {
  const far = await run("context add head --url http://mdm.example.jp", { home: freshFolder() });
  expect(far.stderr).toContain("warning: the connection to http://mdm.example.jp is not encrypted");
  const near = await run("context add head --url http://127.0.0.1:8080", { home: freshFolder() });
  expect([far.exit, near.exit, near.stderr.includes("warning")]).toEqual([0, 0, false]);
});

test("later commands use the context that is named, in this order", async () => {
  const home = freshFolder();
  for (const line of [KANTO, "context add head --url https://mdm.example.jp"]) await run(line, { home });
  const used = await run("context use KANTO", { home });
  expect(used).toMatchObject({ exit: 0, stdout: "", stderr: "commands now use the context kanto\n", requests: [] });
  expect(await listed(home)).toBe("local kanto* head");
  expect(await listed(home, " --context head")).toBe("local kanto head*");
  expect(await listed(home, "", { CLOMOCTL_CONTEXT: "local" })).toBe("local* kanto head");
});

test("set changes only what is named", async () => {
  const home = freshFolder();
  await run(`${KANTO} --language en`, { home });
  const shown = async (words: string): Promise<string> =>
    (await run(`context set ${words} --fields name,protected,timezone,language`, { home })).stdout.split("\n")[1] ?? "";
  expect(await shown("KANTO --protected")).toBe("kanto\ttrue\tAsia/Tokyo\ten");
  expect(await shown("kanto --timezone utc")).toBe("kanto\ttrue\tUTC\ten");
  expect(await shown("kanto --unprotected")).toBe("kanto\tfalse\tUTC\ten");
  expect(await shown("local --protected")).toBe("local\ttrue\tAsia/Tokyo\tja");
});

test.each([
  ["context add osaka --embedded --timezone Nowhere", 2, "Nowhere"],
  ["context add osaka --url https://mdm.example.jp/?token=x", 2, "--url"],
  ["context add osaka --url https://mdm.example.jp/#token", 2, "--url"],
  ["context add ../osaka --embedded", 2, "../osaka"],
  ["context add Local --embedded", 3, "Local"],
  ["context set kinki --protected", 6, "kinki"],
  ["context set kanto --protected --unprotected", 2, "cannot be used together"],
  ["context set kanto --timezone Tokyo", 2, "Tokyo"],
  ["context use kinki", 6, 'no context is named "kinki"'],
  ["context list --context kinki", 6, 'no context is named "kinki"'],
])("%s exits with %i and changes nothing", async (line, exit, told) => {
  const home = freshFolder();
  await run(KANTO, { home });
  const refused = await run(line, { home });
  expect(refused).toMatchObject({ exit, stdout: "", requests: [], stderr: expect.stringContaining(told) });
  expect(await listed(home)).toBe("local kanto*");
});
