import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../../lib/errors/index.ts";
import { run } from "../../testing/program.ts";
import { folderWith, planning, planOf } from "../testing/plans.ts";
import {
  refuseConflictingOptions,
  requireAnswerableConfirmation,
  requireAnswerableWipes,
  type ImportRequest,
} from "./options.ts";

const OPTIONS: ImportRequest["options"] = {
  mode: "append",
  encoding: "auto",
  newline: "auto",
  sheet: undefined,
  map: undefined,
  dryRun: false,
  keepPlan: false,
  skipInvalid: false,
  confirmDeletions: undefined,
  maxDeletions: undefined,
  maxChanges: undefined,
  blank: "clear",
  fix: undefined,
  allow: undefined,
  allowErrorValues: false,
  keepMissing: false,
  absent: "keep",
  allowUnknownColumns: false,
  fromConsole: false,
  emitCsv: undefined,
  keepWaiting: false,
  report: undefined,
  errors: undefined,
};

async function refusedAt(
  options: Partial<ImportRequest["options"]>,
  file = "in.csv",
  place = "/place",
  kind: ImportRequest["kind"] = "users",
): Promise<string | undefined> {
  try {
    await refuseConflictingOptions({ kind, file, options: { ...OPTIONS, ...options } }, place);
    return undefined;
  } catch (error) {
    return error instanceof Failure && error.code === "usage" ? error.where : "another failure";
  }
}

test("the file of a replacing import cannot leave rows out", async () => {
  expect(await refusedAt({ emitCsv: "out.csv", mode: "replace", skipInvalid: true })).toBe("--skip-invalid");
  expect(await refusedAt({ emitCsv: "out.csv", mode: "append", skipInvalid: true })).toBeUndefined();
  expect(await refusedAt({ mode: "replace", skipInvalid: true })).toBeUndefined();
  expect(await refusedAt({ emitCsv: "out.csv", mode: "replace" })).toBeUndefined();
});

test("no two files are the same one, however they are spelled", async () => {
  expect(await refusedAt({ errors: "./in.csv" })).toBe("--errors");
  expect(await refusedAt({ report: "/place/in.csv" })).toBe("--report");
  expect(await refusedAt({ emitCsv: "a/../out.csv", errors: "out.csv" })).toBe("--errors");
  expect(await refusedAt({ emitCsv: "a.csv", errors: "b.csv", report: "c.csv" }, "-")).toBeUndefined();
  // the list of what is to be deleted by hand
  expect(await refusedAt({ emitCsv: "out.csv", mode: "replace", report: "out-delete.xlsx" })).toBe("--report");
  expect(await refusedAt({ emitCsv: "out.csv", report: "out-delete.xlsx" })).toBeUndefined();
  // 全件更新 deletes by itself
  const replaced = { emitCsv: "out.csv", mode: "replace", report: "out-delete.xlsx" } as const;
  expect(await refusedAt(replaced, "in.csv", "/place", "docs")).toBeUndefined();
  // stdin is not the file of that name
  expect(await refusedAt({ report: "./-" }, "-")).toBeUndefined();
});

test("what an export lacks is kept of the console's own export only", async () => {
  expect(await refusedAt({ keepMissing: true })).toBe("--keep-missing");
  expect(await refusedAt({ keepMissing: true, fromConsole: true })).toBeUndefined();
});

test.skipIf(process.platform === "win32")("a link to the file is the file", async () => {
  const place = await mkdtemp(join(tmpdir(), "options-"));
  await writeFile(join(place, "in.csv"), "a");
  await symlink(join(place, "in.csv"), join(place, "errors.csv"));
  await symlink(place, join(place, "here"));
  expect(await refusedAt({ errors: "errors.csv" }, "in.csv", place)).toBe("--errors");
  expect(await refusedAt({ errors: "here/new.csv", report: "new.csv" }, "in.csv", place)).toBe("--errors");
  await rm(place, { recursive: true });
});

