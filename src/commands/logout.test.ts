import { expect, test } from "vitest";
import { freshFolder, run, runInBoth } from "#support/commands/program.ts";

test("ends the session, but refuses the file of a token, which has none", async () => {
  const home = freshFolder();
  await run("context add far --url https://far.example.jp --use", { home });
  const ended = await run("logout", { home, tenant: { endSession: { ended: true } } });
  expect(ended).toMatchObject({ exit: 0, requests: [{ operation: "endSession" }] });
  const { en, ja } = await runInBoth("logout --token-file token", { home, tenant: {} });
  for (const { exit, requests } of [en, ja]) expect({ exit, requests }).toEqual({ exit: 2, requests: [] });
  expect(en.stderr).toContain("\n  to revoke the token: clomoctl access-tokens revoke NAME\n");
});
