import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { CustomField } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const field = example<CustomField>("addField");

test("asks for it by its name, and shows what was made", async () => {
  const line = ["users", "fields", "add", "入社 年"];
  const { exit, stdout, requests } = await run([...line, "--format", "json"], { tenant: { addField: field } });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "addField", json: { name: "入社 年" } }]);
  expect(JSON.parse(stdout)).toEqual(field);
});

test("a terminal shows it in the person's language", async () => {
  const { en, ja } = await inBoth("users fields add 入社年", { tenant: { addField: field }, terminal: {} });
  expect(en.stdout).toMatch(/^id +\S+\nname +入社年\ncreated +2026/);
  expect(ja.stdout).toMatch(/^ID +\S+\n項目名 +入社年\n作成日時 +2026/);
});

test.each([
  [undefined, "the field may have been added", "追加されている可能性"],
  [field, "the change was made; its output may be incomplete", "変更は反映済みです"],
])("when a signal comes, that it may have been added is said until the tenant answers: %j", async (answer, en, ja) => {
  const signals = new EventEmitter();
  const tenant = {
    addField: () => {
      signals.emit("SIGTERM");
      return answer ?? new Failure("unavailable", { what: text("cut off", "切断") });
    },
  };
  const ended = await inBoth("users fields add 入社年", { signals, tenant });
  expect(ended.en).toMatchObject({ exit: 143, stderr: `error: interrupted: ${en}\n` });
  expect(ended.ja.exit).toBe(143);
  expect(ended.ja.stderr).toContain(ja);
});
