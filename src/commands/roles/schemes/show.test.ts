import { expect, test } from "vitest";
import type { SchemeDetail, Scheme } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [scheme] = example<{ items: readonly [Scheme] }>("schemes").items;
const { holders } = example<SchemeDetail>("scheme");
const [hanako] = holders;
const having = (operations: readonly string[], orgs: readonly (string[] | null)[]) => ({
  schemes: { items: [scheme] },
  scheme: {
    scheme: { ...scheme, operations, accounts: orgs.length },
    holders: orgs.map((of) => ({ ...hanako, orgs: of })),
  },
});
const SHOW = "roles schemes show ユーザー登録係";

test("shows the scheme, who has it and for which organisations", async () => {
  const tenant = having(["users.write", "users.move"], [["本社/営業部", ""], null]);
  const { en } = await runInBoth(SHOW, { tenant, terminal: { columns: 300 } });
  expect(en.requests).toEqual([{ operation: "schemes" }, { operation: "scheme", params: { id: scheme.id } }]);
  expect(en.stdout).toMatch(
    /^assigned to +髙橋 花子 <hanako> \(manages 本社\/営業部・全社\), 髙橋 花子 <hanako> \(manages 全て\)$/m,
  );
});

test.each([
  [["users.write", "users.move", "orgs.write"], [null], "possible"],
  [["orgs.write"], [], "not possible (missing: 「ユーザーの作成と変更」「ユーザーの組織移動」)"],
  [["users.write"], [], "not possible (missing: 「ユーザーの組織移動」「組織の作成と変更」)"],
  [
    ["users.write", "users.move"],
    [["本社"], null],
    "only with 全て as managed organisations; accounts with other organisations lack 「組織の作成と変更」: 髙橋 花子",
  ],
] as const)("facts 2.1: reports whether users can be created with %j", async (operations, orgs, told) => {
  const tenant = having(
    operations,
    orgs.map((of) => (of === null ? null : [...of])),
  );
  const { en } = await runInBoth(SHOW, { tenant, terminal: { columns: 300 } });
  expect(en.stdout).toContain(`${told}\n`);
});

test("JSON contains the missing items", async () => {
  const { stdout } = await run(`${SHOW} --format json`, { tenant: having(["users.write", "users.move"], [null]) });
  expect(JSON.parse(stdout)).toMatchObject({
    name: "ユーザー登録係",
    holders: [{ account: "hanako", orgs: null }],
    lackingForUsers: { whole: [], limited: ["orgs.write"] },
  });
});
