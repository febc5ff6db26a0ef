import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writePeople } from "#support/process/people-file.ts";
import { registerCleanUp } from "#support/process/when-done.ts";
import { openPostOffice, type PostOffice } from "#support/renewals/post-office.ts";
import { createScene, runOrThrow, type Scene } from "./scene.ts";

/** Prepares a mirror with twenty users and their organisations, which were imported from an export of the console. */
export async function prepareMirror(home: string): Promise<void> {
  const people = await writePeople(join(home, "people.csv"), { to: 20 });
  await runOrThrow(home, "users", "import", people, "--create-orgs", "--yes");
  await runOrThrow(home, "console", "sync", people, "--yes");
}

async function prepareRequest(home: string): Promise<void> {
  await prepareMirror(home);
  await writeFile(join(home, "org.json"), JSON.stringify({ name: "本社", code: "H01" }));
}

/** Prepares a mirror with two devices. One of them has an owner, which cannot be changed without a wipe. */
export async function prepareDevices(home: string): Promise<void> {
  await prepareMirror(home);
  const rows = [
    "シリアルナンバー,プラットフォーム,ステータス,所有者メールアドレス",
    "IOS01,iOS,管理中,",
    "AND01,Android,管理中,user0@example.com",
  ];
  await writeFile(join(home, "devices.csv"), `${rows.join("\r\n")}\r\n`);
  await runOrThrow(home, "devices", "import", "devices.csv", "--yes");
}

const writePasswordFile = (home: string): Promise<void> =>
  writeFile(join(home, "password"), "Invented1\n", { mode: 0o600 });

export async function prepareSecuredUser(home: string): Promise<void> {
  await prepareMirror(home);
  await writePasswordFile(home);
  const rows = ["表示名,ユーザーID,パスワード,グループ名", "花子,hanako,Invented1,営業"];
  await writeFile(join(home, "docs.csv"), `${rows.join("\r\n")}\r\n`);
  await runOrThrow(home, "secured", "users", "import", "docs.csv", "--app", "docs", "--create-groups", "--yes");
}

async function prepareOrg(home: string): Promise<void> {
  await prepareMirror(home);
  await runOrThrow(home, "tenant", "set", "--administrators-complete", "users");
  await runOrThrow(home, "orgs", "create", "本社", "--code", "H01", "--parent", "S1");
}

/** Prepares a tenant that is not a mirror, with twenty users, a permission scheme and two system administrators. */
async function prepareAccounts(home: string): Promise<void> {
  await writePasswordFile(home);
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
    await runOrThrow(home, "clomo-account", "edit", name, "--role", "system", "--password-file", "password");
}

/** The same as {@link prepareAccounts}, with a mail server that accepts every email. */
export async function prepareMail(home: string): Promise<PostOffice> {
  await prepareAccounts(home);
  const office = await openPostOffice();
  registerCleanUp(() => office.close());
  const smtp = `smtp: {host: 127.0.0.1, port: ${office.port}, security: none, from: a@example.jp}\n`;
  await writeFile(join(home, "notify.yaml"), smtp, { mode: 0o600 });
  return office;
}

async function prepareUserWithoutAccount(home: string): Promise<void> {
  await prepareAccounts(home);
  await runOrThrow(home, "users", "create", "--name", "髙橋 花子", "--email", "hanako@example.jp", "--org", "S3");
}

async function prepareMirrorWithAccounts(home: string): Promise<void> {
  await prepareMirror(home);
  await runOrThrow(home, "roles", "schemes", "create", "登録係", "--item", "users.write,users.move");
  await runOrThrow(home, "clomo-account", "edit", "account1", "--role", "system", "--password-in-console");
}

/**
 * The same as {@link prepareAccounts}, with a division administrator of three organisations, and a file that changes the
 * titles of users in these organisations.
 */
async function prepareDivision(home: string): Promise<void> {
  await prepareAccounts(home);
  const division = ["--role", "division", "--managed-orgs", "S3,S4,S5", "--password-file", "password"];
  await runOrThrow(home, "clomo-account", "edit", "account0", ...division);
  await writePeople(join(home, "people.csv"), { from: 3, to: 6, title: "主任" });
}

/**
 * Scenes of changes by hand. Each is one process and, except for deletions, one transaction. In a mirror, each change
 * also opens a task for the console.
 */
