import { expect, test } from "vitest";
import { runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const token = example<{ readonly id: string }>("createAccessToken");
const tenant = { accessTokens: { items: [token] }, revokeAccessToken: token };

test("revokes the token that is named, and says so", async () => {
  const { en, ja } = await runInBoth("access-tokens revoke cron", { tenant });
  expect(en).toMatchObject({ exit: 0, stderr: expect.stringContaining("revoked the token cron\n") });
  expect(en.requests).toContainEqual({ operation: "revokeAccessToken", params: { id: token.id } });
  expect(ja.stderr).toContain("トークン cron を失効させました\n");
});
