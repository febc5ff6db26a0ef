import { expect, test } from "vitest";
import type { HeldScheme, Scheme } from "../../../lib/client/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [scheme] = example<{ items: readonly [Scheme] }>("schemes").items;
const { holders } = example<HeldScheme>("scheme");
const [hanako] = holders;
const having = (operations: readonly string[], orgs: readonly (string[] | null)[]) => ({
  schemes: { items: [scheme] },
  scheme: {
    scheme: { ...scheme, operations, accounts: orgs.length },
    holders: orgs.map((of) => ({ ...hanako, orgs: of })),
  },
});
const SHOW = "roles schemes show ユーザー登録係";

test("the scheme, and who has it over what", async () => {
  const tenant = having(["users.write", "users.move"], [["本社/営業部", ""], null]);
  const { en, ja } = await inBoth(SHOW, { tenant, terminal: { columns: 300 } });
  expect(en.requests).toEqual([{ operation: "schemes" }, { operation: "scheme", params: { id: scheme.id } }]);
  expect(en.stdout).toMatch(
    /^accounts with it +髙橋 花子 <hanako> \(over 本社\/営業部・全社\), 髙橋 花子 <hanako> \(over 全て\)$/m,
  );
  expect(ja.stdout).toMatch(
    /^設定されたアカウント +髙橋 花子 <hanako>\(本社\/営業部・全社\), 髙橋 花子 <hanako>\(全て\)$/m,
  );
});

test.each([
  [["users.write", "users.move", "orgs.write"], [null], "possible", "作成できる"],
  [["orgs.write"], [], "not possible: it lacks 「ユーザーの作成と変更」「ユーザーの組織移動」", "作成できない"],
  [["users.write"], [], "not possible: it lacks 「ユーザーの組織移動」「組織の作成と変更」", "作成できない"],
  [
    ["users.write", "users.move"],
    [["本社"], null],
    "over 全て only: it lacks 「組織の作成と変更」 for other managed organisations: 髙橋 花子",
    "「全て」の場合だけ作成できる(それ以外では不足: 「組織の作成と変更」: 髙橋 花子)",
  ],
] as const)("facts 2.1: whether users can be created with %j", async (operations, orgs, told, toldJa) => {
  const tenant = having(
    operations,
    orgs.map((of) => (of === null ? null : [...of])),
  );
  const { en, ja } = await inBoth(SHOW, { tenant, terminal: { columns: 300 } });
  expect(en.stdout).toContain(`${told}\n`);
  expect(ja.stdout).toContain(toldJa);
});

test("programs get what it lacks", async () => {
  const { stdout } = await run(`${SHOW} --format json`, { tenant: having(["users.write", "users.move"], [null]) });
  expect(JSON.parse(stdout)).toMatchObject({
    name: "ユーザー登録係",
    holders: [{ account: "hanako", orgs: null }],
    lackingForUsers: { whole: [], limited: ["orgs.write"] },
  });
});