export const BY_HAND_SCENES: readonly Scene[] = [
  createScene("the first organisation", async () => undefined, "orgs create 本社 --code H01"),
  createScene("orgs create", prepareMirror, "orgs create 本社 --code H01 --parent S1"),
  { name: "api", prepare: prepareRequest, line: ["api", "POST", "/v1/orgs", "--input", "org.json", "--yes"] },
  { name: "orgs edit", prepare: prepareMirror, line: ["orgs", "edit", "S1", "--name", "営業本部"] },
  { name: "orgs move", prepare: prepareMirror, line: ["orgs", "move", "S1", "--parent", "S2"] },
  createScene("orgs delete", prepareOrg, "orgs delete H01 --confirm-deletions 1", { plans: true }),
  createScene("orgs delete --recursive", prepareOrg, "orgs delete S1 S2 --recursive --confirm-deletions 5", {
    plans: true,
  }),
  createScene(
    "users create",
    prepareMirror,
    "users create --name '髙橋 花子' --email hanako@example.jp --email h@example.jp",
  ),
  createScene(
    "users edit",
    prepareMirror,
    "users edit user0@example.com --title 部長 --email User0@example.com --email u@x.jp",
  ),
  { name: "users move", prepare: prepareMirror, line: ["users", "move", "E1", "E2", "E3", "--to", "S4"] },
  createScene("users delete", prepareMirror, "users delete user1@example.com E2 --confirm-deletions 2", {
    plans: true,
  }),
  createScene(
    "devices create",
    prepareDevices,
    "devices create IOS02 --platform iOS --status 事前登録 --owner user1@example.com",
  ),
  createScene("devices edit", prepareDevices, "devices edit IOS01 --memo 貸出中"),
  createScene(
    "devices set-owner",
    prepareDevices,
    "devices set-owner IOS01 AND01 --user user1@example.com --confirm-wipes 1",
  ),
  createScene("users leave", prepareDevices, "users leave user0@example.com --yes", { code: 8 }),
  { name: "devices tag", prepare: prepareDevices, line: ["devices", "tag", "IOS01", "AND01", "--add", "貸出用"] },
  createScene("devices delete", prepareDevices, "devices delete IOS01 AND01 --confirm-deletions 2", { plans: true }),
  ...[
    "lost-mode IOS01 AND01 --message 返却してください",
    "end-lost-mode IOS01",
    "message IOS01 --message 更新してください",
    "rename IOS01 --device-name 営業部-01",
    "wallpaper IOS01 --picture logo.png --screen lock",
  ].map((words) => createScene(`devices action ${words.split(" ")[0]}`, prepareDevices, `devices action ${words}`)),
  createScene(
    "secured users create",
    prepareSecuredUser,
    "secured users create taro --app docs --name 太郎 --password-file password",
  ),
  createScene(
    "secured users edit",
    prepareSecuredUser,
    "secured users edit hanako --app docs --name 華子 --device 'iPad 12'",
  ),
  createScene(
    "secured users delete",
    prepareSecuredUser,
    "secured users delete hanako --app docs --confirm-deletions 1",
    { plans: true },
  ),
  createScene("secured groups create", prepareSecuredUser, "secured groups create 総務 --app docs"),
  createScene(
    "secured groups delete",
    prepareSecuredUser,
    "secured groups delete 営業 --app docs --confirm-deletions 1",
  ),
  createScene("tenant set", prepareMirror, "tenant set --ios yes --contract 'CLOMO MDM' --licences 300"),
  createScene(
    "clomo-account create",
    prepareUserWithoutAccount,
    "clomo-account create hanako@example.jp --account hanako01 --role custom --scheme 登録係 --managed-orgs S3,S4 --password-file password --memo 人事",
  ),
  {
    name: "clomo-account create in a mirror",
    prepare: async (home) => {
      await prepareMirror(home);
      await runOrThrow(home, "users", "create", "--name", "髙橋 花子", "--email", "hanako@example.jp", "--org", "S3");
    },
    line: "clomo-account create hanako@example.jp --account hanako01 --role operator --password-in-console".split(" "),
  },
  createScene(
    "clomo-account edit",
    prepareAccounts,
    "clomo-account edit user2@example.com --account taro02 --support-option --notice-mail --language en --account-timezone Asia/Tokyo --memo 当番 --password-file password",
  ),
  createScene(
    "clomo-account edit in a mirror",
    prepareMirrorWithAccounts,
    "clomo-account edit user1@example.com --account taro01 --memo 当番",
  ),
  createScene(
    "clomo-account edit of a role",
    prepareAccounts,
    "clomo-account edit account3 --role division --managed-orgs S3,S4 --password-file password",
  ),
  createScene(
    "clomo-account edit of a role in a mirror",
    prepareMirrorWithAccounts,
    "clomo-account edit account3 --role custom --scheme 登録係 --managed-orgs all --password-in-console",
  ),
  { name: "clomo-account revoke", prepare: prepareAccounts, line: ["clomo-account", "revoke", "account2"] },
  {
    name: "clomo-account revoke in a mirror",
    prepare: async (home) => {
      await prepareMirrorWithAccounts(home);
      await runOrThrow(home, "clomo-account", "edit", "account3", "--role", "operator", "--password-in-console");
    },
    line: ["clomo-account", "revoke", "account3"],
  },
  createScene(
    "clomo-account reset-password",
    prepareAccounts,
    "clomo-account reset-password account1 --password-file password",
  ),
  createScene(
    "clomo-account reset-password in a mirror",
    prepareMirrorWithAccounts,
    "clomo-account reset-password account1 --password-in-console",
  ),
  createScene(
    "clomo-account settings set",
    prepareMirror,
    "clomo-account settings set --composition employee-code --authentication 標準 --yes",
  ),
  createScene("roles schemes create", prepareMirror, "roles schemes create 登録係 --item users.write,users.move"),
  createScene(
    "roles schemes edit",
    prepareMirrorWithAccounts,
    "roles schemes edit 登録係 --item users.write,users.move,orgs.write",
  ),
  createScene("roles schemes delete", prepareMirrorWithAccounts, "roles schemes delete 登録係 --confirm-deletions 1"),
  createScene("users edit as somebody", prepareDivision, "users edit user3@example.com --title 部長 --as account0"),
  createScene("users import as somebody", prepareDivision, "users import people.csv --yes --as account0", {
    plans: true,
  }),
  createScene(
    "users delete as somebody",
    prepareDivision,
    "users delete user3@example.com E4 --confirm-deletions 2 --as account0",
    { plans: true },
  ),
];
