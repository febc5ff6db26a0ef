import { expect } from "vitest";
import * as w from "../words.ts";
import { Console } from "./console.ts";
import type { Story } from "./story.ts";
import { typed, writeTyped } from "./typed.ts";

/** the leaver has imported three files before */
const PLAN = "P4";
const FILLED: Readonly<Record<string, string>> = {
  ACCOUNT: "suzuki01",
  PERSON: "佐藤 健一",
  APP: "docs",
  MAIL: "suzuki@example.jp",
  NUMBER: "03-0000-0001",
  N: "100",
  NO: "1",
  QUESTION: "rules",
  DATE: "2027-03-31",
  DOMAIN: "minato.example.jp",
  URL: "https://minato.example.jp/",
  BUNDLE: "bundle.zip",
  "KEY-FILE": "identity.txt",
  "EXPORT.csv": "users.csv",
  PLAN,
  CODE: "S01",
  KIND: "passcode",
};
export const SETTINGS = {
  fill: (placeholder: string, proposal: string) => {
    if (placeholder === "NAME") return proposal.startsWith("clomoctl clomo-account ") ? "suzuki01" : "suzuki02";
    return FILLED[placeholder] ?? (typeof typed === "function" ? typed(placeholder, proposal) : typed[placeholder]);
  },
};
const SATO = "sato@example.jp";
export const SUZUKI = "suzuki@example.jp";

const createConsoles = () => {
  const [orgs, users, devices] = [new Console("orgs"), new Console("users"), new Console("devices")];
  orgs.put({ 組織名: "営業①課", 組織コード: "S01" });
  orgs.put({ 組織名: "㈱ミナト物流", 組織コード: "S02", 上位組織コード: "S01" });
  users.put({ 氏名: "佐藤 健一", メールアドレス: SATO, 組織コード: "S01", 社員コード: "0001" });
  users.put({ 氏名: "鈴木 涼", メールアドレス: [SUZUKI, "ryo@example.jp"], 組織コード: "S01", 社員コード: "0002" });
  users.put({ 氏名: "髙橋 花子", メールアドレス: "hanako@example.jp", 組織コード: "S02", 社員コード: "0003" });
  devices.put({ シリアルナンバー: "SER0001", プラットフォーム: "iOS", 所有者メールアドレス: SATO });
  devices.put({ シリアルナンバー: "SER0002", プラットフォーム: "Android", 所有者メールアドレス: "hanako@example.jp" });
  return { orgs, users, devices };
};
type Consoles = ReturnType<typeof createConsoles>;

export async function takeAll(s: Story, consoles: Consoles): Promise<void> {
  await s.run(w.orgs.take(await s.write("orgs.csv", consoles.orgs.export()), "--yes"));
  await s.run(w.users.take(await s.write("users.csv", consoles.users.export()), "--yes"));
  await s.run(w.devices.take(await s.write("devices.csv", consoles.devices.export()), "--yes"));
}

/** Sets up the leaver's computer, with the mirror of the console and what only people know. */
export async function prepareLeaver(s: Story): Promise<Consoles> {
  const consoles = createConsoles();
  s.setClock(new Date("2027-01-15T01:00:00Z"));
  await writeTyped(s);
  await s.run(w.addTenant("minato", "--use"));
  await takeAll(s, consoles);
  const system = ["--role", "system", "--password-in-console"];
  await s.run(w.accounts.create(SATO, "--account", "sato01", "--support-option", "--notice-mail", ...system));
  await s.run(w.accounts.create(SUZUKI, "--account", "suzuki01", ...system));
  await s.run(w.tenant.set("--ios", "yes", "--macos", "no", "--android", "no", "--ade", "no", "--vpp", "no"));
  await s.run(w.tenant.set("--contact-name", "佐藤 健一", "--contact-mail", SATO));
  const push = ["--kind", "push-certificate", "--expires", "2027-05-31", "--account", "push@example.jp"];
  await s.run(w.renewals.add("本社", ...push, "--owner", SATO));
  return consoles;
}

/** A profile as Apple Configurator writes it. */
export const PROFILE = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>jp.example.minato</string>
<key>PayloadUUID</key><string>6F0D2C4A-1111-4A5B-9C3D-0A1B2C3D4E5F</string>
<key>PayloadContent</key><array/>
</dict></plist>
`;

/** Records what the console installs, and a device that is lost. The mirror opens a task for the lost device only. */
export async function recordSettings(s: Story): Promise<void> {
  const before = await w.openTasks(s);
  await s.write("clip.mobileconfig", PROFILE);
  await s.run(w.profiles.create("全社パスコード", "--kind", "passcode", "--org", "全社"));
  await s.run(w.profiles.create("社内サイト", "--kind", "custom", "--org", "S01", "--file", "clip.mobileconfig"));
  await s.run(w.profiles.create("倉庫の Wi-Fi", "--kind", "services", "--device", "SER0001"));
  await s.run(w.profiles.create("港の Wi-Fi", "--kind", "services", "--org", "S02"));
  await s.run(w.apps.create("経費精算", "--kind", "MarketPlace", "--licences", "300", "--org", "全社"));
  expect(await w.openTasks(s)).toEqual(before);
  await s.run(w.devices.lose("SER0001", "--phone-number", "03-0000-0001", "--reason", "倉庫で紛失"));
  expect(await w.openTasks(s)).toHaveLength(before.length + 1);
}

/** Has `list.csv` approved first, and has the console's export at hand. */
export async function proposeList(s: Story, { users }: Consoles): Promise<void> {
  await s.write("users.csv", users.export());
  await s.run(w.propose(["users"], "list.csv", "plan.xlsx"));
  const kept = await w.keptPlan(s);
  if (kept !== PLAN) throw new Error(`the plan is ${kept}, not ${PLAN}`);
}

/** What a tenant has, as its lists show it. */
export async function tenantOf(s: Story): Promise<Readonly<Record<string, unknown>>> {
  const settings = { tried: false };
  return {
    orgs: await s.json(w.orgs.list(), settings),
    users: await s.json(w.users.list(), settings),
    devices: await s.json(w.devices.list(), settings),
    accounts: await s.json(w.accounts.list(), settings),
    renewals: await s.json(w.renewals.list(), settings),
    profiles: await s.json(w.profiles.list(), settings),
    actions: await s.json(w.devices.actions(), settings),
    tasks: (await s.json<unknown[]>(w.consoleTasks.list(), settings)).length > 0,
  };
}

export const ownerOfRenewal = async (s: Story): Promise<string | undefined> =>
  (await s.json<{ owner: string }[]>(w.renewals.list()))[0]?.owner;
