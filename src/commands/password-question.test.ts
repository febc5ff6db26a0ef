import { expect, test } from "vitest";
import { item } from "#support/commands/renewals/item.ts";
import { run, runInBoth } from "#support/commands/program.ts";
import { looksLikePassword } from "./password-question.ts";

test.each([
  ["APSP:0322a1c4-9f0e-4c1b-8d7a-2b1c3d4e5f60", false],
  ["Minato2026!", true],
  ["P@ssw0rd", true],
  ["Xk3mP9qRz2", true],
  ["password: minato", true],
  ["パスワードは minato", true],
  ["情報システム部の金庫", false],
  ["3 階の金庫", false],
  ["hanako@example.jp", false],
  ["https://vault.example.jp/a?b=1", false],
  ["090-0000-0000", false],
  ["MDM-Server01", false],
  ["パスワードは金庫にあります", false],
  ["password in the vault", false],
])("%s is taken for a password: %s", (typed, expected) => {
  expect(looksLikePassword(typed)).toBe(expected);
});

test.each([
  ["add 契約 --kind custom --notes Minato2026!", "--notes"],
  ["add 契約 --kind custom --owner Minato2026!", "--owner"],
  ["edit 契約 --phone-holder Minato2026!", "--phone-holder"],
])("renewals %s is questioned before anything is recorded", async (words, option) => {
  const listed = { listRenewals: { items: [item(1, { name: "契約" })] } };
  const tenant = words.startsWith("edit") ? listed : {};
  const { en } = await runInBoth(`renewals ${words}`, { tenant });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toContain(`${option} looks like a password`);
  expect(en.stderr).not.toContain("Minato2026!");
  const changed = { ...tenant, ...(words.startsWith("edit") ? { editRenewal: item(1) } : { addRenewal: item(1) }) };
  expect(await run(`renewals ${words} --yes`, { tenant: changed })).toMatchObject({ exit: 0 });
});
