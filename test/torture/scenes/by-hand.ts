import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writePeople } from "#support/process/people-file.ts";
import { openDatabase } from "#support/process/tenant-state.ts";
import { whenDone } from "#support/process/when-done.ts";
import { openPostOffice, type PostOffice } from "#support/renewals/post-office.ts";
import { runOrThrow, type Scene } from "./scene.ts";

/** Prepares a mirror with twenty users and their organisations, taken over from an export of the console. */
export async function mirror(home: string): Promise<string> {
  const people = await writePeople(join(home, "people.csv"), { to: 20 });
  await runOrThrow(home, "users", "import", people, "--from-console", "--create-orgs", "--yes");
  return "";
}

/** Prepares a mirror with two devices. One of them has an owner, which cannot be changed without a wipe. */
async function withDevices(home: string): Promise<string> {
  await mirror(home);
  const rows = [
    "シリアルナンバー,プラットフォーム,ステータス,所有者メールアドレス",
    "IOS01,iOS,管理中,",
    "AND01,Android,管理中,user0@example.com",
  ];
  await writeFile(join(home, "devices.csv"), `${rows.join("\r\n")}\r\n`);
  await runOrThrow(home, "devices", "import", "devices.csv", "--yes");
  return "";
}

/** Writes a password to a file, for `--password-file`. */
const withPassword = (home: string): Promise<void> => writeFile(join(home, "password"), "Invented1\n", { mode: 0o600 });

/** Prepares a mirror with a SECURED APPs user in a group, and a password in a file. */
export async function withSecured(home: string): Promise<string> {
  await mirror(home);
  await withPassword(home);
  const rows = ["表示名,ユーザーID,パスワード,グループ名", "花子,hanako,Invented1,営業"];
  await writeFile(join(home, "docs.csv"), `${rows.join("\r\n")}\r\n`);
  await runOrThrow(home, "secured", "users", "import", "docs.csv", "--app", "docs", "--create-groups", "--yes");
  return "";
}

const DOCS = ["--app", "docs"];

/** Prepares a mirror with an organisation that does not have any users. */
async function withOrg(home: string): Promise<string> {
  await mirror(home);
  await runOrThrow(home, "users", "administrators", "add", "--none");
  await runOrThrow(home, "orgs", "create", "本社", "--code", "H01", "--parent", "S1");
  return "";
}

/** Prepares a tenant that is not a mirror, with twenty users, a custom scheme and two system administrators. */
async function withAccounts(home: string): Promise<string> {
  await withPassword(home);
  await runOrThrow(
    home,
    "users",
    "import",
    await writePeople(join(home, "people.csv"), { to: 20 }),
    "--create-orgs",
    "--yes",
  );
  await runOrThrow(home, "roles", "schemes", "create", "登録係", "--item", "users.write,users.move,users.delete");
  for (const name of ["account1", "account2"])
    await runOrThrow(home, "clomo-account", "grant", name, "--role", "system", "--password-file", "password");
  return "";
}

/** {@link withAccounts}, with a mail server that accepts every mail. */
export async function withMail(home: string): Promise<PostOffice> {
  await withAccounts(home);
  const office = await openPostOffice();
  whenDone(() => office.close());
  const smtp = `smtp: {host: 127.0.0.1, port: ${office.port}, security: none, from: a@example.jp}\n`;
  await writeFile(join(home, "notify.yaml"), smtp, { mode: 0o600 });
  return office;
}

const RESET = ["clomo-account", "reset-password", "account1"];
const BY_MAIL = ["--by-mail", "--to", "user1@example.com"];

/**
 * {@link withMail}, with a code that was sent by mail and that stays valid however long the tests take. `ID` in the
 * line stands for the code.
 */
async function withCode(home: string): Promise<string> {
  const office = await withMail(home);
  await runOrThrow(home, ...RESET, ...BY_MAIL);
  const database = openDatabase(home);
  database.exec("update reset_code set expiresAt = '2099-01-01T00:00:00.000Z'");
  database.close();
  return /(?:[0-9A-Z]{4}-){2}[0-9A-Z]{4}/.exec(office.delivered[0]?.mail.text ?? "")?.[0] ?? "";
}

/** {@link withAccounts}, with a user who does not have an account. */
async function withNewcomer(home: string): Promise<string> {
  await withAccounts(home);
  await runOrThrow(home, "users", "create", "--name", "髙橋 花子", "--email", "hanako@example.jp", "--org", "S3");
  return "";
}

/** Prepares a mirror with a custom scheme and a system administrator. */
async function mirrorWithAccounts(home: string): Promise<string> {
  await mirror(home);
  await runOrThrow(home, "roles", "schemes", "create", "登録係", "--item", "users.write,users.move");
  await runOrThrow(home, "clomo-account", "grant", "account1", "--role", "system", "--password-in-console");
  return "";
}

