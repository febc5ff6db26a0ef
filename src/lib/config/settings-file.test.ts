import { expect, test } from "vitest";
import { createUnreadableSettingsFailure } from "./settings-file.ts";

const failing = (code: string): Error => Object.assign(new Error(code), { code });

test.each([
  [failing("EACCES"), "permission denied", "unexpected"],
  [failing("EPERM"), "permission denied", "unexpected"],
  [failing("EIO"), "disk I/O error", "unexpected"],
  [new SyntaxError("not JSON"), "cannot read the contexts", "input-rejected"],
])("reports settings that cannot be read: %s", (cause, what, code) => {
  const where = "/home/contexts.json";
  expect(createUnreadableSettingsFailure(where, cause)).toMatchObject({ code, what: { en: what }, where, cause });
});
