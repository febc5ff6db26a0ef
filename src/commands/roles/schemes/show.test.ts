import { expect, test } from "vitest";
import type { SchemeDetail, Scheme } from "../../../lib/client/index.ts";
import { runInBoth } from "#support/commands/program.ts";
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
