import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome, run } from "#support/cli/home.ts";

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

test.each([
  ["boss", 0, "boss is a system administrator already"],
  ["chief", 5, "the tenant has a system administrator already: boss"],
])("does not ask %s for an address that is not used", async (account, code, message) => {
  const home = freshHome();
  writeFileSync(join(home, "password"), "Strong42", { mode: 0o600 });
  await run("serve init --account boss --email boss@example.jp --password-file password".split(" "), { home });
  const again = await run(["serve", "init"], { home, typing: [["Account of the first", `${account}\r`]] });
  expect([again.code, again.screen]).toEqual([code, expect.stringContaining(message)]);
  expect(again.screen).not.toContain("Email address");
  const unattended = await run(["serve", "init", "--account", account], { home });
  expect([unattended.code, unattended.stderr]).toEqual([code, expect.stringContaining(message)]);
});

test("without a terminal, names all options that a new administrator requires", async () => {
  const { code, stderr } = await run(["serve", "init", "--account", "boss"], { home: freshHome() });
  expect([code, stderr]).toEqual([2, expect.stringContaining("pass --email ADDRESS --password-file FILE\n")]);
});

test.each([
  ["serve init --context kinki", 6, 'no context is named "kinki"'],
  ["serve init --account boss --password-file password", 3, "other users can read the secret file"],
])("%s fails before it asks a question", async (line, code, message) => {
  const home = freshHome();
  writeFileSync(join(home, "password"), "Strong42", { mode: 0o644 });
  const refused = await run(line.split(" "), { home, typing: [] });
  expect([refused.code, refused.screen]).toEqual([code, expect.stringContaining(message)]);
});
