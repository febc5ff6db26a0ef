import { expect, test } from "vitest";
import { freshFolder, run, runInBoth } from "#support/commands/program.ts";

test("refuses the file of a token, which has no session", async () => {
  const home = freshFolder();
  await run("context add far --url https://far.example.jp --use", { home });
  const { en, ja } = await runInBoth("logout --token-file token", { home, tenant: {} });
  for (const { exit, requests } of [en, ja]) expect({ exit, requests }).toEqual({ exit: 2, requests: [] });
  expect(en.stderr).toContain("\n  to revoke the token: clomoctl access-tokens revoke NAME\n");
});
