import { expect, test } from "vitest";
import { inContext } from "./commands.ts";

test.each([
  ["undo: clomoctl imports revert 12", "undo: clomoctl imports revert 12 --context far"],
  ["取り消すには: clomoctl imports revert last。", "取り消すには: clomoctl imports revert last --context far。"],
  [
    "then: clomoctl imports verify 12 --against EXPORT.csv --accept-unseen",
    "then: clomoctl imports verify 12 --against EXPORT.csv --accept-unseen --context far",
  ],
  [
    "once it is done: clomoctl console confirm 3 (if it is not to be done: clomoctl console drop 3)",
    "once it is done: clomoctl console confirm 3 --context far (if it is not to be done: clomoctl console drop 3 --context far)",
  ],
  [
    "say who: clomoctl secured administrators add USER… --app docs",
    "say who: clomoctl secured administrators add USER… --app docs --context far",
  ],
  [
    "export, then: clomoctl secured users import 名簿/export.csv --app docs --from-console",
    "export, then: clomoctl secured users import 名簿/export.csv --app docs --from-console --context far",
  ],
  [
    "see it: clomoctl imports show 12 --rows, or leave it",
    "see it: clomoctl imports show 12 --rows --context far, or leave it",
  ],
  ["see: clomoctl imports show 01a1f7d8 --rows", "see: clomoctl imports show 01a1f7d8 --rows --context far"],
  [
    "again: clomoctl users import a.csv --mode replace --fix trim,width --max-deletions 50%",
    "again: clomoctl users import a.csv --mode replace --fix trim,width --max-deletions 50% --context far",
  ],
  [
    "then: clomoctl users import list.csv --create-orgs --encoding shift_jis --map map --fix trim (--errors FILE writes the rows)",
    "then: clomoctl users import list.csv --create-orgs --encoding shift_jis --map map --fix trim --context far (--errors FILE writes the rows)",
  ],
  ["clomoctl users import my--context.csv", "clomoctl users import my--context.csv --context far"],
  ["clomoctl users list shows them", "clomoctl users list --context far shows them"],
  ["again: clomoctl users import people.csv.", "again: clomoctl users import people.csv --context far."],
  [
    "then: clomoctl renewals edit 'a; clomoctl users list' --file FILE",
    "then: clomoctl renewals edit 'a; clomoctl users list' --file FILE --context far",
  ],
  [
    String.raw`clomoctl users show 'O'\''Hara; clomoctl users list' shows the user's name, clomoctl users list all`,
    String.raw`clomoctl users show 'O'\''Hara; clomoctl users list' --context far shows the user's name, clomoctl users list --context far all`,
  ],
  [
    "again: clomoctl users import 'my list.xlsx' --sheet '4 月' --create-orgs (--errors FILE writes the rows)",
    "again: clomoctl users import 'my list.xlsx' --sheet '4 月' --create-orgs --context far (--errors FILE writes the rows)",
  ],
  [
    "then: clomoctl users import a.csv --map 'my map.yaml' (the console's: clomoctl console list)",
    "then: clomoctl users import a.csv --map 'my map.yaml' --context far (the console's: clomoctl console list --context far)",
  ],
  [
    "map its columns: clomoctl csv map one.xlsx --as users -o one-map.yaml; then: clomoctl users import one.xlsx",
    "map its columns: clomoctl csv map one.xlsx --as users -o one-map.yaml --context far; then: clomoctl users import one.xlsx --context far",
  ],
  ["clomoctl renewals guide 3 --context other", "clomoctl renewals guide 3 --context other"],
])("%s", (line, named) => {
  expect(inContext(line, "far")).toBe(named);
});

test.each([
  "no user is called 'a; clomoctl users list'",
  '"clomoctl users list" is no address',
  "「clomoctl users list」はメールアドレスではありません",
  "clomoctl csv check people.csv --as users",
  "clomoctl context use kanto",
  "written by clomoctl on 2026-11-20",
])("%s needs no tenant", (line) => {
  expect(inContext(line, "far")).toBe(line);
});
