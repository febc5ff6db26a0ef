import { expect, test } from "vitest";
import type { Ade, VppTokenRecord } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [token] = example<{ items: readonly [VppTokenRecord] }>("vppTokens").items;

test("lists the tokens of the organisations", async () => {
  const tenant = { vppTokens: { items: [{ ...token, org: "全社" }, token] } };
  const { en, ja } = await runInBoth("vpp tokens list --format tsv", { tenant });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [{ operation: "vppTokens" }] });
  expect(en.stdout).toContain("org\tlocation\torganisation\texpiresAt\tsetAt\n全社\tTokyo\t株式会社例\t");
  expect(ja.stdout).toBe(en.stdout);
  const json = await run("vpp tokens list --format json", { tenant });
  expect(JSON.parse(json.stdout)).toHaveLength(2);
  const one = await run("vpp tokens list --format tsv --fields org", { tenant: { vppTokens: { items: [token] } } });
  expect(one).toMatchObject({ exit: 0, stdout: `org\n${token.org}\n`, stderr: "" });
});

test("suggests the first command in both languages if there are no tokens", async () => {
  const { en, ja } = await runInBoth("vpp tokens list", {
    tenant: { vppTokens: { items: [] }, ade: example<Ade>("ade", { endpoint: null }) },
  });
  expect(en.stderr).toContain("set the token of 全社 first: clomoctl vpp tokens set FILE --org 全社\n");
  expect(ja.stderr).toContain("先に「全社」に設定します: clomoctl vpp tokens set FILE --org 全社\n");
});

test("suggests getting a token from the simulator first", async () => {
  const { en, ja } = await runInBoth("vpp tokens list", {
    tenant: { vppTokens: { items: [] }, ade: example<Ade>("ade") },
  });
  const lines =
    /: clomoctl ade simulator do vpp-token --org 全社 --url http:\/\/127\.0\.0\.1:8080\n.*: clomoctl vpp tokens set FILE --org 全社\n/;
  expect(en.stderr).toMatch(lines);
  expect(ja.stderr).toMatch(lines);
});

test("in a mirror without tokens, suggests the steps in the console", async () => {
  const ade = example<Ade>("ade", { mirror: true, endpoint: null });
  const { en, ja } = await runInBoth("vpp tokens list", { tenant: { vppTokens: { items: [] }, ade } });
  expect(en.stderr).toContain("clomoctl renewals guide vpp-token");
  expect(ja.stderr).toContain("管理画面にあります");
  expect(en.stderr).not.toContain("tokens set");
});
