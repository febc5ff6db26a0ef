import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import type { CustomField, Device, Import, Org, RenewalItem, SecuredUser, User } from "../lib/client/index.ts";

/** What a shell is told after Tab; the last word is the one that is completed. */
async function tab(
  words: readonly string[],
  circumstances: Parameters<typeof run>[1] = {},
): Promise<readonly string[]> {
  const { exit, stdout, stderr } = await run(["__complete", "fish", String(words.length - 1), ...words], circumstances);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  return stdout.split("\n").slice(0, -1);
}

/** The same, of a home whose context is a server's. */
async function tabRemote(words: readonly string[], tenant: NonNullable<Parameters<typeof run>[1]>["tenant"] = {}) {
  const home = freshFolder();
  await run("context add far --url https://clomo.example.jp --use", { home });
  return tab(words, { home, tenant });
}

test.each(["bash", "zsh", "fish", "powershell"])("the %s script calls the program back", async (shell) => {
  const { en, ja } = await runInBoth(`completion ${shell}`);
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  expect(en.stdout).toContain(`clomoctl __complete ${shell} `);
  expect(ja.stdout).toBe(en.stdout);
});

test("another shell is a usage error", async () => {
  const { en, ja } = await runInBoth("completion csh");
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toContain("bash, zsh, fish, powershell");
  expect(ja.stderr).toContain("のいずれか");
  expect(await run("completion")).toMatchObject({ exit: 2 });
});

test("describes nouns, verbs and options in the language of the line, without hidden ones", async () => {
  expect(await tab(["us"])).toEqual(["words", "users\tusers of CLOMO PANEL"]);
  expect(await tab(["--lang", "ja", "us"])).toEqual(["words", "users\tCLOMO PANEL のユーザー"]);
  expect(await tab(["users", "h"])).toEqual(["words", "history\tlist every version of a user"]);
  expect(await tab(["users", "fields", "l"])).toEqual(["words", "list\tlist custom user fields"]);
  expect(await tab(["__"])).toEqual(["words"]);
  expect(await tab(["help", "users", "hi"])).toEqual(["words", "history\tlist every version of a user"]);
  expect(await tab(["help", "users", "import", ""])).toEqual(["words"]);
  expect(await tab(["ver"])).toEqual(["words", "version\tshow the version of clomoctl"]);
  expect(await tab(["nonsense", ""])).toEqual(["words"]);
  expect(await tab(["--version", ""])).toEqual(["words"]);
});

test("offers options once, repeatable options again, and missing options first", async () => {
  const flags = await tab(["users", "import", "a.csv", "--yes", "--"]);
  const names = flags.map((flag) => flag.split("\t")[0]);
  expect(names).toEqual(expect.arrayContaining(["--mode", "--format", "--help"]));
  expect(names).not.toContain("--yes");
  expect(await tab(["secured", "users", "list", ""])).toEqual(["words", "--app\tSECURED APPs app"]);
  expect((await tab(["context", "add", "a", "--map", "users=a.yaml", "--ma"])).length).toBe(2);
  expect(await tab(["--vers"])).toEqual(["words", "--version\tshow the version of clomoctl"]);
});

test("offers steps first if a step or a file can follow", async () => {
  const steps = await tab(["--lang", "ja", "ade", "simulator", "do", "d"]);
  expect(steps).toEqual(["words", "devices\tシミュレーターの組織のデバイス"]);
  expect(await tab(["ade", "simulator", "do", "steps"])).toEqual(["files"]);
  expect(await tab(["ade", "simulator", "do", "devices", "x"])).toEqual(["words"]);
  expect(await tab(["ade", "simulator", "do", "a.txt", "--ur"])).toHaveLength(2);
  const simulator = await tab(["ade", "simulator", ""]);
  expect(simulator.map((word) => word.split("\t")[0])).toEqual(["words", "do", "start"]);
});

test("offers declared values and existing time zones, and leaves files to the shell", async () => {
  expect(await tab(["users", "list", "--format", "nd"])).toEqual(["words", "ndjson"]);
  expect(await tab(["users", "list", "--format=nd"])).toEqual(["words", "--format=ndjson"]);
  expect(await tab(["users", "list", "--timezone", "Asia/Tok"])).toEqual(["words", "Asia/Tokyo"]);
  expect(await tab(["users", "import", ""])).toEqual(["files"]);
  expect(await tab(["users", "import", "a.csv", "--errors="])).toEqual(["files"]);
  expect(await tab(["users", "import", "a.csv", "-o", ""])).toEqual(["files"]);
  expect(await tab(["users", "list", "--limit", ""])).toEqual(["words"]);
  expect(await tab(["ade", "simulator", "do", "advance", "--by", ""])).toEqual(["words"]);
});

