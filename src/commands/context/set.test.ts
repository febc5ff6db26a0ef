import { expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

test("changes only what is named", async () => {
  const home = freshFolder();
  await run("context add kanto --embedded --language en", { home });
  const fields = "--fields name,used,protected,timezone,language";
  const told = await run(`context set KANTO --protected ${fields}`, { home });
  expect(told).toMatchObject({ exit: 0, stderr: "" });
  expect(told.stdout).toContain("kanto\ttrue\ttrue\tAsia/Tokyo\ten\n");
  expect((await run(`context set kanto --timezone utc ${fields}`, { home })).stdout).toContain("true\ttrue\tUTC\ten\n");
  expect((await run(`context set kanto --unprotected ${fields}`, { home })).stdout).toContain("true\tfalse\tUTC\ten\n");
  expect((await run(`context set local --protected ${fields}`, { home })).stdout).toContain(
    "local\tfalse\ttrue\tAsia/Tokyo\tja\n",
  );
  const { ja } = await runInBoth("context set kanto --protected", { home, terminal: {} });
  expect(ja.stdout).toMatch(/^名前 +kanto\n[^]+\n保護 +はい\n/);
});

test.each([
  ["context set kinki --protected", 6, "kinki"],
  ["context set kanto --protected --unprotected", 2, "cannot be used together"],
  ["context set kanto --timezone Tokyo", 2, "Tokyo"],
])("%s exits with %i", async (line, exit, en) => {
  const home = freshFolder();
  await run("context add kanto --embedded", { home });
  const refused = await runInBoth(line, { home });
  expect(refused.en).toMatchObject({ exit, stdout: "", stderr: expect.stringContaining(en) });
});
