import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { run } from "./program.ts";
import { COMMANDS } from "./verbs.ts";

export const CHANGING_COMMANDS = COMMANDS.filter(([, { changes, shows }]) => changes === true || shows !== undefined);

/** Creates a tenant with the records for the tests' command lines, and writes the files and settings to a folder. */
export async function createPopulatedTenant(folder: string): Promise<TestTenant> {
  const tenant = new TestTenant();
  await tenant.import({ kind: "orgs" }, [
    ["組織名", "組織コード"],
    ["営業部", "S1"],
    ["総務部", "S2"],
  ]);
  await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "組織コード", "社員コード"],
    ["山田 太郎", "taro@example.jp", "S1", "E1"],
    ["佐藤 次郎", "jiro@example.jp", "S1", "E2"],
  ]);
  await tenant.import({ kind: "devices" }, [
    ["シリアルナンバー", "メモ"],
    ["C02X", "貸出中"],
  ]);
  await tenant.import({ kind: "docs", createGroups: true }, [
    ["表示名", "ユーザーID", "パスワード", "グループ名"],
    ["花子", "hanako", "Hidden4711", "営業"],
  ]);
  await tenant.client.users.addField({ name: "入社年" });
  const [taro, jiro] = await tenant.users();
  await tenant.client.accounts.create({ user: jiro?.id ?? "", name: "jiro01" });
  await tenant.client.users.edit(taro?.id ?? "", { custom: [{ name: "入社年", value: "2020" }] });
  await tenant.client.renewals.add({ name: "本社", kind: "custom", expiresAt: "2099-01-01T00:00:00.000Z" });
  await tenant.client.roles.createScheme({ name: "登録係", operations: ["users.write"] });
  await tenant.client["config-profiles"].create({ name: "P1", kind: "vpn" });
  await tenant.client.apps.create({ name: "A1", kind: "Enterprise" });
  const rehearsal = new Rehearsal({ devices: 2 }, tenant);
  await rehearsal.setUp();
  await rehearsal.sync();
  writeFileSync(join(folder, "users.csv"), "氏名,メールアドレス\r\n花子,hanako@example.jp\r\n");
  writeFileSync(join(folder, "orgs.csv"), "組織名,組織コード\r\n人事部,S3\r\n");
  writeFileSync(join(folder, "devices.csv"), "シリアルナンバー\r\nC03Y\r\n");
  writeFileSync(join(folder, "profiles.csv"), "プロファイル名,種類\r\nP3,vpn\r\n");
  writeFileSync(join(folder, "apps.csv"), "アプリ名,種類\r\nA3,Enterprise\r\n");
  writeFileSync(join(folder, "docs.csv"), "表示名,ユーザーID,パスワード\r\n次郎,jiro,Hidden4712\r\n");
  writeFileSync(join(folder, "answers.csv"), "question,value\npush-certificate.holder,x\n");
  writeFileSync(join(folder, "password"), "Hidden4712\n", { mode: 0o600 });
  const mail = "smtp: {host: 127.0.0.1, port: 9, security: none, from: a@example.jp}";
  writeFileSync(
    join(folder, "notify.yaml"),
    `${mail}\nrecipients:\n  - {name: it, way: mail, address: b@example.jp}\n`,
  );
  const made = await run("handover export -o bundle", { folder, home: folder, tenant: tenant.fetch });
  if (made.exit !== 0) throw new Error(made.stderr);
  return tenant;
}

export async function createMirrorWithTask(): Promise<TestTenant> {
  const tenant = new TestTenant();
  const contacts = (name: string) => [
    ["表示名", "ユーザーID"],
    [name, "saburo"],
  ];
  await tenant.import({ kind: "contacts", fromConsole: true }, contacts("三郎"));
  await tenant.import({ kind: "contacts" }, contacts("三朗"));
  return tenant;
}
