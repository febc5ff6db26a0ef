import { expect, test } from "vitest";
import { runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

test("lists who is marked, and since when that is known", async () => {
  const tenant = { administrators: example("administrators", { kind: "docs" }) };
  const { en } = await runInBoth("secured administrators list --app docs --format csv --fields key,name", {
    tenant,
  });
  expect(en.requests).toEqual([{ operation: "administrators", params: { kind: "docs" } }]);
  expect(en.stdout).toBe("key,name\nhanako@example.co.jp,髙橋 花子\n");
  expect(en.stderr).toContain("confirmed at 2026-11-20 10:23 by owner (hanako)\n");
});

test("reports if nobody has checked yet", async () => {
  const tenant = { administrators: example("administrators", { knownAt: null, knownBy: null, administrators: [] }) };
  const { en } = await runInBoth("secured administrators list --app docs", { tenant });
  expect(en).toMatchObject({ exit: 0, stderr: "the administrators are not confirmed yet\n" });
});
