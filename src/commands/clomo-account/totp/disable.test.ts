import { expect, test } from "vitest";
import type { Account } from "../../../lib/client/index.ts";
import { run, runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [account] = example<{ items: readonly [Account] }>("findAccounts").items;
const tenant = { disableTotp: { account: "taro01" } };

test("disables one's own app with a code", async () => {
  const { en, ja } = await runInBoth("clomo-account totp disable --code 123456", { tenant });
  expect(en.requests).toEqual([{ operation: "disableTotp", json: { code: "123456" } }]);
  expect(en.stderr).toBe("taro01 signs in without codes now\n");
  expect(ja.stderr).toContain("コードなしで");
});

test("asks for the code at a terminal", async () => {
  const typing = [["Code of the app", "123456\r"]] as const;
  const { requests } = await run("clomo-account totp disable", { tenant, terminal: { typing } });
  expect(requests).toEqual([{ operation: "disableTotp", json: { code: "123456" } }]);
});

test("disables the app of another account, which is found by its name", async () => {
  const { exit, requests } = await run(`clomo-account totp disable ${account.name}`, {
    tenant: { ...tenant, findAccounts: { items: [account] } },
  });
  expect([exit, requests.at(-1)]).toEqual([0, { operation: "disableTotp", json: { account: account.id } }]);
});

test("takes no code for another account", async () => {
  const { exit, requests } = await run("clomo-account totp disable hanako01 --code 123456");
  expect([exit, requests]).toEqual([2, []]);
});
