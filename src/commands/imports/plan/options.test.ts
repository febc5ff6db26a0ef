import { expect, test } from "vitest";
import { Failure } from "../../../lib/errors/index.ts";
import { run } from "#support/commands/program.ts";
import { createFolderWith, buildPlanAnswers, planOf } from "#support/commands/imports/plans.ts";
import {
  refuseConflictingOptions,
  requireAnswerableConfirmation,
  requireAnswerableWipes,
  type ImportRequest,
} from "./options.ts";

const OPTIONS: ImportRequest["options"] = {
  mode: "append",
  encoding: "auto",
  sheet: undefined,
  headerRow: undefined,
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
  emitCsv: undefined,
  report: undefined,
  errors: undefined,
};

function refusedAt(options: Partial<ImportRequest["options"]>): string | undefined {
  try {
    refuseConflictingOptions({ kind: "users", file: "in.csv", options: { ...OPTIONS, ...options } });
    return undefined;
  } catch (error) {
    return error instanceof Failure && error.code === "usage" ? error.where : "another failure";
  }
}

test("the file of a replacing import cannot leave rows out", async () => {
  expect(refusedAt({ emitCsv: "out.csv", mode: "replace", skipInvalid: true })).toBe("--skip-invalid");
  expect(refusedAt({ emitCsv: "out.csv", mode: "append", skipInvalid: true })).toBeUndefined();
  expect(refusedAt({ mode: "replace", skipInvalid: true })).toBeUndefined();
  expect(refusedAt({ emitCsv: "out.csv", mode: "replace" })).toBeUndefined();
});

test("a file that is typed on the terminal cannot be confirmed there", () => {
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
])("a file that is typed on the terminal leaves no way to enter the wipes: %j", (change, isRefused) => {
  const asked = { wipes: 2, file: "-", interactive: true, dryRun: false, confirmWipes: undefined, ...change };
  const asking = (): void => requireAnswerableWipes(asked, { file: asked.file, options: asked }, { terminal: asked });
  const failures = isRefused ? ["the plan cannot be confirmed on stdin, because stdin is the input file"] : [];
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

test("a mode can be typed by its console name, and a refusal explains the names", async () => {
  const folder = createFolderWith({ "people.csv": "氏名,メールアドレス\n" });
  const { requests } = await run("users import people.csv --dry-run --mode 全件更新", {
    tenant: buildPlanAnswers(planOf(), { discardImport: planOf({ state: "discarded" }) }),
    folder,
  });
  expect(requests[0]?.json).toMatchObject({ mode: "replace" });
  const { exit, stderr } = await run("users import people.csv --mode 全件 --lang ja", { folder });
  expect(exit).toBe(2);
  expect(stderr).toContain("--mode は append(追加更新), replace(全件更新) のいずれか");
});
