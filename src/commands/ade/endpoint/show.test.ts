import { expect, test } from "vitest";
import type { Ade } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const ADE = example<Ade>("ade");

test("shows the endpoint and its server", async () => {
  const { exit, stdout } = await run("ade endpoint show", { tenant: { ade: ADE } });
  expect(exit).toBe(0);
  expect(stdout).toBe(
    "endpoint\tendpointKind\tserver\tserverUuid\n" +
      "http://127.0.0.1:8080\tsimulator\tSIMULATOR\t0123456789ABCDEF0123456789ABCDEF\n",
  );
});

test("without an endpoint, says what to type in both languages", async () => {
  const { en, ja } = await runInBoth("ade endpoint show", { tenant: { ade: { ...ADE, endpoint: null } } });
  expect(en.stderr).toContain("endpoint: not set");
  expect(en.stderr).toContain("clomoctl ade endpoint set --apple");
  expect(ja.stderr).toContain("clomoctl ade simulator start");
});
