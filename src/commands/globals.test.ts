import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import type { Fields } from "./field.ts";
import { COMMANDS } from "#support/commands/verbs.ts";
import { freshFolder, runInBoth } from "#support/commands/program.ts";

const CHANGING = [
  "users fields add 入社年",
  "users fields remove 入社年 --yes",
  "devices create x",
  "devices edit x --memo y",
  "devices set-owner x --none",
  "devices tag x --add y",
  "orgs create x",
  "orgs edit x --name y",
  "orgs move x --parent y",
  "users create --name x --email x@example.jp",
  "users edit x --title y",
  "users move x --to y",
  "secured users create x --name y --app docs --password-in-console",
  "secured users edit x --app docs --device y",
  "clomo-account create x --account y",
  "clomo-account edit x --memo y",
  "clomo-account revoke x",
  "clomo-account reset-password x --password-in-console",
  "clomo-account settings set --authentication x",
  "secured groups create x --app docs",
  "secured groups delete x --app docs --confirm-deletions 1",
  "roles schemes create x --item users.write",
  "roles schemes edit x --name y",
  "roles schemes delete x --confirm-deletions 1",
  "console confirm 3",
  "console drop 3",
  "context add kanto --embedded",
  "context set local --protected",
  "renewals add x --kind custom --expires 2027-01-01",
  "renewals edit x --notes y",
  "renewals renew x",
  "renewals remove x --yes",
  "tenant set --ios yes",
  "handover answer --file x.csv",
  "handover transfer --from x --to y",
  "handover receive x",
  "ade endpoint set --apple",
  "ade token set x.p7m",
  "ade sync",
  "imports discard 019a9f3c-5a00-7abc-8def-000000000005",
  "imports commit 019a9f3c-5a00-7abc-8def-000000000005 --yes",
  "layouts learn x.csv --as users",
  "layouts remove x --yes",
  "undo 17 --yes",
  "users delete x --confirm-deletions 1",
  "orgs delete x --confirm-deletions 1",
  "devices delete x --confirm-deletions 1",
  "users leave x --yes",
  "access-tokens revoke x",
  "secured users delete x --app docs --confirm-deletions 1",
  "users import x.csv --yes",
  "console sync x.csv",
  "orgs import x.csv --yes",
  "devices import x.csv --yes",
  "secured users import x.csv --app docs --yes",
];

const CHANGING_UNSEEN = ["api", "ade keypair create", "context remove", "context use"];

test("all other verbs only read, so an interruption leaves nothing changed", () => {
  const changing = COMMANDS.filter(([, { changes, shows }]) => changes === true || shows !== undefined);
  const known = [...CHANGING_UNSEEN, ...CHANGING];
  expect(changing.map(([path]) => path).filter((path) => !known.some((line) => line.startsWith(path)))).toEqual([]);
  expect(changing).toHaveLength(known.length);
});

test.each(CHANGING)("%s refuses an impossible output before it changes anything", async (line) => {
  for (const [option, value] of [
    ["--fields", "bogus"],
    ["--format xlsx --output", "none/x.xlsx"],
  ] as const) {
    const home = freshFolder();
    const { en, ja } = await runInBoth([...line.split(" "), ...option.split(" "), value], { home, tenant: {} });
    expect(en, option).toMatchObject({ exit: 2, stdout: "", requests: [] });
    expect(en.stderr).toMatch(
      option.startsWith("--format") ? /none.x\.xlsx|--format xlsx cannot be used here/v : option,
    );
    expect(ja).toMatchObject({ exit: 2, stdout: "", requests: [] });
    expect(readdirSync(home)).toEqual([]);
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
