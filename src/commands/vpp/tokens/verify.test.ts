import { expect, test } from "vitest";
import type { Ade, OrgDetail, VppLocationRecord, VppTokenRecord } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, inTurn } from "#support/commands/tenant.ts";

const [org] = example<{ items: readonly [OrgDetail] }>("findOrgs").items;
const [first] = example<{ items: readonly [VppTokenRecord] }>("vppTokens").items;
const token = { ...first, orgId: org.id };
const other = { ...token, orgId: "01990000-0000-7000-8000-000000000042", org: "大阪支社" };
const told = (change: Partial<VppLocationRecord> = {}) =>
  example<VppLocationRecord>("checkVppToken", { orgId: org.id, expiresAt: token.expiresAt, ...change });
const refused = new Failure("not-permitted", { what: text("refused", "拒否"), hint: text("renew it", "更新する") });

test("checks each token, and shows Apple's response", async () => {
  const locations = inTurn(told(), told({ orgId: other.orgId, org: other.org, locationName: "Osaka" }));
  const tenant = { vppTokens: { items: [token, other] }, checkVppToken: locations };
  const { exit, requests, stdout, stderr } = await run("vpp tokens verify", { tenant });
  expect(requests).toEqual([
    { operation: "vppTokens" },
    { operation: "checkVppToken", params: { id: org.id }, json: {} },
    { operation: "checkVppToken", params: { id: other.orgId }, json: {} },
  ]);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  expect(stdout).toMatch(/^org\tlocationName\texpiresAt\theldBy\n本社\/営業部\tTokyo\t.*\n大阪支社\tOsaka\t.*\n$/);
});

test("warns about another MDM and about another date, in both languages", async () => {
  const checkVppToken = told({ heldBy: "他社 MDM", expiresAt: "2026-12-01T00:00:00.000Z" });
  const { en, ja } = await runInBoth("vpp tokens verify", { tenant: { vppTokens: { items: [token] }, checkVppToken } });
  expect(en.exit).toBe(0);
  expect(en.stderr).toMatch(
    /^warning: 本社\/営業部: the location Tokyo is used by another MDM: 他社 MDM\nwarning: 本社\/営業部: the expiry date at Apple is 2026-12-01 .*, but the recorded date is 2027-03-01 /,
  );
  expect(ja.stderr).toContain("別の MDM が使用中です: 他社 MDM\n");
});

test("checks one token by its organisation, and the tenant refuses an organisation without a token", async () => {
  const ade = example<Ade>("ade");
  const tenant = { ade, findOrgs: { items: [org] }, vppTokens: { items: [other, token] }, checkVppToken: told() };
  const { requests } = await run("vpp tokens verify --org 本社/営業部", { tenant });
  expect(requests.at(-1)).toEqual({ operation: "checkVppToken", params: { id: org.id }, json: {} });
  const missing = new Failure("not-found", { what: text("none", "なし") });
  const without = { ...tenant, vppTokens: { items: [other] }, checkVppToken: missing };
  const { en, ja } = await runInBoth("vpp tokens verify --org S01", { tenant: without });
  expect(en).toMatchObject({ exit: 6, stdout: "", stderr: "error: none\n" });
  expect(ja.stderr).toBe("エラー: なし\n");
});

test("a refused token does not hide the others, and sets the exit code", async () => {
  const tenant = { vppTokens: { items: [token, other] }, checkVppToken: inTurn(refused, told({ org: other.org })) };
  const { exit, stdout, stderr } = await run("vpp tokens verify", { tenant });
  expect(exit).toBe(4);
  expect(stdout).toContain("大阪支社");
  expect(stderr).toContain("本社/営業部: refused; renew it\n");
});

test("suggests the first command if there are no tokens", async () => {
  const { en, ja } = await runInBoth("vpp tokens verify", {
    tenant: { vppTokens: { items: [] }, ade: example<Ade>("ade") },
  });
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain("clomoctl vpp tokens set FILE --org 全社\n");
  expect(ja.stderr).toContain("先に「全社」のものをシミュレーターから取得します");
});

test("in a mirror without tokens, suggests the steps in the console", async () => {
  const ade = example<Ade>("ade", { mirror: true, endpoint: null });
  const { en, ja } = await runInBoth("vpp tokens verify", { tenant: { vppTokens: { items: [] }, ade } });
  expect(en.stderr).toContain("clomoctl renewals guide vpp-token");
  expect(ja.stderr).toContain("管理画面にあります");
  expect(en.stderr).not.toContain("tokens set");
});
