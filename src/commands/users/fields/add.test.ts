import { expect, test } from "vitest";
import type { CustomField } from "../../../lib/client/index.ts";
import { run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const field = example<CustomField>("addField");

test("sends the name, and shows the new field", async () => {
  const line = ["users", "fields", "add", "入社 年"];
  const { exit, stdout, requests } = await run([...line, "--format", "json"], { tenant: { addField: field } });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "addField", json: { name: "入社 年" } }]);
  expect(JSON.parse(stdout)).toEqual(field);
});
