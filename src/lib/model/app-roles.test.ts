import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { getAppNotes, getAppTables } from "./app-roles.ts";
import { SECURED_APPS, formatSecuredAppName, type SecuredApp } from "./secured-user.ts";

/** The tables of facts 6.7 in our words, each with the apps that it is of. */
const FACTS: readonly (readonly [apps: readonly SecuredApp[], table: number, rows: readonly string[]])[] = [
  [
    ["docs"],
    0,
    [
      "| Settings(Docs) | yes | read only | no |",
      "| Settings(Administrators) | yes | no | no |",
      "| Service Settings | yes | read only | no |",
      "| Folders & Files | yes | by group setting | no |",
      "| Groups, Users, Devices | yes | no | no |",
      "| use of the app on the device | yes | yes | yes |",
    ],
  ],
  [
    ["docs"],
    1,
    [
      "| directly under the root folder: create, edit and delete folders; upload, edit and delete files; set folder access rights | ○ | × | × |",
      "| in folders with access: create, edit and delete folders; upload, edit and delete files | ○ | ○ | × |",
      "| below folders with access: set access rights | ○ | × | × |",
      "| in folders without access: create folders; upload files; set access rights below them | ○ | × | × |",
    ],
  ],
  [
    ["calendar", "contacts"],
    0,
    [
      "| Settings(the app), Service Settings | yes | read only | no |",
      "| Settings(Administrators), Users, Devices | yes | no | no |",
      "| Calendar / Contacts | yes | only the groups he manages | no |",
      "| use of the app on the device | yes | yes | yes |",
    ],
  ],
];

/** The facts, where they lie beside this checkout; it has no copy of them. */
const BESIDE = join(import.meta.dirname, "..", "..", "..", "..", "shared", "facts.md");
const isBeside = existsSync(BESIDE);

/** The cells of a row of Markdown without the first one, which may be worded differently. */
const getMarks = (row: string) => row.split(" | ").slice(1);

test.each(FACTS)("facts 6.7: %j, table %i, cell by cell", (apps, at, rows) => {
  for (const app of apps) {
    const name = formatSecuredAppName(app);
    const shown = getAppTables(app)[at]?.rows.map(
      ({ about, cells }) => `| ${about.en} | ${cells.map(({ mark }) => mark).join(" | ")} |`,
    );
    const inApp = rows.map((row) => row.replace("(the app)", `(${name})`).replace("Calendar / Contacts", name));
    expect(shown).toEqual(inApp);
  }
});

test(`facts 6.7: the marks above, row by row${isBeside ? "" : " (not compared: the facts are not beside this checkout)"}`, () => {
  const rows = FACTS.flatMap(([, , of]) => of);
  const section = isBeside ? readFileSync(BESIDE, "utf8").split("### 6.7 ")[1]?.split("\n## ")[0]?.split("\n") : rows;
  const found = section?.filter((line) => /^\| [A-Za-z].*(?:yes|○)/.test(line));
  expect(found?.map(getMarks)).toEqual(rows.map(getMarks));
});

test("facts 6.7: every ○ is a restored mark, and a note explains it if there is any", () => {
  for (const app of SECURED_APPS) {
    const cells = getAppTables(app).flatMap(({ rows }) => rows.flatMap((row) => row.cells));
    expect(cells.every(({ mark, restored }) => restored === (mark === "○"))).toBe(true);
    const isSaid = getAppNotes(app).some(({ en }) => en.includes("inference"));
    expect(isSaid).toBe(cells.some(({ restored }) => restored));
  }
});

test("facts 6.7: Browser and Mailer have no table, and a note states that", () => {
  for (const app of ["browser", "mailer"] as const) {
    expect(getAppTables(app)).toEqual([]);
    expect(getAppNotes(app).map(({ en }) => en)).toEqual([
      `The manual does not have a permission table for ${formatSecuredAppName(app)}. It has tables only for Docs, Calendar and Contacts.`,
    ]);
  }
});
