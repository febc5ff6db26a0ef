import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome, run } from "#support/cli/home.ts";

test("an undo that would remove the last system administrator names the reason, and no remedy that fails", async () => {
  const home = freshHome();
  writeFileSync(join(home, "password"), "Strong42", { mode: 0o600 });
  const here = (line: string) => run(line.split(" "), { home });
  await here("serve init --account boss@example.jp --password-file password");
  const { code, stderr } = await here("undo 2");
  expect([code, stderr]).toEqual([5, expect.stringContaining("no system administrator would be left")]);
  expect(stderr).not.toContain("clomoctl undo");
});

test("creates nothing with a weak password, and does not hide that a later password is ignored", async () => {
  const home = freshHome();
  const here = (line: string) => run(line.split(" "), { home });
  const init = (password: string) => {
    writeFileSync(join(home, "password"), password, { mode: 0o600 });
    return here("serve init --account boss@example.jp --password-file password");
  };
  const weak = await init("weak");
  expect([weak.code, weak.stderr]).toEqual([3, expect.stringContaining("at least 6 characters")]);
  expect((await here("users list --format json")).text.trim()).toBe("[]");
  expect((await init("Strong42")).code).toBe(0);
  const again = await init("Other42x");
  expect([again.code, again.stderr]).toEqual([
    0,
    expect.stringMatching(/password was not changed.*clomo-account reset-password boss@example\.jp --password-file/s),
  ]);
});
