import { join } from "node:path";
import { expect, test } from "vitest";
import { readFilesIn, createPreReleaseHome } from "#support/process/pre-release.ts";
import { FIXTURES, freshHome, run } from "#support/process/program.ts";

const EN = "this tenant was created by a pre-release version of clomoctl and cannot be opened";
const JA = "このテナントは公開前の版の clomoctl で作成されたため、開けません";

test.each([
  ["users", "list"],
  ["users", "export", "-o", "out.csv"],
  ["users", "import", join(FIXTURES, "people.csv"), "--yes"],
  ["imports", "list"],
  ["tenant", "show"],
  ["audit", "verify"],
  ["renewals", "list"],
  ["handover", "export", "-o", "bundle"],
])("%s %s rejects the tenant of a pre-release version and leaves it alone", async (...line) => {
  const home = await freshHome();
  const { folder } = await createPreReleaseHome(home);
  const before = readFilesIn(folder);
  const en = await run(line, { home, cwd: home });
  expect(en).toMatchObject({ code: 3, text: "" });
  expect(en.stderr).toContain(
    `error: ${EN}\n  ${join(folder, "tenant.db")}\n  export the data with that version, move the tenant's folder to another place, then import the data again\n`,
  );
  const ja = await run([...line, "--lang", "ja"], { home, cwd: home });
  expect(ja.code).toBe(3);
  expect(ja.stderr).toContain(JA);
  expect(ja.stderr).toContain("その版でデータを書き出し、フォルダーを別の場所に移してから");
  expect(readFilesIn(folder)).toEqual(before);
});

test("doctor reports it as a problem and leaves it alone", async () => {
  const home = await freshHome();
  const { folder } = await createPreReleaseHome(home);
  const before = readFilesIn(folder);
  const { code, text } = await run(["doctor"], { home });
  expect(code).toBe(3);
  expect(text).toContain(EN);
  expect(readFilesIn(folder)).toEqual(before);
});
