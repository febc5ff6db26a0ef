import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writePeople } from "../people-file.ts";
import { prepared, type Work } from "./works.ts";

/** A mirror with twenty users in their organisations, as the console exported them. */
async function mirror(home: string): Promise<string> {
  const people = await writePeople(join(home, "people.csv"), { to: 20 });
  await prepared(home, "users", "import", people, "--from-console", "--create-orgs", "--yes");
  return "";
}

/** A mirror with two tasks that wait for the console. */
async function withTasks(home: string): Promise<string> {
  await mirror(home);
  for (const name of ["user0@example.com", "user1@example.com"])
    await prepared(home, "users", "edit", name, "--title", "部長");
  return "";
}

/** A mirror with devices, one of which has an owner and cannot change it without a wipe. */
async function withDevices(home: string): Promise<string> {
  await mirror(home);
  const rows = [
    "シリアルナンバー,プラットフォーム,ステータス,所有者メールアドレス",
    "IOS01,iOS,管理中,",
    "AND01,Android,管理中,user0@example.com",
  ];
  await writeFile(join(home, "devices.csv"), `${rows.join("\r\n")}\r\n`);
  await prepared(home, "devices", "import", "devices.csv", "--yes");
  return "";
}

/** A mirror with a SECURED APPs user in a group, and a password in a file. */
async function withSecured(home: string): Promise<string> {
  await mirror(home);
  await writeFile(join(home, "password"), "Invented1\n", { mode: 0o600 });
  const rows = ["表示名,ユーザーID,パスワード,グループ名", "花子,hanako,Invented1,営業"];
  await writeFile(join(home, "docs.csv"), `${rows.join("\r\n")}\r\n`);
  await prepared(home, "secured", "users", "import", "docs.csv", "--app", "docs", "--create-groups", "--yes");
  return "";
}

const DOCS = ["--app", "docs"];

/** A mirror with an organisation that nobody belongs to. */
async function withOrg(home: string): Promise<string> {
  await mirror(home);
  await prepared(home, "users", "administrators", "add", "--none");
  await prepared(home, "orgs", "create", "本社", "--code", "H01", "--parent", "S1");
  return "";
}

const confirmed = (count: number): readonly string[] => ["--confirm-deletions", String(count)];

/** Writes by hand, each one process and, but for deletions, one transaction; in a mirror, where each has a task for the console as well. */
export const WRITES: readonly Work[] = [
  {
    name: "the first organisation",
    prepare: () => Promise.resolve(""),
    line: ["orgs", "create", "本社", "--code", "H01"],
    again: 3,
  },
  {
    name: "orgs create",
    prepare: mirror,
    line: ["orgs", "create", "本社", "--code", "H01", "--parent", "S1"],
    again: 3,
  },
  { name: "orgs edit", prepare: mirror, line: ["orgs", "edit", "S1", "--name", "営業本部"] },
  { name: "orgs move", prepare: mirror, line: ["orgs", "move", "S1", "--parent", "S2"] },
  {
    name: "orgs delete",
    prepare: withOrg,
    line: ["orgs", "delete", "H01", ...confirmed(1)],
    plans: true,
    again: 6,
  },
  {
    name: "orgs delete --recursive",
    prepare: withOrg,
    line: ["orgs", "delete", "S1", "S2", "--recursive", ...confirmed(5)],
    plans: true,
    again: 6,
  },
  {
    name: "users create",
    prepare: mirror,
    line: ["users", "create", "--name", "髙橋 花子", "--email", "hanako@example.jp", "--email", "h@example.jp"],
    again: 3,
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
    again: 6,
  },
  {
    name: "users delete by a filter",
    prepare: withOrg,
    line: ["users", "delete", "--filter-name", "太郎1", ...confirmed(11)],
    plans: true,
    again: 3,
  },
  {
    name: "devices create",
    prepare: withDevices,
    line: ["devices", "create", "IOS02", "--platform", "iOS", "--status", "事前登録", "--owner", "user1@example.com"],
    again: 3,
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
    again: 3,
  },
  { name: "devices tag", prepare: withDevices, line: ["devices", "tag", "IOS01", "AND01", "--add", "貸出用"] },
  {
    name: "devices delete",
    prepare: withDevices,
    line: ["devices", "delete", "IOS01", "AND01", ...confirmed(2)],
    plans: true,
    again: 6,
  },
  {
    name: "secured users create",
    prepare: withSecured,
    line: ["secured", "users", "create", "taro", ...DOCS, "--name", "太郎", "--password-file", "password"],
    again: 3,
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
    again: 6,
  },
  {
    name: "secured groups create",
    prepare: withSecured,
    line: ["secured", "groups", "create", "総務", ...DOCS],
    again: 3,
  },
  {
    name: "secured groups edit",
    prepare: withSecured,
    line: ["secured", "groups", "edit", "営業", ...DOCS, "--name", "営業本部"],
    again: 6,
  },
  {
    name: "secured groups delete",
    prepare: withSecured,
    line: ["secured", "groups", "delete", "営業", ...DOCS, "--confirm-deletions", "1"],
    again: 6,
  },
  {
    name: "tenant set",
    prepare: mirror,
    line: ["tenant", "set", "--ios", "yes", "--contract", "CLOMO MDM", "--licences", "300"],
  },
  { name: "console confirm", prepare: withTasks, line: ["console", "confirm", "1", "2", "--by", "髙橋"], again: 5 },
  { name: "console drop", prepare: withTasks, line: ["console", "drop", "2", "1"], again: 5 },
];
