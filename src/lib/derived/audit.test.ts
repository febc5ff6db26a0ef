import { OPERATIONS } from "./role-policy.ts";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { getActionName } from "./audit.ts";

const TENANT = join(import.meta.dirname, "..", "tenant");

const NAMED =
  /"((?:administrators|audit|console|devices|fields|imports|orgs|renewals|roles|secured|tenant|users)\.[a-z.-]+)"/g;

const BY_HAND: ReadonlySet<string> = new Set(["secured.users", "secured.groups", "roles.schemes"]);
const VERBS = ["create", "edit"];

/** Those of operations that are no actions, too: what is only read, and what `write` permits. */
const OPERATION_NAMES: ReadonlySet<string> = new Set(
  Object.keys(OPERATIONS).filter((name) => /\.(?:note|read|write|verify)$/.test(name)),
);

const actions = new Set([
  "devices.export",
  "orgs.export",
  "users.export",
  ...globSync("**/*.ts", { cwd: TENANT, exclude: ["**/*.test.ts", "policy/**"] }).flatMap((file) =>
    [...readFileSync(join(TENANT, file), "utf8").matchAll(NAMED)].flatMap(([, action = ""]) =>
      // what a role may do is no action
      OPERATION_NAMES.has(action) ? [] : BY_HAND.has(action) ? VERBS.map((verb) => `${action}.${verb}`) : [action],
    ),
  ),
]);

test("finds action names in the sources", () => {
  for (const action of ["secured.export", "imports.commit", "console.confirm", "fields.add"]) {
    expect(actions).toContain(action);
  }
});

test.each([...actions].filter((action) => action !== "tenant.db"))("%s has a label in both languages", (action) => {
  const { en, ja } = getActionName(action);
  expect([en, ja]).not.toContain(action);
  expect(ja).toMatch(/[ぁ-ん]/);
});
