import { expect, test } from "vitest";
import { ROLES } from "../../lib/model/role.ts";
import { runInBoth } from "#support/commands/program.ts";

test("facts 2.1: lists the five choices of the form in its order, without a tenant", async () => {
  const { en, ja } = await runInBoth("roles list", { terminal: { columns: 200 } });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  for (const language of ["en", "ja"] as const) {
    const rows = (language === "en" ? en : ja).stdout.split(/\n(?=\S)/).slice(1);
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 2))).toEqual(
      Object.entries(ROLES).map(([role, name]) => [role, name[language]]),
    );
  }
});
