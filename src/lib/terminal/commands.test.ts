import { expect, test } from "vitest";
import { addActingAccount, addContext, foldLine, separateCommands } from "./commands.ts";
import { plainTextWidth } from "./table/word-width.ts";

test.each([
  ["undo: clomoctl undo 12", "undo: clomoctl undo 12 --context far"],
  [
    "make it anew: clomoctl ade profiles create --from 01a1f7d8, then clomoctl ade sync --full",
    "make it anew: clomoctl ade profiles create --from 01a1f7d8 --context far, then clomoctl ade sync --full --context far",
  ],
  [
    "to use it: clomoctl ade endpoint set --simulator http://127.0.0.1:8600: or another",
    "to use it: clomoctl ade endpoint set --simulator http://127.0.0.1:8600 --context far: or another",
  ],
  ["the steps: clomoctl ade guide purchased", "the steps: clomoctl ade guide purchased"],
  ["then: clomoctl handover verify a.zip", "then: clomoctl handover verify a.zip"],
  ["what differs: clomoctl handover diff b3 b4", "what differs: clomoctl handover diff b3 b4"],
  [
    "to see each value: clomoctl handover diff b4 --tenant --applicable",
    "to see each value: clomoctl handover diff b4 --tenant --applicable --context far",
  ],
  [
    "値ごとの差異を見るには: clomoctl handover diff 'our bundle' --applicable --tenant。",
    "値ごとの差異を見るには: clomoctl handover diff 'our bundle' --applicable --tenant --context far。",
  ],
  [
    "clomoctl handover diff A B または clomoctl handover diff A --tenant",
    "clomoctl handover diff A B または clomoctl handover diff A --tenant --context far",
  ],
  ["clomoctl handover diff 引き継ぎ --tenant", "clomoctl handover diff 引き継ぎ --tenant --context far"],
  [
    "to give it: clomoctl ade profiles assign 本社 --unassigned",
    "to give it: clomoctl ade profiles assign 本社 --unassigned --context far",
  ],
  [
    "新しいデバイスには clomoctl ade profiles auto-apply 本社、今は clomoctl ade profiles assign で割り当て",
    "新しいデバイスには clomoctl ade profiles auto-apply 本社 --context far、今は clomoctl ade profiles assign --context far で割り当て",
  ],
  ["取り消すには: clomoctl undo last。", "取り消すには: clomoctl undo last --context far。"],
  [
    "then: clomoctl imports verify P12 --against EXPORT.csv --confirm-missing",
    "then: clomoctl imports verify P12 --against EXPORT.csv --confirm-missing --context far",
  ],
  [
    "when the task is done: clomoctl console confirm 3 (if it will not be done: clomoctl console drop 3)",
    "when the task is done: clomoctl console confirm 3 --context far (if it will not be done: clomoctl console drop 3 --context far)",
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
  [
    "then: clomoctl users import 20261122.csv --dry-run",
    "then: clomoctl users import 20261122.csv --dry-run --context far",
  ],
  ["clomoctl users import 2026-04.csv", "clomoctl users import 2026-04.csv --context far"],
  ["clomoctl users import bad3名簿.csv。", "clomoctl users import bad3名簿.csv --context far。"],
  ["clomoctl account list shows them", "clomoctl account list --context far shows them"],
  ["clomoctl api GET /v1/orgs prints them", "clomoctl api GET /v1/orgs --context far prints them"],
  [
    "first: clomoctl serve init, then clomoctl serve",
    "first: clomoctl serve init --context far, then clomoctl serve --context far",
  ],
  ["clomoctl status shows the rest", "clomoctl status --context far shows the rest"],
  ["name one of yours: clomoctl whoami", "name one of yours: clomoctl whoami --context far"],
  ["to sign in: clomoctl login", "to sign in: clomoctl login --context far"],
  [
    "to revoke it: clomoctl access-tokens revoke cron",
    "to revoke it: clomoctl access-tokens revoke cron --context far",
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
  ["undo: clomoctl users move xx@x.jp --org 全社", "undo: clomoctl users move xx@x.jp --org 全社 --context far"],
  ["undo: clomoctl orgs edit O --name 大阪支社", "undo: clomoctl orgs edit O --name 大阪支社 --context far"],
  [
    "undo: clomoctl orgs edit 大阪 --name はなみ --code O1",
    "undo: clomoctl orgs edit 大阪 --name はなみ --code O1 --context far",
  ],
  ["undo: clomoctl orgs move 大阪支社 --parent 全社", "undo: clomoctl orgs move 大阪支社 --parent 全社 --context far"],
  ["undo: clomoctl orgs move hq --parent 全社", "undo: clomoctl orgs move hq --parent 全社 --context far"],
  ["undo: clomoctl orgs delete hq", "undo: clomoctl orgs delete hq --context far"],
  ["undo: clomoctl orgs delete 大阪支社", "undo: clomoctl orgs delete 大阪支社 --context far"],
  ["undo: clomoctl devices set-owner SN003 --org S", "undo: clomoctl devices set-owner SN003 --org S --context far"],
  ["undo: clomoctl devices set-owner sn3 --none", "undo: clomoctl devices set-owner sn3 --none --context far"],
  [
    "undo: clomoctl devices tag sn3 --add 貸出用 --remove 'a b'",
    "undo: clomoctl devices tag sn3 --add 貸出用 --remove 'a b' --context far",
  ],
  ["undo: clomoctl devices edit sn3 --memo ''", "undo: clomoctl devices edit sn3 --memo '' --context far"],
  ["undo: clomoctl users move abc 山田 --org local", "undo: clomoctl users move abc 山田 --org local --context far"],
  ["undo: clomoctl users show zz", "undo: clomoctl users show zz --context far"],
  ["undo: clomoctl users list --search zz", "undo: clomoctl users list --search zz --context far"],
  [
    "undo: clomoctl secured groups edit 営業 --name 営業本部 --app docs",
    "undo: clomoctl secured groups edit 営業 --name 営業本部 --app docs --context far",
  ],
  [
    "undo: clomoctl secured users delete taro --app docs",
    "undo: clomoctl secured users delete taro --app docs --context far",
  ],
  [
    "to find them: clomoctl users list --search zz; if a name matches several, use the id",
    "to find them: clomoctl users list --search zz --context far; if a name matches several, use the id",
  ],
  [
    "探すには: clomoctl users list --search 山田。複数あるものは ID で指定してください",
    "探すには: clomoctl users list --search 山田 --context far。複数あるものは ID で指定してください",
  ],
  [
    "clomoctl renewals notify init でこのファイルを作成できます",
    "clomoctl renewals notify init --context far でこのファイルを作成できます",
  ],
  ["clomoctl tenant show says what is known", "clomoctl tenant show --context far says what is known"],
  [
    "clomoctl undo 12 --mirror-only takes only the mirror back",
    "clomoctl undo 12 --mirror-only --context far takes only the mirror back",
  ],
  ["steps: clomoctl renewals guide Dkanto", "steps: clomoctl renewals guide Dkanto --context far"],
  [
    "手順: clomoctl renewals guide 本社 --interactive",
    "手順: clomoctl renewals guide 本社 --interactive --context far",
  ],
  ["clomoctl renewals guide Dkanto --context other", "clomoctl renewals guide Dkanto --context other"],
  ["clomoctl renewals guide 3 --context other", "clomoctl renewals guide 3 --context other"],
])("%s", (line, named) => {
  expect(addContext(line, "far")).toBe(named);
});

test.each([
  "no user is called 'a; clomoctl users list'",
  '"clomoctl users list" is no address',
  "「clomoctl users list」はメールアドレスではありません",
  "clomoctl csv check people.csv --as users",
  "clomoctl context use kanto",
  "written by clomoctl on 2026-11-20",
])("%s gets no context", (line) => {
  expect(addContext(line, "far")).toBe(line);
});

test.each([
  ["undo: clomoctl undo 3", "undo: clomoctl undo 3 --as hanako"],
  [
    "取り消すには、この順に: clomoctl undo 4, clomoctl undo 3",
    "取り消すには、この順に: clomoctl undo 4 --as hanako, clomoctl undo 3 --as hanako",
  ],
  [
    "see what each role may: clomoctl roles matrix; schemes: clomoctl roles schemes list",
    "see what each role may: clomoctl roles matrix; schemes: clomoctl roles schemes list --as hanako",
  ],
  ["again: clomoctl users import a.csv --as hanako", "again: clomoctl users import a.csv --as hanako"],
  ["see: clomoctl handover diff b4 --tenant", "see: clomoctl handover diff b4 --tenant --as hanako"],
  ["see: clomoctl handover diff b3 b4 --format markdown", "see: clomoctl handover diff b3 b4 --format markdown"],
  ["how to renew: clomoctl renewals guide 本社", "how to renew: clomoctl renewals guide 本社 --as hanako"],
  ["to sign in: clomoctl login", "to sign in: clomoctl login"],
  ["see clomoctl csv map a.csv --as users", "see clomoctl csv map a.csv --as users"],
  ["undo: clomoctl tenant set --ios ''", "undo: clomoctl tenant set --ios '' --as hanako"],
  [
    "see it: clomoctl imports show 3; ask a system administrator to take it over: clomoctl users import E.csv --from-console",
    "see it: clomoctl imports show 3 --as hanako; ask a system administrator to take it over: clomoctl users import E.csv --from-console",
  ],
  [
    "取り込みをシステム管理者に依頼してください: clomoctl users import E.csv --from-console",
    "取り込みをシステム管理者に依頼してください: clomoctl users import E.csv --from-console",
  ],
  ["no user is called 'a; clomoctl users list'", "no user is called 'a; clomoctl users list'"],
])("proposed commands name the acting account: %s", (line, named) => {
  expect(addActingAccount(line, "--as hanako")).toBe(named);
});

test("proposed commands name the token's file, except the one that creates a token", () => {
  const line = "clomoctl users list; another token: clomoctl access-tokens create x --rights read";
  const named = "clomoctl users list --token-file t; another token: clomoctl access-tokens create x --rights read";
  expect(addActingAccount(line, "--token-file t")).toBe(named);
});

test.each([
  ["取り消すには: clomoctl undo 3。または、", "取り消すには: clomoctl undo 3 。または、"],
  [
    "直すか clomoctl undo 4、clomoctl csv check a.csv --as users。",
    "直すか clomoctl undo 4 、clomoctl csv check a.csv --as users 。",
  ],
  ["first: clomoctl undo 4, clomoctl undo 3; then go on", "first: clomoctl undo 4 , clomoctl undo 3 ; then go on"],
  ["run clomoctl context use far.", "run clomoctl context use far ."],
  ["clomoctl users import a.b.csv --blank keep", "clomoctl users import a.b.csv --blank keep"],
  ["clomoctl users edit a.b@c.jp --title x.y", "clomoctl users edit a.b@c.jp --title x.y"],
  [
    "clomoctl ade endpoint set --simulator http://127.0.0.1:8600",
    "clomoctl ade endpoint set --simulator http://127.0.0.1:8600",
  ],
  ["no user is called 'clomoctl undo 3; x'", "no user is called 'clomoctl undo 3; x'"],
])("a mark after a proposed command is not copied with it: %s", (line, separate) => {
  expect(separateCommands(line)).toBe(separate);
});

test("text that fits, or without a width, is one line", () => {
  expect(foldLine("no setting to change was specified", 80)).toEqual(["no setting to change was specified"]);
  expect(foldLine("a ".repeat(60).trim(), 30)).toHaveLength(1);
});

test.each([
  [
    "the mirror is known to differ from the console; import its next export: clomoctl users import EXPORT.csv --from-console",
    [
      "the mirror is known to differ from the console; import its next export:",
      "  clomoctl users import EXPORT.csv --from-console",
    ],
  ],
  [
    "3. 完了したら: clomoctl console confirm 12(行わない場合: clomoctl console drop 12)、管理画面を確認してください。",
    [
      "3. 完了したら: clomoctl console confirm 12(行わない場合:",
      "   clomoctl console drop 12)、管理画面を確認してください。",
    ],
  ],
  [
    "  use it: clomoctl context use customer-a; what follows is a sentence that is long enough",
    ["  use it: clomoctl context use customer-a; what follows is a sentence that is", "    long enough"],
  ],
])("a longer line breaks between words, but not within a proposed command: %s", (line, lines) => {
  expect(foldLine(line, 80)).toEqual(lines);
});

test("a command that is wider than the screen stays whole on its own line", () => {
  const command = `clomoctl clomo-account grant taro01 --role division --managed-orgs ${"営業部,".repeat(8)}開発部 --password-file FILE`;
  const lines = foldLine(`元に戻すには: ${command}`, 80);
  expect(lines).toEqual(["元に戻すには:", `  ${command}`]);
});

test("a quoted name is not broken", () => {
  const line = "people.xlsx:4:2: メールアドレス: メールアドレスとして正しくありません「jiro＠example.jp」";
  expect(foldLine(line, 80)).toEqual([
    "people.xlsx:4:2: メールアドレス: メールアドレスとして正しくありません",
    "  「jiro＠example.jp」",
  ]);
});

test("Japanese breaks between characters, no line is too wide, and nothing is lost", () => {
  const line = "管理者権限のないアカウントには、コードを送信できません。".repeat(6);
  const lines = foldLine(line, 80);
  expect(lines.every((one) => plainTextWidth(one) <= 80)).toBe(true);
  expect(lines.map((one) => one.trim()).join("")).toBe(line);
});

test.each([
  "clomoctl ade simulator do token --url http://127.0.0.1:8600 --public-key CLOMO_ADE_PublicKey.pem",
  "clomoctl ade simulator do devices add --count 10 --family iPhone --url http://127.0.0.1:8600 --silent --unassigned",
  "clomoctl ade guide supervised-only --through commands --format html -o SIMULATOR_a_long_name_of_a_document.html",
  "0 6 * * * CLOMOCTL_HOME=/home/hanako PATH='/opt/node/bin:/usr/bin:/bin' /usr/bin/clomoctl ade sync --no-input >/dev/null",
])("a long command can be copied as a whole: %s", (command) => {
  expect(foldLine(`次に: ${command}`, 80)).toEqual(["次に:", `  ${command}`]);
});
