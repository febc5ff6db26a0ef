import { describe, expect, test } from "vitest";
import type { RenewalItem } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import type { Answers } from "#support/commands/tenant.ts";
import { idOf, item } from "#support/commands/renewals/item.ts";

const having = (one: Partial<RenewalItem>, after: Partial<RenewalItem> = one): Answers => ({
  listRenewals: { items: [item(1, { name: "本社", ...one }), item(2)] },
  editRenewal: item(1, { name: "本社", ...after }),
});

/** The change that `edit 本社` with these words asks for, and what it says. */
async function change(words: readonly string[], one: Partial<RenewalItem> = {}) {
  const ran = await run(["renewals", "edit", "本社", ...words], { tenant: having(one) });
  expect(ran).toMatchObject({ exit: 0, requests: [{ operation: "listRenewals" }, { operation: "editRenewal" }] });
  expect(ran.requests[1]?.params).toEqual({ id: idOf(1) });
  return { json: ran.requests[1]?.json, stderr: ran.stderr };
}

describe("changes only what is given", () => {
  test.each([
    [["--name", "支社"], { name: "支社" }],
    [["--kind", "certificate"], { kind: "certificate" }],
    [["--expires", "2028-03-31"], { expiresAt: "2028-03-31T14:59:59.000Z", certainty: "typed" }],
    [["--expires", "2028-03-31", "--timezone", "UTC"], { expiresAt: "2028-03-31T23:59:59.000Z", certainty: "typed" }],
    [["--expires", ""], { expiresAt: null, certainty: "typed" }],
    [["--organisation", "関東"], { organisation: "関東" }],
    [["--organisation", ""], { organisation: null }],
    [["--owner", "", "--notes", "n"], { owner: null, notes: "n" }],
    [["--account", "a", "--phone-holder", "金庫"], { account: "a", phoneHolder: "金庫" }],
    [["--phone", "0300000000"], { phone: "0300000000" }],
  ])("%j", async (words, json) => {
    expect(await change(words, { topic: "t" })).toEqual({ json, stderr: "" });
  });

  test("the result is the item in its new state, with its date in the time zone", async () => {
    const tenant = having({}, { owner: "x", expiresAt: "2026-12-01T15:00:00.000Z" });
    const line = "renewals edit 本社 --owner x --fields context,owner,expiresOn,daysLeft,level";
    const { en, ja } = await runInBoth(line, { tenant });
    expect(en.stdout).toBe("context\towner\texpiresOn\tdaysLeft\tlevel\nlocal\tx\t2026-12-02\t12\tcritical\n");
    expect(ja.stdout).toBe(en.stdout);
    expect((await run(`${line} --timezone UTC`, { tenant })).stdout).toContain("2026-12-01\t11");
    const drawn = await runInBoth("renewals edit 本社 --owner x", { tenant, terminal: {} });
    expect(drawn.en.stdout).toMatch(/^owner +x$/m);
  });
});

describe("a refusal leaves the item unchanged", () => {
  test.each([
    [["大阪", "--owner", "x"], 6, 'no item matches "大阪"'],
    [["019a9f3c", "--owner", "x"], 2, `other date 本社 ${idOf(1)}; other date 契約 2 関東 ${idOf(2)}`],
  ])("%j", async (words, exit, said) => {
    const items = [item(1, { name: "本社" }), item(2, { organisation: "関東" })];
    const ran = await run(["renewals", "edit", ...words], { tenant: { listRenewals: { items } } });
    expect(ran).toMatchObject({ exit, stdout: "", requests: [{ operation: "listRenewals" }] });
    expect(ran.stderr).toContain(said);
  });
});
