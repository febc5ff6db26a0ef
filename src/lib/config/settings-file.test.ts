import { expect, test } from "vitest";
import { createUnreadableSettingsFailure } from "./settings-file.ts";

const failing = (code: string): Error => Object.assign(new Error(code), { code });

const READABLE = "make the file and its folder readable for you";

test.each([
  [failing("EACCES"), "permission denied", READABLE],
  [failing("EPERM"), "permission denied", READABLE],
  [failing("EIO"), "disk I/O error", "check the disk, then run the command again"],
  [
    new SyntaxError("not JSON"),
    "cannot read the contexts",
    "correct the file, or move it to another place",
    "input-rejected",
  ],
])("reports settings that cannot be read: %s", (cause, what, hint, code = "unexpected") => {
  expect(createUnreadableSettingsFailure("/home/contexts.json", cause)).toMatchObject({
    code,
    what: { en: what },
    where: "/home/contexts.json",
    hint: { en: hint },
    cause,
  });
});