test("offers the names in the tenant", async () => {
  const user = example<{ items: User[] }>("users").items[0];
  const users = [
    { ...user, name: "山田", emails: ["taro@example.jp", "yamada@example.jp"], employeeCode: "T-1", accountName: null },
  ];
  const answer = { users: { items: users, next: null } };
  expect(await tabRemote(["users", "show", ""], answer)).toEqual(["words", "taro@example.jp\t山田"]);
  expect(await tabRemote(["users", "history", "ya"], answer)).toEqual(["words", "yamada@example.jp\t山田"]);
  expect(await tabRemote(["users", "show", "T"], answer)).toEqual(["words", "T-1\t山田"]);
  const org = example<{ items: Org[] }>("orgs").items[0];
  const orgs = { orgs: { items: [{ ...org, name: "営業部", path: "本社/営業部", code: "S01" }] } };
  expect(await tabRemote(["orgs", "show", "本"], orgs)).toEqual(["words", "本社/営業部\t営業部"]);
  expect(await tabRemote(["users", "list", "--org=S"], orgs)).toEqual(["words", "--org=S01\t営業部"]);
  const device = example<{ items: Device[] }>("devices").items[0];
  const devices = { devices: { items: [{ ...device, serialNumber: "C02X", identificationName: null }], next: null } };
  expect(await tabRemote(["devices", "show", "C"], devices)).toEqual(["words", "C02X"]);
  const plan = example<{ items: Import[] }>("imports").items[0];
  const imports = {
    imports: { items: [{ ...plan, number: "12", kind: "users", fileName: "a.csv", state: "committed" }] },
  };
  expect(await tabRemote(["imports", "show", ""], imports)).toEqual(["words", "last", "12\tusers a.csv committed"]);
  const field = example<{ items: CustomField[] }>("fields").items[0];
  const fields = { fields: { items: [{ ...field, name: "入社年度" }] } };
  expect(await tabRemote(["users", "fields", "remove", ""], fields)).toEqual(["words", "入社年度"]);
  const secured = example<{ items: SecuredUser[] }>("securedUsers").items[0];
  const ofApp = { securedUsers: { items: [{ ...secured, userId: "taro", name: "山田" }], next: null } };
  expect(await tabRemote(["secured", "users", "show", "--app", "docs", "t"], ofApp)).toEqual(["words", "taro\t山田"]);
  expect(await tabRemote(["secured", "users", "show", "t"])).toEqual(["words"]);
  const groups = { securedGroups: example("securedGroups") };
  expect(await tabRemote(["secured", "groups", "edit", "--app", "docs", "営"], groups)).toEqual(["words", "営業"]);
});

test("offers the IDs of renewal items that share a name", async () => {
  const item = example<{ items: RenewalItem[] }>("listRenewals").items[0];
  const [a, b] = ["0198c0de-0000-7000-8000-00000000000a", "0198c0de-0000-7000-8000-00000000000b"];
  const items = [
    { ...item, id: a, name: "本社", kind: "custom" },
    { ...item, id: b, name: "本社", kind: "custom" },
    { ...item, name: "支社", kind: "custom" },
  ];
  const found = await tabRemote(["renewals", "edit", ""], { listRenewals: { items } });
  expect(found).toEqual(["words", `${a}\tcustom 本社`, `${b}\tcustom 本社`, "支社\tcustom 支社"]);
});

test("offers the contexts in the home", async () => {
  const home = freshFolder();
  await run("context add kanto --embedded", { home });
  await run("context add far --url https://clomo.example.jp", { home });
  expect(await tab(["context", "use", ""], { home })).toEqual([
    "words",
    "local",
    "kanto",
    "far\thttps://clomo.example.jp/",
  ]);
  expect(await tab(["users", "list", "--context", "ka"], { home })).toEqual(["words", "kanto"]);
});

test("skips names that a line cannot hold or that look like options, and describes in one line", async () => {
  const org = example<{ items: Org[] }>("orgs").items[0];
  const items = ["a\nb", "a\u001b[31m", "a\u202eb", "-rf", "ab"].map((name) => ({
    ...org,
    name: "x\ty\u001b",
    path: name,
    code: null,
  }));
  expect(await tabRemote(["orgs", "show", ""], { orgs: { items } })).toEqual(["words", String.raw`ab${"\t"}x\ty\x1b`]);
});

test("offers no names if there are too many for a shell", async () => {
  const user = example<{ items: User[] }>("users").items[0];
  const items = Array.from({ length: 1001 }, (_, at) => ({ ...user, emails: [`a${at}@example.jp`] }));
  expect(await tabRemote(["users", "show", "a"], { users: { items, next: null } })).toEqual(["words"]);
});

test("if nothing can be read, prints nothing and creates nothing", async () => {
  const failure = new Failure("unavailable", { what: text("down", "停止") });
  expect(await tabRemote(["users", "show", ""], failure)).toEqual([]);
  const home = join(freshFolder(), "none");
  expect(await tab(["users", "show", ""], { home, folder: freshFolder(), tenant: {} })).toEqual(["words"]);
  expect(() => readdirSync(home)).toThrow("ENOENT");
  expect(await tab(["users", "show", "--context", "nope", ""], { home, folder: freshFolder() })).toEqual([]);
  expect(await run("__complete")).toMatchObject({ exit: 0, stderr: "" });
});