/**
 * {@link withAccounts}, with a division administrator of three organisations and a file with other titles for users of
 * these organisations.
 */
async function withDivision(home: string): Promise<string> {
  await withAccounts(home);
  const division = ["--role", "division", "--managed-orgs", "S3,S4,S5", "--password-file", "password"];
  await runOrThrow(home, "clomo-account", "grant", "account0", ...division);
  await writePeople(join(home, "people.csv"), { from: 3, to: 6, title: "主任" });
  return "";
}

const DIVISION = ["--as", "account0"];

const confirmed = (count: number): readonly string[] => ["--confirm-deletions", String(count)];

/**
 * Changes by hand. Each is one process and, except for deletions, one transaction. In a mirror, each change also opens
 * a task for the console.
 */
export const BY_HAND: readonly Scene[] = [
  {
    name: "the first organisation",
    prepare: () => Promise.resolve(""),
    line: ["orgs", "create", "本社", "--code", "H01"],
  },
  {
    name: "orgs create",
    prepare: mirror,
    line: ["orgs", "create", "本社", "--code", "H01", "--parent", "S1"],
  },
  { name: "orgs edit", prepare: mirror, line: ["orgs", "edit", "S1", "--name", "営業本部"] },
  { name: "orgs move", prepare: mirror, line: ["orgs", "move", "S1", "--parent", "S2"] },
  {
    name: "orgs delete",
    prepare: withOrg,
    line: ["orgs", "delete", "H01", ...confirmed(1)],
    plans: true,
  },
  {
    name: "orgs delete --recursive",
    prepare: withOrg,
    line: ["orgs", "delete", "S1", "S2", "--recursive", ...confirmed(5)],
    plans: true,
  },
  {
    name: "users create",
    prepare: mirror,
    line: ["users", "create", "--name", "髙橋 花子", "--email", "hanako@example.jp", "--email", "h@example.jp"],
  },
  {
    name: "users edit",
    prepare: mirror,
    line: [
      "users",
      "edit",
      "user0@example.com",
      "--title",
      "部長",
      "--email",
      "User0@example.com",
      "--email",
      "u@x.jp",
    ],
  },
  { name: "users move", prepare: mirror, line: ["users", "move", "E1", "E2", "E3", "--org", "S4"] },
  {
    name: "users delete",
    prepare: mirror,
    line: ["users", "delete", "user1@example.com", "E2", ...confirmed(2)],
    plans: true,
  },
  {
    name: "users delete by a filter",
    prepare: withOrg,
    line: ["users", "delete", "--filter-name", "太郎1", ...confirmed(11)],
    plans: true,
  },
  {
    name: "devices create",
    prepare: withDevices,
    line: ["devices", "create", "IOS02", "--platform", "iOS", "--status", "事前登録", "--owner", "user1@example.com"],
  },
  {
    name: "devices edit",
    prepare: withDevices,
    line: ["devices", "edit", "IOS01", "--memo", "貸出中"],
  },
  {
    name: "devices set-owner",
    prepare: withDevices,
    line: ["devices", "set-owner", "IOS01", "AND01", "--user", "user1@example.com", "--confirm-wipes", "1"],
  },
  { name: "devices tag", prepare: withDevices, line: ["devices", "tag", "IOS01", "AND01", "--add", "貸出用"] },
  {
    name: "devices delete",
    prepare: withDevices,
    line: ["devices", "delete", "IOS01", "AND01", ...confirmed(2)],
    plans: true,
  },
  {
    name: "secured users create",
    prepare: withSecured,
    line: ["secured", "users", "create", "taro", ...DOCS, "--name", "太郎", "--password-file", "password"],
  },
  {
    name: "secured users edit",
    prepare: withSecured,
    line: ["secured", "users", "edit", "hanako", ...DOCS, "--name", "華子", "--device", "iPad 12"],
  },
  {
    name: "secured users delete",
    prepare: withSecured,
    line: ["secured", "users", "delete", "hanako", ...DOCS, ...confirmed(1)],
    plans: true,
  },
  {
    name: "secured groups create",
    prepare: withSecured,
    line: ["secured", "groups", "create", "総務", ...DOCS],
  },
  {
    name: "secured groups edit",
    prepare: withSecured,
    line: ["secured", "groups", "edit", "営業", ...DOCS, "--name", "営業本部"],
  },
  {
    name: "secured groups delete",
    prepare: withSecured,
    line: ["secured", "groups", "delete", "営業", ...DOCS, "--confirm-deletions", "1"],
  },
  {
    name: "tenant set",
    prepare: mirror,
    line: ["tenant", "set", "--ios", "yes", "--contract", "CLOMO MDM", "--licences", "300"],
  },
  {
    name: "clomo-account create",
    prepare: withNewcomer,
    line: [
      "clomo-account",
      "create",
      "hanako@example.jp",
      "--account",
      "hanako01",
      "--role",
      "custom",
      "--scheme",
      "登録係",
      "--managed-orgs",
      "S3,S4",
      "--password-file",
      "password",
      "--memo",
      "人事",
    ],
  },
  {
    name: "clomo-account create in a mirror",
    prepare: async (home) => {
      await mirror(home);
      await runOrThrow(home, "users", "create", "--name", "髙橋 花子", "--email", "hanako@example.jp", "--org", "S3");
      return "";
    },
    line: [
      "clomo-account",
      "create",
      "hanako@example.jp",
      "--account",
      "hanako01",
      "--role",
      "operator",
      "--password-in-console",
    ],
  },
  {
    name: "clomo-account edit",
    prepare: withAccounts,
    line: [
      "clomo-account",
      "edit",
      "user2@example.com",
      "--account",
      "taro02",
      "--support-option",
      "--notice-mail",
      "--language",
      "en",
      "--account-timezone",
      "Asia/Tokyo",
      "--memo",
      "当番",
      "--password-file",
      "password",
    ],
  },
  {
    name: "clomo-account edit in a mirror",
    prepare: mirrorWithAccounts,
    line: ["clomo-account", "edit", "user1@example.com", "--account", "taro01", "--memo", "当番"],
  },
  {
    name: "clomo-account grant",
    prepare: withAccounts,
    line: [
      "clomo-account",
      "grant",
      "account3",
      "--role",
      "division",
      "--managed-orgs",
      "S3,S4",
      "--password-file",
      "password",
    ],
  },
  {
    name: "clomo-account grant in a mirror",
    prepare: mirrorWithAccounts,
    line: [
      "clomo-account",
      "grant",
      "account3",
      "--role",
      "custom",
      "--scheme",
      "登録係",
      "--managed-orgs",
      "all",
      "--password-in-console",
    ],
  },
  { name: "clomo-account revoke", prepare: withAccounts, line: ["clomo-account", "revoke", "account2"] },
  {
    name: "clomo-account revoke in a mirror",
    prepare: async (home) => {
      await mirrorWithAccounts(home);
      await runOrThrow(home, "clomo-account", "grant", "account3", "--role", "operator", "--password-in-console");
      return "";
    },
    line: ["clomo-account", "revoke", "account3"],
  },
  {
    name: "clomo-account reset-password",
    prepare: withAccounts,
    line: [...RESET, "--password-file", "password"],
  },
  {
    name: "clomo-account reset-password in a mirror",
    prepare: mirrorWithAccounts,
    line: [...RESET, "--password-in-console"],
  },
  {
    name: "clomo-account reset-password --by-mail",
    prepare: async (home) => {
      await withMail(home);
      return "";
    },
    line: [...RESET, ...BY_MAIL],
  },
  {
    name: "clomo-account reset-password --code",
    prepare: withCode,
    line: [...RESET, "--code", "ID", "--password-file", "password"],
  },
  {
    name: "clomo-account reset-password with a wrong code",
    prepare: withCode,
    line: [...RESET, "--code", "none", "--password-file", "password"],
    code: 3,
  },
  {
    name: "clomo-account settings set",
    prepare: mirror,
    line: ["clomo-account", "settings", "set", "--composition", "employee-code", "--authentication", "標準", "--yes"],
  },
  {
    name: "roles schemes create",
    prepare: mirror,
    line: ["roles", "schemes", "create", "登録係", "--item", "users.write,users.move"],
  },
  {
    name: "roles schemes edit",
    prepare: mirrorWithAccounts,
    line: ["roles", "schemes", "edit", "登録係", "--item", "users.write,users.move,orgs.write"],
  },
  {
    name: "roles schemes delete",
    prepare: mirrorWithAccounts,
    line: ["roles", "schemes", "delete", "登録係", ...confirmed(1)],
  },
  {
    name: "users edit as somebody",
    prepare: withDivision,
    line: ["users", "edit", "user3@example.com", "--title", "部長", ...DIVISION],
  },
  {
    name: "users import as somebody",
    prepare: withDivision,
    line: ["users", "import", "people.csv", "--yes", ...DIVISION],
    plans: true,
  },
  {
    name: "users delete as somebody",
    prepare: withDivision,
    line: ["users", "delete", "user3@example.com", "E4", ...confirmed(2), ...DIVISION],
    plans: true,
  },
];
