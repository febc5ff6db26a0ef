import { expect, test } from "vitest";
import { renderFinding } from "./report.ts";

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
