import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { describeWithOpenssl, OpensslWorkspace } from "#support/apple/openssl.ts";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

const token = (expiresAt: string): string => createVppToken(new Date(expiresAt), "例");

function tokens(): string {
  const folder = freshFolder();
  writeFileSync(join(folder, "old.vpptoken"), token("2026-12-01T00:00:00Z"));
  writeFileSync(join(folder, "new.vpptoken"), token("2027-12-01T00:00:00Z"));
  writeFileSync(join(folder, "older.vpptoken"), token("2026-11-30T00:00:00Z"));
  writeFileSync(join(folder, "sToken_for_Tokyo_.vpptoken"), token("2026-12-01T00:00:00Z"));
  writeFileSync(join(folder, "sToken_for_Tokyo_ (1).vpptoken"), token("2027-12-01T00:00:00Z"));
  return folder;
}

const line = (next: string, ...more: readonly string[]): readonly string[] => [
  "renewals",
  "verify",
  "--current",
  "old.vpptoken",
  "--new",
  next,
  ...more,
];

test("confirms a file that can replace the current one, with each check, in both languages", async () => {
  const [old, next] = ["sToken_for_Tokyo_.vpptoken", "sToken_for_Tokyo_ (1).vpptoken"];
  const { en } = await runInBoth(["renewals", "verify", "--current", old, "--new", next], { folder: tokens() });
  expect(en).toMatchObject({ exit: 0, requests: [], stderr: `${next} can replace the file in use\n` });
  expect(en.stdout).toBe(
    [
      "check\tresult\twhy",
      "organisation\tgood\tunchanged: 例",
      "location\tgood\tunchanged: Tokyo",
      "expiry\tgood\textended from 2026-12-01 09:00:00 (Asia/Tokyo) to 2027-12-01 09:00:00 (Asia/Tokyo)",
      "validity\tgood\tvalid now",
      "",
    ].join("\n"),
  );
});

test("times are in the time zone of the context", async () => {
  const home = freshFolder();
  await run("context add kanto --embedded --timezone Pacific/Honolulu", { home });
  const { stdout } = await run(line("new.vpptoken", "--context", "kanto"), { folder: tokens(), home });
  expect(stdout).toContain("extended from 2026-11-30 14:00:00 (Pacific/Honolulu)");
});

test("either file can come from stdin", async () => {
  const folder = tokens();
  const next = await run(line("-"), { folder, stdin: token("2027-12-01T00:00:00Z") });
  expect(next).toMatchObject({
    exit: 0,
    stderr: expect.stringContaining("- can replace the file in use; check these yourself"),
  });
  const words = ["renewals", "verify", "--current", "-", "--new", "new.vpptoken"];
  expect(await run(words, { folder, stdin: token("2026-12-01T00:00:00Z") })).toMatchObject({ exit: 0 });
});

test.each([
  ["new file", line("gone.vpptoken"), "no such file", "gone.vpptoken"],
  ["key", line("new.vpptoken", "--key", "words.pem"), "not a private key", "words.pem"],
  ["request", line("new.vpptoken", "--csr", "words.pem"), "words.pem", "words.pem"],
])("exits with 3 if the %s cannot be read", async (_, words, said, where) => {
  const folder = tokens();
  writeFileSync(join(folder, "words.pem"), "本日は晴天なり");
  const { en } = await runInBoth(words, { folder });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  for (const part of [said, where]) expect(en.stderr).toContain(part);
});

describeWithOpenssl("files of several certificates", () => {
  const workshop = new OpensslWorkspace();
  afterAll(() => workshop.close());

  test("the push certificate is compared, and two of them are refused", async () => {
    const key = workshop.key("ec");
    const push = (number: number, year: number): string =>
      workshop.certificate(
        {
          subject: `/UID=com.apple.mgmt.External.${number}/CN=APSP:${number}/C=JP`,
          from: `${year - 1}1101000000Z`,
          to: `${year}1201000000Z`,
        },
        key,
      ).certificate;
    const server = workshop.certificate({ subject: "/CN=a" }, key).certificate;
    const file = (...parts: readonly string[]): string => workshop.file("several.pem", parts.join(""));
    const old = file(push(1, 2026));
    const verify = (next: string) => run(["renewals", "verify", "--current", old, "--new", next]);
    expect(await verify(file(server, push(1, 2027)))).toMatchObject({ exit: 0 });
    const two = await verify(file(push(1, 2027), push(2, 2027)));
    expect(two).toMatchObject({
      exit: 3,
      stdout: "",
      stderr: expect.stringContaining("the file contains several matching items (2)"),
    });
    expect(await verify(file(server))).toMatchObject({ exit: 3, stdout: "" });
  });
});
