import { expect, test } from "vitest";
import { Failure } from "../../../lib/errors/index.ts";
import { refuseConflictingOptions, refuseTypedFile, type ImportRequest } from "./options.ts";

const OPTIONS: ImportRequest["options"] = {
  mode: "append",
  encoding: "auto",
  dryRun: false,
  keepPlan: false,
  skipInvalid: false,
};

test.each<[Partial<ImportRequest["options"]>, string]>([
  [{ emitCsv: "out.csv", mode: "replace", skipInvalid: true }, "--emit-csv, --mode replace, --skip-invalid"],
  [{ orgBy: "name", createOrgs: true }, "--org-by name, --create-orgs"],
  [{ orgs: "orgs.csv", createOrgs: true }, "--orgs, --create-orgs"],
  [{ undeletable: "keep" }, "--undeletable, --mode append"],
])("options that contradict each other: %o", (options, names) => {
  expect(() => refuseConflictingOptions({ options: { ...OPTIONS, ...options } })).toThrow(names);
});

test.each<Partial<ImportRequest["options"]>>([
  { emitCsv: "out.csv", skipInvalid: true },
  { mode: "replace", skipInvalid: true },
  { orgBy: "code", createOrgs: true },
])("options that do not: %o", (options) => {
  expect(() => refuseConflictingOptions({ options: { ...OPTIONS, ...options } })).not.toThrow();
});

test("a file that is typed on the terminal cannot be confirmed there", () => {
  const typed = { file: "-", interactive: true, dryRun: false };
  expect(() => refuseTypedFile(typed, typed)).toThrow(Failure);
  for (const change of [{ dryRun: true }, { file: "in.csv" }, { interactive: false }]) {
    const asked = { ...typed, ...change };
    expect(() => refuseTypedFile(asked, asked)).not.toThrow();
  }
});
