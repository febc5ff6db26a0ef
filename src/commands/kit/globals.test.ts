import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { COMMANDS, composeWords } from "#support/commands/verbs.ts";
import { freshFolder, runInBoth } from "#support/commands/program.ts";

/** They show nothing of what they changed. */
const CHANGING_UNSEEN = ["api", "ade keypair create", "context remove", "context use", "handover receive"];

const CHANGING = COMMANDS.filter(([, { changes, shows }]) => changes === true || shows !== undefined)
  .filter(([path]) => !CHANGING_UNSEEN.includes(path))
  .map((command) => [command[0], composeWords(command)] as const);

test.each(CHANGING)("%s refuses an impossible output before it changes anything", async (_, words) => {
  for (const [option, value] of [
    ["--fields", "bogus"],
    ["--format xlsx --output", "none/x.xlsx"],
  ] as const) {
    const home = freshFolder();
    const { en, ja } = await runInBoth([...words, ...option.split(" "), value], { home, tenant: {} });
    expect(en, option).toMatchObject({ exit: 2, stdout: "", requests: [] });
    expect(en.stderr).toMatch(
      option.startsWith("--format") ? /none.x\.xlsx|--format xlsx cannot be used with/v : option,
    );
    expect(ja).toMatchObject({ exit: 2, stdout: "", requests: [] });
    // a folder that is missing at night is recorded as a failed job
    expect(readdirSync(home).filter((name) => !["runs", "tmp"].includes(name))).toEqual([]);
  }
});

test("--as is the acting account, and what a file contains for the commands whose files have any format", () => {
  const declaring = COMMANDS.filter(([, { options }]) => "as" in options);
  expect(declaring.map(([path]) => path)).toEqual(["csv check", "layouts learn"]);
});

test("--format means the same for every command", () => {
  const OLD = ["format", "html", "markdown", "pdf", "text"];
  expect(COMMANDS.filter(([, { options }]) => OLD.some((key) => key in options))).toEqual([]);
});
