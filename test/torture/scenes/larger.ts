import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writePeople } from "#support/process/people-file.ts";
import { mirror, withMail, withSecured } from "./by-hand.ts";
import { runOrThrow, type Scene } from "./scene.ts";

const imports = (people: string): readonly string[] => ["users", "import", people, "--create-orgs", "--yes"];

/** Prepares a bundle in a ZIP file, and a tenant that differs from it. */
async function withBundle(home: string): Promise<string> {
  const people = await writePeople(join(home, "people.csv"), { to: 20, title: "主任" });
  await runOrThrow(home, ...imports(people));
  await runOrThrow(home, "handover", "export", "-o", "bundle.zip", "--encoding", "utf-8");
  await writePeople(people, { to: 20 });
  await runOrThrow(home, ...imports(people));
  return "";
}

/** Prepares a renewal item that has expired, and a mail server. */
async function withNotice(home: string): Promise<string> {
  const { port } = await withMail(home);
  const settings = [
    `smtp: {host: 127.0.0.1, port: ${port}, security: none, from: a@example.jp}`,
    "recipients:",
    "  - {name: it, way: mail, address: it@example.jp}",
    "  - {name: ops, way: mail, address: ops@example.jp}",
    "",
  ];
  await writeFile(join(home, "notify.yaml"), settings.join("\n"), { mode: 0o600 });
  await runOrThrow(home, "renewals", "add", "本社", "--kind", "custom", "--expires", "2020-01-01");
  return "";
}

async function withContexts(home: string): Promise<string> {
  await mirror(home);
  for (const name of ["kanto", "osaka"]) await runOrThrow(home, "context", "add", name, "--embedded");
  return "";
}

async function withDevicesFile(home: string): Promise<string> {
  await mirror(home);
  const rows = Array.from({ length: 20 }, (_, n) => `IOS${n},iOS,管理中,user${n}@example.com`);
  const header = "シリアルナンバー,プラットフォーム,ステータス,所有者メールアドレス";
  await writeFile(join(home, "devices.csv"), [header, ...rows, ""].join("\r\n"));
  return "";
}

/**
 * Prepares a leaver who has the support option and a renewal item and receives reminders by mail, and a successor with
 * a role.
 */
async function withLeaver(home: string): Promise<string> {
  await writeFile(join(home, "password"), "Invented1\n", { mode: 0o600 });
  for (const name of ["taro", "hanako"]) {
    await runOrThrow(home, "users", "create", "--name", name, "--email", `${name}@example.jp`);
    const account = [`${name}@example.jp`, "--account", name, "--role", "system", "--password-file", "password"];
    await runOrThrow(home, "clomo-account", "create", ...account);
  }
  await runOrThrow(home, "clomo-account", "grant", "taro", "--support-option", "--notice-mail");
  const owner = ["--owner", "taro@example.jp"];
  await runOrThrow(home, "renewals", "add", "本社", "--kind", "custom", "--expires", "2099-01-01", ...owner);
  const settings =
    "smtp: {host: 127.0.0.1, port: 9, security: none, from: a@example.jp}\nrecipients:\n  - {name: it, way: mail, address: taro@example.jp}\n";
  await writeFile(join(home, "notify.yaml"), settings, { mode: 0o600 });
  return "";
}

const export_ = (name: string): Scene => ({
  name: `handover export as ${name}`,
  prepare: withSecured,
  line: ["handover", "export", "-o", name, "--encoding", "utf-8"],
  whole: { output: name, line: ["handover", "verify", name] },
});

/** Imports of other records, bundles, reminders and contexts. */
export const LARGER: readonly Scene[] = [
  {
    name: "devices import",
    prepare: withDevicesFile,
    line: ["devices", "import", "devices.csv", "--yes"],
    plans: true,
  },
  {
    name: "orgs import",
    prepare: async (home) => {
      await mirror(home);
      const rows = ["S1,営業本部,H02", "H02,本部,"];
      await writeFile(join(home, "orgs.csv"), ["組織コード,組織名,上位組織コード", ...rows, ""].join("\r\n"));
      return "";
    },
    line: ["orgs", "import", "orgs.csv", "--yes"],
    plans: true,
  },
  { name: "handover apply", prepare: withBundle, line: ["handover", "apply", "bundle.zip", "--yes"] },
  {
    name: "handover transfer",
    prepare: withLeaver,
    line: ["handover", "transfer", "--from", "taro", "--to", "hanako", "--yes", "--format", "json"],
    filesFirst: true,
  },
  export_("bundle"),
  export_("bundle.zip"),
  export_("bundle.tar.gz"),
  { name: "renewals notify", prepare: withNotice, line: ["renewals", "notify"], steps: true, readsDate: true },
  { name: "context use", prepare: withContexts, line: ["context", "use", "osaka"] },
  { name: "context remove", prepare: withContexts, line: ["context", "remove", "osaka"] },
];