test("a file that two options name is told by the first of them", async () => {
  const failure = (): Promise<void> =>
    refuseConflictingOptions(
      { kind: "users", file: "in.csv", options: { ...OPTIONS, emitCsv: "o.csv", report: "o.csv" } },
      "/place",
    );
  await expect(failure).rejects.toThrow("o.csv is the same file as --emit-csv");
});

test("a file typed at the terminal leaves nobody to answer", () => {
  const flagFor = (
    options: Partial<ImportRequest["options"]>,
    { file = "-", interactive = true, yes = false } = {},
  ) => {
    try {
      requireAnswerableConfirmation(
        { file, options: { ...OPTIONS, ...options } },
        { terminal: { interactive }, globals: { yes } },
      );
      return undefined;
    } catch (error) {
      if (!(error instanceof Failure)) return "another failure";
      return `${error.code}: ${error.hint?.en.split(" or ")[0]}`;
    }
  };
  expect(flagFor({})).toBe("usage: pass --yes");
  expect(flagFor({ mode: "replace" }, { yes: true })).toBe("input-rejected: pass --confirm-deletions N");
  expect(flagFor({ mode: "replace", confirmDeletions: 3 })).toBeUndefined();
  expect(flagFor({ confirmDeletions: 1 })).toBeUndefined();
  // wipes alike
  expect(flagFor({ confirmWipes: 2 })).toBeUndefined();
  expect(flagFor({ mode: "replace", confirmDeletions: 0, confirmWipes: 2 })).toBeUndefined();
  expect(flagFor({ confirmWipes: 0 })).toBe("usage: pass --yes");
  expect(flagFor({ mode: "replace", confirmWipes: 2 })).toBe("input-rejected: pass --confirm-deletions N");
  expect(flagFor({}, { yes: true })).toBeUndefined();
  expect(flagFor({ dryRun: true })).toBeUndefined();
  expect(flagFor({}, { file: "in.csv" })).toBeUndefined();
  expect(flagFor({}, { interactive: false })).toBeUndefined();
  // a plan without deletions is confirmed by yes or no
  expect(flagFor({ mode: "replace", confirmDeletions: 0 })).toBe("usage: pass --yes");
  expect(flagFor({ confirmDeletions: 0 })).toBe("usage: pass --yes");
  expect(flagFor({ mode: "replace", confirmDeletions: 0 }, { yes: true })).toBeUndefined();
});

test.each([
  [{}, true],
  [{ confirmWipes: 2 }, false],
  [{ dryRun: true }, false],
  [{ wipes: 0 }, false],
  [{ file: "devices.csv" }, false],
  [{ interactive: false }, false],
])("nor to answer how many devices are to be wiped: %j", (change, isRefused) => {
  const asked = { wipes: 2, file: "-", interactive: true, dryRun: false, confirmWipes: undefined, ...change };
  const asking = (): void => requireAnswerableWipes(asked, { file: asked.file, options: asked }, { terminal: asked });
  const failures = isRefused ? ["stdin is the input file, so the plan cannot be confirmed there"] : [];
  expect(messagesOf(asking)).toEqual(failures);
});

const messagesOf = (body: () => void): readonly string[] => {
  try {
    body();
    return [];
  } catch (error) {
    return [error instanceof Failure ? error.what.en : "another failure"];
  }
};

test("a mode may be typed as the console calls it; the refusal says which is which", async () => {
  const folder = folderWith({ "people.csv": "氏名,メールアドレス\n" });
  const { requests } = await run("users import people.csv --dry-run --mode 全件更新", {
    tenant: planning(planOf(), { discardImport: planOf({ state: "discarded" }) }),
    folder,
  });
  expect(requests[0]?.json).toMatchObject({ mode: "replace" });
  const { exit, stderr } = await run("users import people.csv --mode 全件 --lang ja", { folder });
  expect(exit).toBe(2);
  expect(stderr).toContain("--mode は append(追加更新), replace(全件更新) のいずれか");
});
