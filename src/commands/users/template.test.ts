import { EventEmitter } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
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
  expect(en.exit).toBe(3);
  expect(en.stderr).toContain("new.csv:1:16: ");
  expect(() => readFileSync(join(folder, "new.csv"))).toThrow("ENOENT");
});

test("a signal stops it, and no file is written", async () => {
  const folder = freshFolder();
  const signals = new EventEmitter();
  const interrupting = {
    fields: () => {
      signals.emit("SIGINT");
      return tenant.fields;
    },
  };
  const { en } = await runInBoth("users template --encoding utf-8 -o new.csv", {
    folder,
    signals,
    tenant: interrupting,
  });
  expect(en).toMatchObject({ exit: 130, stdout: "", stderr: "error: interrupted: nothing was changed\n" });
  expect(readdirSync(folder)).toEqual([]);
});
