import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, runInBoth, run, type RunResult } from "#support/commands/program.ts";

const shown = ({ stdout }: RunResult): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;

async function namesIn(home: string): Promise<readonly string[]> {
  const { stdout } = await run("context list --fields name", { home });
  return stdout.trimEnd().split("\n").slice(1);
}

test("a local tenant is in the home, in Japanese and in Tokyo time by default", async () => {
  const home = freshFolder();
  const added = await run("context add kanto --embedded --format json", { home });
  expect(added).toMatchObject({
    exit: 0,
    stderr: "context in use: kanto\nnext: clomoctl users import FILE --create-orgs --dry-run\n",
    requests: [],
  });
  expect(shown(added)).toEqual({
    name: "kanto",
    used: true,
    kind: "embedded",
    timezone: "Asia/Tokyo",
    address: join(home, "tenants", "kanto"),
    protected: false,
    language: "ja",
  });
  expect(await namesIn(home)).toEqual(["local", "kanto"]);
});

test("uses a further context on request, or else says what to type", async () => {
  const home = freshFolder();
  mkdirSync(join(home, "tenants", "local"), { recursive: true });
  const { en } = await runInBoth("context add kanto --embedded", { home });
  expect(en.stderr).toBe(
    "context in use: local\nto use kanto: clomoctl context use kanto , or add --context kanto to a command\n",
  );
  expect((await run("context add kansai --embedded --lang ja", { home })).stderr).toBe(
    "使用中のコンテキスト: local\nkansai を操作するには clomoctl context use kansai を実行するか、コマンドに --context kansai を付けてください\n",
  );
  const used = await run("context add osaka --url https://mdm.example.jp --use --protected --fields used,protected", {
    home,
  });
  expect(used).toMatchObject({
    stdout: "used\tprotected\ntrue\ttrue\n",
    stderr: "context in use: osaka\nnext: clomoctl login\n",
  });
});

test("keeps language and time zone", async () => {
  const home = freshFolder();
  const folder = freshFolder();
  const line = "context add osaka --embedded --language en --timezone UTC";
  await run(line, { home, folder });
  const kept = (JSON.parse((await run("context list --format json", { home })).stdout) as readonly object[]).at(-1);
  expect(kept).toMatchObject({
    language: "en",
    timezone: "UTC",
  });
});

test("a tenant on a server has an address", async () => {
  const home = freshFolder();
  const folder = freshFolder();
  const plain = await run("context add head --url https://mdm.example.jp --format json", { home, folder });
  expect(shown(plain)).toMatchObject({
    kind: "remote",
    address: "https://mdm.example.jp/",
    language: null,
  });
});

test.each([
  ["context add kanto --embedded --timezone Nowhere", 2, "Nowhere"],
  ["context add kanto --url ftp://mdm.example.jp", 2, "--url"],
  ["context add kanto --url https://taro@mdm.example.jp", 2, "--url"],
  ["context add kanto --url https://mdm.example.jp/?token=x", 2, "--url"],
  ["context add kanto --url https://mdm.example.jp/#token", 2, "--url"],
  ["context add ../kanto --embedded", 2, "../kanto"],
  ["context add Local --embedded", 3, "Local"],
])("%s exits with %i and adds nothing", async (line, exit, told) => {
  const home = freshFolder();
  const folder = freshFolder();
  const refused = await run(line, { home, folder });
  expect(refused).toMatchObject({ exit, stdout: "", requests: [] });
  expect(refused.stderr).toContain(told);
  expect(await namesIn(home)).toEqual(["local"]);
});

test("warns if others on the network could read what a server is sent", async () => {
  const { en, ja } = await runInBoth("context add head --url http://mdm.example.jp", { home: freshFolder() });
  expect(en.stderr).toContain("warning: the connection to http://mdm.example.jp is not encrypted");
  const added = await run("context add head --url http://127.0.0.1:8080 --lang ja", { home: freshFolder() });
  expect([en.exit, ja.exit, added.exit]).toEqual([0, 3, 0]);
  expect(added.stderr).not.toContain("警告");
});
