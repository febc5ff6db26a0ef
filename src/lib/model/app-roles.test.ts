import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appNotes, appTables } from "./app-roles.ts";
import { SECURED_APPS, securedAppName, type SecuredApp } from "./secured-user.ts";

/** The tables of facts 6.7, to the letter, each with the apps that it is of. */
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
      "| the app on the device | yes | yes | yes |",
    ],
  ],
  [
    ["docs"],
    1,
    [
      "| at the root: make / edit / delete folders; upload / edit / delete files; set rights on a root folder | ○ | × | × |",
      "| in a folder with permission: make / edit / delete folders; upload / edit / delete files | ○ | ○ | × |",
      "| below a folder with permission: set rights | ○ | × | × |",
      "| in a folder without permission: make folders; upload; set rights | ○ | × | × |",
    ],
  ],
  [
    ["calendar", "contacts"],
    0,
    [
      "| Settings(the app), Service Settings | yes | read only | no |",
      "| Settings(Administrators), Users, Devices | yes | no | no |",
      "| Calendar / Contacts | yes | only the groups he manages | no |",
      "| the app on the device | yes | yes | yes |",
    ],
  ],
];

/** The facts, where they lie beside this checkout; it has no copy of them. */
const BESIDE = join(import.meta.dirname, "..", "..", "..", "..", "shared", "facts.md");
const isBeside = existsSync(BESIDE);

test.each(FACTS)("facts 6.7: %j, table %i, cell by cell", (apps, at, rows) => {
  for (const app of apps) {
    const name = securedAppName(app);
    const shown = appTables(app)[at]?.rows.map(
      ({ about, cells }) => `| ${about.en} | ${cells.map(({ mark }) => mark).join(" | ")} |`,
    );
    const inApp = rows.map((row) => row.replace("(the app)", `(${name})`).replace("Calendar / Contacts", name));
    expect(shown).toEqual(inApp);
  }
});

test(`the rows above are those of facts 6.7${isBeside ? "" : " (not compared: the facts are not beside this checkout)"}`, () => {
  const rows = FACTS.flatMap(([, , of]) => of);
  const lines = isBeside ? readFileSync(BESIDE, "utf8").split("\n") : rows;
  const [from, to] = [lines.indexOf(rows[0] ?? ""), lines.indexOf(rows.at(-1) ?? "")];
  const found = lines.slice(from).filter((line) => /^\| [A-Za-z].*(?:yes|○)/.test(line));
  expect(from).toBeGreaterThanOrEqual(0);
  expect(to).toBeGreaterThan(from);
  for (const row of rows) expect(found).toContain(row);
});

test("facts 6.7: every ○ was put back, and nothing else; it is said where there is one", () => {
  for (const app of SECURED_APPS) {
    const cells = appTables(app).flatMap(({ rows }) => rows.flatMap((row) => row.cells));
    expect(cells.every(({ mark, restored }) => restored === (mark === "○"))).toBe(true);
    const isSaid = appNotes(app).some(({ en }) => en.includes("inference"));
    expect(isSaid).toBe(cells.some(({ restored }) => restored));
  }
});

test("facts 6.7: Browser and Mailer have no table, which is said", () => {
  for (const app of ["browser", "mailer"] as const) {
    expect(appTables(app)).toEqual([]);
    expect(appNotes(app).map(({ en }) => en)).toEqual([
      `The manual has no table of ${securedAppName(app)}: only Docs, Calendar and Contacts have one.`,
    ]);
  }
});
