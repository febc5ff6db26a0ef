import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CustomField } from "../../lib/client/index.ts";
import { freshFolder, runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const tenant = { fields: example<{ items: readonly CustomField[] }>("fields") };

test("reports a field whose name the encoding lacks, and leaves no file", async () => {
  const folder = freshFolder();
  const unheld = { fields: { items: tenant.fields.items.map((field) => ({ ...field, name: "café" })) } };
  const { en } = await runInBoth("users template -o new.csv", { folder, tenant: unheld });
  expect(en).toMatchObject({ exit: 3, stderr: expect.stringContaining("new.csv:1:16: ") });
  expect(() => readFileSync(join(folder, "new.csv"))).toThrow("ENOENT");
});
