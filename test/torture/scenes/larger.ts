import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writePeople } from "#support/process/people-file.ts";
import { TENANT } from "#support/process/tenant-state.ts";
import { prepareMirror, prepareMail, prepareSecuredUser } from "./by-hand.ts";
import { createScene, runOrThrow, type Scene } from "./scene.ts";

async function prepareBundle(home: string): Promise<string> {
  const people = await writePeople(join(home, "people.csv"), { to: 20 });
  await runOrThrow(home, "users", "import", people, "--create-orgs", "--yes");
  await runOrThrow(home, "handover", "export", "-o", "bundle");
  await rm(join(home, TENANT), { recursive: true });
  return createHash("sha256")
    .update(await readFile(join(home, "bundle", "SHA256SUMS")))
    .digest("hex");
}

async function prepareExpiredItem(home: string): Promise<void> {
  const { port } = await prepareMail(home);
  const settings = [
    `smtp: {host: 127.0.0.1, port: ${port}, security: none, from: a@example.jp}`,
    "recipients:",
    "  - {name: it, way: mail, address: it@example.jp}",
    "  - {name: ops, way: mail, address: ops@example.jp}",
    "",
  ];
  await writeFile(join(home, "notify.yaml"), settings.join("\n"), { mode: 0o600 });
  await runOrThrow(home, "renewals", "add", "本社", "--kind", "custom", "--expires", "2020-01-01");
}

async function prepareContexts(home: string): Promise<void> {
  await prepareMirror(home);
  for (const name of ["kanto", "osaka"]) await runOrThrow(home, "context", "add", name, "--embedded");
}

async function prepareDevicesFile(home: string): Promise<void> {
  await prepareMirror(home);
  const rows = Array.from({ length: 20 }, (_, n) => `IOS${n},iOS,管理中,user${n}@example.com`);
  const header = "シリアルナンバー,プラットフォーム,ステータス,所有者メールアドレス";
  await writeFile(join(home, "devices.csv"), [header, ...rows, ""].join("\r\n"));
}

/** Prepares a leaver with the support option and a renewal item, who gets reminders, and a successor with a role. */
async function prepareLeaver(home: string): Promise<void> {
  await writeFile(join(home, "password"), "Invented1\n", { mode: 0o600 });
  for (const name of ["taro", "hanako"]) {
    await runOrThrow(home, "users", "create", "--name", name, "--email", `${name}@example.jp`);
    const account = [`${name}@example.jp`, "--account", name, "--role", "system", "--password-file", "password"];
    await runOrThrow(home, "clomo-account", "create", ...account);
  }
  await runOrThrow(home, "clomo-account", "edit", "taro", "--support-option", "--notice-mail");
  const owner = ["--owner", "taro@example.jp"];
  await runOrThrow(home, "renewals", "add", "本社", "--kind", "custom", "--expires", "2099-01-01", ...owner);
  const settings =
    "smtp: {host: 127.0.0.1, port: 9, security: none, from: a@example.jp}\nrecipients:\n  - {name: it, way: mail, address: taro@example.jp}\n";
  await writeFile(join(home, "notify.yaml"), settings, { mode: 0o600 });
}

const createExportScene = (name: string): Scene => ({
  name: `handover export as ${name}`,
  prepare: prepareSecuredUser,
  line: ["handover", "export", "-o", name],
  // the export is recorded before the bundle gets its name
  steps: true,
  whole: { output: name, line: ["handover", "verify", name] },
});

export const LARGER_SCENES: readonly Scene[] = [
  createScene("devices import", prepareDevicesFile, "devices import devices.csv --yes", { plans: true }),
  {
    name: "orgs import",
    prepare: async (home) => {
      await prepareMirror(home);
      const rows = ["S1,営業本部,H02", "H02,本部,"];
      await writeFile(join(home, "orgs.csv"), ["組織コード,組織名,上位組織コード", ...rows, ""].join("\r\n"));
    },
    line: ["orgs", "import", "orgs.csv", "--yes"],
    plans: true,
  },
  createScene("handover receive", prepareBundle, "handover receive bundle --fingerprint ID"),
  createScene("handover transfer", prepareLeaver, "handover transfer --from taro --to hanako --yes --format json", {
    filesFirst: true,
  }),
  createExportScene("bundle"),
  createExportScene("bundle.zip"),
  createScene("status --notify", prepareExpiredItem, "status --notify", { code: 2, steps: true, readsDate: true }),
  { name: "context use", prepare: prepareContexts, line: ["context", "use", "osaka"] },
  { name: "context remove", prepare: prepareContexts, line: ["context", "remove", "osaka"] },
];
