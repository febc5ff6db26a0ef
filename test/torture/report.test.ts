import { expect, test } from "vitest";
import { renderFinding, renderResultTable } from "./report.ts";

const FACTS = { date: "2026-11-24", commit: "abc", machine: "linux", seed: 1, minutes: 59.96 };
const FIGURE = { name: "kills", number: "2", tries: "kills", zero: "half states" };

test("the table shows how many of all places were tried, and why a figure was not tried", () => {
  const tally = { tried: 12, places: 3400, scenes: 72, opened: 70 };
  const table = renderResultTable(FACTS, [
    { figure: FIGURE, tally, findings: 1 },
    { figure: { ...FIGURE, name: "losses" }, tally, findings: 0, missing: "no C compiler" },
  ]);
  expect(table).toContain("2026-11-24, commit abc, linux, seed 1, 60 minutes in all.");
  expect(table).toContain("| 2 | kills | kills | 12 of 3,400 | 70 of 72 | 1 | half states |");
  expect(table).toContain("| 2 | losses | kills | not tried: no C compiler | 0 of 72 | - | half states |");
});

test("a failure is shown with the command that replays it", () => {
  const finding = {
    figure: "kills",
    scene: "orgs create",
    place: "kill-before 17",
    problems: ["torn\nand more", "left"],
  };
  expect(renderFinding(finding, 7)).toBe(
    `FAILED kills: orgs create, kill-before 17, seed 7
    torn
    and more
    left
  replay: npm run torture -- --only kills --seed 7 --scene 'orgs create' --place 'kill-before 17'
`,
  );
});

test("a scene that could not be prepared is replayed as a whole", () => {
  expect(renderFinding({ figure: "kills", scene: "orgs create", problems: ["no disk"] }, 7)).toBe(
    `FAILED kills: orgs create, its preparation, seed 7
    no disk
  replay: npm run torture -- --only kills --seed 7 --scene 'orgs create'
`,
  );
});
