import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import type { Fields } from "./field.ts";
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

test("documents are selected by --format and written to -o", () => {
  const OLD = ["html", "markdown", "pdf", "text"];
  expect(COMMANDS.filter(([, { options }]) => OLD.some((key) => key in options))).toEqual([]);
  const writing = COMMANDS.filter(([, { options }]) => "format" in options);
  expect(writing.map(([path, { options }]) => [path, choicesOf(options).filter((one) => OLD.includes(one))])).toEqual([
    ["onboarding guide", ["text", "markdown"]],
    ["renewals guide", ["text", "markdown"]],
  ]);
  for (const [path, { options }] of writing)
    expect(options["output"], path).toMatchObject({ kind: "output", short: "o" });
});

const choicesOf = ({ format }: Fields): readonly string[] => (format?.kind === "choice" ? format.choices : []);
