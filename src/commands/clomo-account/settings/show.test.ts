import { expect, test } from "vitest";
import { inBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

test("shows what names are composed of, by the maker's words", async () => {
  const tenant = { accountSettings: example("accountSettings", { authentication: "標準" }) };
  const { en, ja } = await inBoth("clomo-account settings show", { tenant, terminal: {} });
  expect(en).toMatchObject({ exit: 0, requests: [{ operation: "accountSettings" }] });
  expect(en.stdout).toMatch(/account name composed of +mail address of the user\n/);
  expect(ja.stdout).toMatch(/CLOMOアカウントを構成する情報 +ユーザーのメールアドレス\n/);
  expect(ja.stdout).toMatch(/認証タイプ +標準\n/);
});

test("where nothing was recorded, says what records it, and to who may not, who does", async () => {
  const tenant = { accountSettings: example("accountSettings", { recorded: false }) };
  const { en, ja } = await inBoth("clomo-account settings show", { tenant });
  expect(en.stderr).toContain("to record what the console has: clomoctl clomo-account settings set --composition");
  expect(ja.stderr).toContain("記録するには: clomoctl clomo-account settings set --composition");
  const scoped = await inBoth("clomo-account settings show --as hanako", {
    tenant: { ...tenant, whoami: example("whoami") },
  });
  expect(scoped.en.stderr).toBe("nothing was recorded of these settings; a system administrator records them\n");
  expect(scoped.ja.stderr).toBe("設定は記録されていません。記録できるのはシステム管理者です\n");
});
