import { expect, test } from "vitest";
import type { CustomField } from "../../../lib/client/index.ts";
import { run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [joined] = example<{ items: readonly [CustomField] }>("fields").items;
const place: CustomField = { ...joined, id: joined.id.replace(/3$/, "9"), name: "勤務地" };
const tenant = { fields: { items: [joined, place] } };

test("lists all fields of the tenant, or the first ones", async () => {
  const { exit, stdout, requests } = await run("users fields list --format json", { tenant });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "fields" }]);
  expect(JSON.parse(stdout)).toEqual([joined, place]);
  expect((await run("users fields list --limit 1 --fields name", { tenant })).stdout).toBe("name\n入社年\n");
});
