import { expect, test } from "vitest";
import { run, runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const token = example<{ readonly id: string }>("createAccessToken");
const tenant = { accessTokens: { items: [token] }, revokeAccessToken: token };

test("revokes the token that is named, and says so", async () => {
  const { en, ja } = await runInBoth("access-tokens revoke cron", { tenant });
  expect(en).toMatchObject({ exit: 0, stderr: expect.stringContaining("revoked the token cron\n") });
  expect(en.requests).toContainEqual({ operation: "revokeAccessToken", params: { id: token.id } });
  expect(ja.stderr).toContain("トークン cron を失効させました\n");
});

test("revokes a token of another account by its ID", async () => {
  const { exit, requests } = await run(`access-tokens revoke ${token.id}`, {
    tenant: { revokeAccessToken: token },
  });
  expect(exit).toBe(0);
  expect(requests).toContainEqual({ operation: "revokeAccessToken", params: { id: token.id } });
});
