import { describe, expect, test } from "vitest";
import type { Import } from "../../../lib/client/index.ts";
import { same, type Text } from "../../../lib/text/index.ts";
import { createRejection } from "./rejection.ts";
import type { ImportOptions } from "../plan/options.ts";
import { Remedies, type FileProblem } from "./remedies.ts";

const HIDDEN = "an invalid row may belong to one of them";

const HEADER = ["氏名", "メールアドレス", "社員コード"];
const counts = { errors: 2, rows: 7, invalid: 1, delete: 3 };
const plan = { ...counts, kind: "users", mode: "append", header: HEADER } as unknown as Import;
const failureFor = (options: Partial<ImportOptions>, whole?: string, ...problems: readonly FileProblem[]) => {
  const given = { mode: "append", skipInvalid: false, ...options } as ImportOptions;
  const remedies = new Remedies("users");
  for (const problem of problems) remedies.take(problem);
  return createRejection(plan, { kind: "users", file: "people.csv", options: given }, { all: [], whole, remedies });
};
const hintFor = (options: Partial<ImportOptions>, whole?: string): string => failureFor(options, whole).hint?.en ?? "";

test("proposes to correct invalid rows, or to skip them unless that is already requested", () => {
  expect(hintFor({})).toContain("; --skip-invalid commits the valid rows)");
  expect(hintFor({ errors: "e.csv" })).toContain(
    "e.csv contains only the invalid rows; the valid rows (6) have not been imported either",
  );
  expect(hintFor({ fromConsole: true })).toBe(
    "correct these records in the console, export again, then: `clomoctl users import people.csv --from-console`",
  );
  expect(hintFor({ errors: "e.csv", mode: "replace" })).toContain("in the original file");
  expect(hintFor({ errors: "e.csv", emitCsv: "c.csv", mode: "replace" })).toContain("in the original file");
});

test("a refusal has its counts and the file name as typed", () => {
  const { code, what, where, problems } = failureFor({});
  expect({ code, where, problems }).toEqual({ code: "input-rejected", where: "people.csv", problems: [] });
  expect(what.en).toBe("2 problems, 1 invalid row; nothing was changed");
  expect(what.ja).toBe("問題が 2 件、不正な行が 1 行あります。何も変更していません");
});

test.each([{}, { mode: "replace" }, { mode: "replace", errors: "e.csv" }] as const)(
  "does not blame deletions if no row was to be skipped: %j",
  (options) => {
    expect(failureFor(options).what.en).not.toContain(HIDDEN);
    expect(failureFor(options).what.ja).not.toContain("削除");
  },
);

test("does not propose skipping for 全件更新, because its file must have every row", () => {
  expect(hintFor({ emitCsv: "c.csv", mode: "replace" })).not.toContain("--skip-invalid");
  expect(hintFor({ emitCsv: "c.csv" })).toContain("--skip-invalid");
  expect(hintFor({ mode: "replace" })).toContain("--skip-invalid");
});

test.each([
  [
    "file-empty",
    "the file needs a header row and data rows; to write a header row: `clomoctl csv template --as users`",
  ],
  [
    "file-no-rows",
    "the file needs a header row and data rows; to write a header row: `clomoctl csv template --as users`",
  ],
  ["header-missing", "fix the header row"],
  [
    "column-blank",
    "remove the column from the file, or add --blank clear or --blank keep to say what its blank cells mean:",
  ],
  ["delete-held", "to keep these records and commit the rest: `clomoctl users import people.csv --undeletable keep"],
  [
    "org-delete-reserved",
    "; to also remove the owner from devices: `clomoctl users import people.csv --undeletable release",
  ],
  ["administrator-delete", "--mode append deletes nothing"],
])("if the whole file is wrong (%s), rows cannot be skipped", (code, advice) => {
  for (const options of [
    {},
    { skipInvalid: true },
    { errors: "e.csv" },
    { skipInvalid: true, mode: "replace" },
  ] as const) {
    expect(hintFor(options, code)).toContain(advice);
    expect(hintFor(options, code)).not.toContain("--skip-invalid commits");
    expect(failureFor(options, code).what.en).not.toContain(HIDDEN);
  }
});

test("a proposed command that deletes nothing has no answers about deletions", () => {
  const options = { mode: "replace", confirmDeletions: 2, maxDeletions: "5", maxChanges: "9" } as const;
  const { hint } = createRejection(
    { ...plan, mode: "replace", recordsBefore: 4 },
    {
      kind: "users",
      file: "people.csv",
      options: { ...options, skipInvalid: false } as ImportOptions,
    },
    { all: [], whole: undefined, remedies: new Remedies("users") },
  );
  expect(hint?.en).toContain("to import without deleting anything: `clomoctl users import people.csv --max-changes 9`");
  expect(hint?.en).not.toMatch(/--(?:confirm|max)-deletions/);
});

test("keep omits the confirmed number, and release is proposed only to system administrators", () => {
  const requested = {
    kind: "users",
    file: "people.csv",
    options: { mode: "replace", confirmDeletions: 2, maxDeletions: "5%" } as ImportOptions,
  } as const;
  const held = { all: [], whole: "delete-held", remedies: new Remedies("users") };
  const hint = (isSystem: boolean) => createRejection(plan, requested, held, { isSystem }).hint;
  const keep = "`clomoctl users import people.csv --undeletable keep --mode replace --max-deletions '5%'`";
  expect(hint(true)?.en).toContain(`to keep these records and commit the rest: ${keep}; to also`);
  // no import takes devices from an organisation
  const ofOrgs = createRejection({ ...plan, kind: "orgs" }, { ...requested, kind: "orgs" }, held, {
    isSystem: true,
  }).hint;
  expect(ofOrgs?.en).not.toContain("release");
  expect(ofOrgs?.en).not.toContain("users leave");
  expect(hint(false)).toEqual({
    en: `to keep these records and commit the rest: ${keep}; --mode append deletes nothing; for a list of leavers, including their devices: \`clomoctl users leave --file FILE\``,
    ja: `残したままほかを適用するには: ${keep}。--mode append なら何も削除しません。退職者の一覧をデバイスも含めて処理するには: \`clomoctl users leave --file FILE\``,
  });
});

test.each([
  [
    "org-delete-holds",
    "`clomoctl users import EXPORT.csv --from-console`, `clomoctl devices import EXPORT.csv --from-console`",
  ],
  ["delete-held", "`clomoctl devices import EXPORT.csv --from-console`"],
  [
    "administrator-delete",
    "`clomoctl users administrators remove USER…`, or for people with a recorded role: `clomoctl clomo-account revoke ACCOUNT`",
  ],
])("for a console export that lacks records (%s), names the first steps, not edits", (code, first) => {
  const options = { fromConsole: true, mode: "replace", blank: "clear" } as const;
  const hint = hintFor(options, code);
  expect(hint).toContain(`${first}; then: \`clomoctl users import people.csv --from-console\``);
  expect(hint).not.toMatch(/append|--blank|in the file/);
});

test("reports a skipped row that may belong to a record to be deleted", () => {
  const { what, hint } = failureFor({ skipInvalid: true, mode: "replace" });
  expect(what.en).toContain(`3 records would be deleted, but ${HIDDEN}`);
  expect(what.ja).toContain("3 件が削除の対象ですが");
  expect(hint?.en).toContain("--mode append deletes nothing");
  expect(hint?.en).not.toContain("--skip-invalid commits");
});

const found = (code: string, value?: string): FileProblem => ({
  code,
  severity: code.startsWith("value-") || code === "header-near" ? "warning" : "error",
  params: value === undefined ? {} : { value },
  column: code === "required-new" ? 0 : 1,
});

test.each([
  [[found("cells-too-few")], "run: `clomoctl users import people.csv --fix short-rows`"],
  [
    [found("value-hyphen"), found("kana-half-width"), found("person-blanks")],
    "run: `clomoctl users import people.csv --fix 'width,kana,names'`",
  ],
  [[found("org-unknown")], "if the new names are spelt correctly: `clomoctl users import people.csv --create-orgs`"],
  [
    [found("not-mail-address", " a＠example.jp"), found("org-unknown"), found("cells-too-few")],
    "if the new names are spelt correctly: `clomoctl users import people.csv --create-orgs --fix 'trim,width,short-rows'`",
  ],
  [
    [found("org-unknown"), found("required"), found("value-blanks", "1 ")],
    "fix the other problems; if the new names are spelt correctly: `clomoctl users import people.csv --create-orgs --fix trim` (to write the invalid rows: `clomoctl users import people.csv --create-orgs --fix trim --errors bad.csv`; --skip-invalid commits the valid rows)",
  ],
  [
    [found("not-mail-address", "a@x.jp;b@x.jp"), found("required")],
    "fix the rows and import again: `clomoctl users import people.csv` (to write the invalid rows: `clomoctl users import people.csv --errors bad.csv`; --skip-invalid commits the valid rows)",
  ],
])("combines all helpful options into one command: %j", (problems, hint) => {
  expect(failureFor({}, undefined, ...problems).hint?.en.slice(0, hint.length)).toBe(hint);
});

test("the command keeps what was typed", () => {
  const options = { mode: "replace", sheet: "4 月", encoding: "utf-8", fix: ["width"], errors: "e.csv" } as const;
  const { hint } = failureFor(options, undefined, found("org-unknown"), found("cells-too-few"));
  expect(hint?.ja).toBe(
    "新しい名前に誤りがなければ: `clomoctl users import people.csv --create-orgs --mode replace --encoding utf-8 --sheet '4 月' --fix 'width,short-rows' --errors e.csv`",
  );
  const console = failureFor({ fromConsole: true, mode: "replace", blank: "clear" }, undefined, found("org-unknown"));
  expect(console.hint?.en).toBe(
    "this export refers to records that the mirror does not have, or lacks records that are still in use in the mirror. Import the console's other exports first: `clomoctl orgs import EXPORT.csv --from-console`; then: `clomoctl users import people.csv --from-console`",
  );
  const again = failureFor({ map: "map.yaml", fix: ["trim"] }, undefined, found("required")).hint?.ja;
  expect(again).toContain(
    "行を直して再度インポートしてください: `clomoctl users import people.csv --map map.yaml --fix trim`(",
  );
  expect(again).toContain("`clomoctl users import people.csv --map map.yaml --fix trim --errors bad.csv`");
  expect(failureFor({ map: "map.yaml" }, "column-blank").hint?.en).toContain(
    "or --blank keep to say what its blank cells mean: `clomoctl users import people.csv --map map.yaml --blank keep`",
  );
  expect(failureFor({ mode: "replace", map: "map.yaml" }, "delete-held").hint?.en).toContain(
    "keep these records and commit the rest: `clomoctl users import people.csv --undeletable keep --mode replace --map map.yaml`",
  );
});

test("invalid rows of a workbook are written to a workbook", () => {
  const request = { kind: "users", file: "list.xlsx", options: { mode: "append" } as ImportOptions } as const;
  const problems = { all: [], whole: undefined, remedies: new Remedies("users") };
  expect(createRejection(plan, request, problems).hint?.en).toContain("users import list.xlsx --errors bad.xlsx`;");
});

test("asks about names that nearly match others before the command that creates them", () => {
  const remedies = new Remedies("users");
  const unknown = (code: string): FileProblem => ({ ...found("org-unknown"), params: { code } });
  for (const code of ["営業郡", "開発部", "開発部", "関発部", "本店, 東"]) remedies.take(unknown(code));
  remedies.compare(["S01", "営業部", "本店, 西", "本店東"]);
  expect(remedies.nearOf(unknown("営業郡"))).toBe("営業部");
  expect(remedies.nearOf(unknown("開発部"))).toBeUndefined();
  const request = { kind: "users", file: "people.csv", options: { mode: "append" } as ImportOptions } as const;
  const { hint } = createRejection(plan, request, { all: [], whole: undefined, remedies });
  expect(hint?.en).toMatch(
    /^check the spelling \(.*営業郡: 営業部\?.*\); if it is correct: `clomoctl users import people\.csv --create-orgs`$/,
  );
  expect(hint?.en).toContain("関発部: 開発部?");
  expect(hint?.ja).toContain("営業郡 は 営業部?");
});

test("if most records would go, names the tenant and the number first and proposes no deletion", () => {
  const most = { ...plan, mode: "replace", delete: 40, recordsBefore: 42, tenant: "kanto" } as Import;
  const remedies = new Remedies("users");
  remedies.take(found("org-unknown"));
  const options = { mode: "replace" } as ImportOptions;
  const { hint } = createRejection(
    most,
    { kind: "users", file: "people.csv", options },
    { all: [], whole: undefined, remedies },
  );
  expect(hint?.en).toBe(
    "first make sure that the tenant and the file are right: 40 of the 42 records of kanto are not in the file and would be deleted; to import without deleting anything: `clomoctl users import people.csv`",
  );
  expect(hint?.ja).toContain("kanto の 42 件のうち 40 件がファイルになく");
});

test("after invalid rows are written, proposes the complete command for their file", () => {
  const options = { sheet: "4 月", map: "list-map.yaml", errors: "bad.xlsx", encoding: "shift_jis" } as const;
  const problems = [found("org-unknown"), found("value-blanks", "1 "), found("required")];
  const command = "`clomoctl users import bad.xlsx --create-orgs --map list-map.yaml --fix trim`";
  expect(failureFor(options, undefined, ...problems).hint).toEqual({
    en: `bad.xlsx contains only the invalid rows; the valid rows (6) have not been imported either: fix the original file and import it again, or commit the valid rows with --skip-invalid, fix bad.xlsx, then: ${command}`,
    ja: `bad.xlsx にあるのは不正な行だけです。残りの 6 行もまだ適用されていません。元のファイルを直して再度インポートするか、--skip-invalid で残りを適用し、bad.xlsx を直してから: ${command}`,
  });
  const text = failureFor({ errors: "bad.csv", encoding: "shift_jis" }, undefined, found("required")).hint?.en;
  expect(text).toMatch(/, fix bad\.csv, then: `clomoctl users import bad\.csv --encoding shift_jis`$/);
  const upload = failureFor({ errors: "bad.csv", emitCsv: "up.csv" }, undefined, found("required")).hint;
  expect(upload?.en).toMatch(/: fix the original file and import it again$/);
  expect(upload?.ja).toMatch(/元のファイルを直して再度インポートしてください$/);
});

test("if all rows are invalid, only their file needs to be fixed", () => {
  const request = {
    kind: "users",
    file: "people.csv",
    options: { mode: "append", errors: "bad.csv" } as ImportOptions,
  } as const;
  const remedies = new Remedies("users");
  const { hint } = createRejection({ ...plan, rows: 1 }, request, { all: [], whole: undefined, remedies });
  expect(hint?.en).toBe("fix bad.csv, then: `clomoctl users import bad.csv`");
  expect(hint?.ja).toBe("bad.csv を直してから: `clomoctl users import bad.csv`");
});

test("if headers are the cause, the map comes first, and then one command for the rest", () => {
  const problems = [found("header-unknown"), found("org-unknown"), found("not-mail-address", "a@x.jp ")];
  const template = "`clomoctl csv template --as users`";
  expect(failureFor({}, "header-unknown", ...problems).hint).toEqual({
    en: `fix the header row (columns: ${template}), or create a column map: \`clomoctl csv map people.csv --as users -o people-users-map.yaml\`; then: \`clomoctl users import people.csv --create-orgs --map people-users-map.yaml --fix trim\`; to ignore the unknown columns: \`clomoctl users import people.csv --create-orgs --fix trim --allow unknown-columns\``,
    ja: `ヘッダー行を直すか(列の一覧: ${template})、対応表を作ってください: \`clomoctl csv map people.csv --as users -o people-users-map.yaml\`。続けて: \`clomoctl users import people.csv --create-orgs --map people-users-map.yaml --fix trim\`。不明な列を取り込まない場合: \`clomoctl users import people.csv --create-orgs --fix trim --allow unknown-columns\``,
  });
  expect(failureFor({ map: "my.yaml" }, "header-unknown", ...problems, found("required")).hint?.en).toContain(
    "or add the columns to my.yaml; fix the other problems, then: `clomoctl users import people.csv --create-orgs --map my.yaml --fix trim`",
  );
  expect(failureFor({}, undefined, found("header-near"), found("required-new")).hint?.en).toContain(
    "`clomoctl csv map people.csv --as users -o people-users-map.yaml`; then: `clomoctl users import people.csv --map people-users-map.yaml`",
  );
  expect(failureFor({}, undefined, found("org-unknown"), found("required-new")).hint?.en).toContain("fix the other");
});

test("nobody is asked about hundreds of headers", () => {
  const problems = Array.from({ length: 101 }, (_, at) => ({
    code: "header-unknown",
    severity: "error" as const,
    params: { header: `列${at}` },
    column: at + 1,
  }));
  expect(failureFor({}, "header-unknown", ...problems.slice(1)).hint?.en).toContain("csv map");
  expect(failureFor({}, "header-missing", found("header-missing"), ...problems).hint).toEqual({
    en: "fix the header row (columns: `clomoctl csv template --as users`); then: `clomoctl users import people.csv`",
    ja: "ヘッダー行を直してください(列の一覧: `clomoctl csv template --as users`)。続けて: `clomoctl users import people.csv`",
  });
});

describe("an unknown column of the console's export may be a custom field", () => {
  const met = (header: string, code = "header-unknown"): FileProblem => ({
    code,
    severity: "error",
    params: { header },
    column: 7,
  });
  const console = { fromConsole: true, mode: "replace", blank: "clear" } as const;
  const hint = (options: Partial<ImportOptions>, ...problems: readonly FileProblem[]): Text | undefined =>
    failureFor(options, "header-unknown", ...problems).hint;

  test("which is added first", () => {
    expect(hint(console, met("部署"))).toEqual({
      en: expect.stringMatching(
        /^if these columns are custom fields in the console, add them: `clomoctl users fields add 部署`; then: `clomoctl users import people\.csv --from-console`; otherwise, fix the header row/,
      ),
      ja: expect.stringMatching(
        /^管理画面のカスタムユーザー情報の項目なら: `clomoctl users fields add 部署`。続けて: `clomoctl users import people\.csv --from-console`。そうでなければ、ヘッダー行を直すか/,
      ),
    });
  });

  test("which is proposed for each of several columns, quoted for the shell", () => {
    const all = hint(console, met("-座 席"), met("b"), met("c"), met("d"), {
      ...met("x", "not-mail-address"),
      params: { value: "a b" },
    });
    expect(all?.en).toContain(
      "`clomoctl users fields add -- '-座 席'`; `clomoctl users fields add b`; `clomoctl users fields add c`; …; fix the other problems, then: ",
    );
  });

  test.each([
    ["of a file that is none", { fromConsole: false }, []],
    ["with a map that names it", { ...console, map: "m.yaml" }, []],
    ["where a column that is needed is missing", console, [met("氏名", "header-missing")]],
  ])("but not %s", (_, options, others) => {
    const { en } = hint(options, met("部署"), ...others) ?? same("");
    expect(en).toMatch(/^fix the header row/);
  });
});

test("a name in place of an organisation's code is not reported as a misspelling, and creates nothing", () => {
  const named: FileProblem = {
    code: "org-unknown",
    severity: "error",
    column: 3,
    params: { code: "営業", named: 1, is: "S01", coded: 1 },
  };
  const remedies = new Remedies("users");
  remedies.take(named);
  remedies.compare(["S01", "営業", "営業部"]);
  expect(remedies.nearOf(named)).toBeUndefined();
  expect([...remedies.elsewhere, ...remedies.likenesses, remedies.createOrgs, remedies.other]).toEqual([false, true]);
  const { hint } = failureFor({}, undefined, named);
  expect(hint?.ja).not.toMatch(/綴り|--create-orgs/);
  expect(hint?.ja).toContain("行を直して再度インポートしてください");
});

describe("people with a new address", () => {
  const found = (params: Record<string, string>): FileProblem => ({
    code: "new-address",
    severity: "error",
    column: 3,
    params: { value: "0051", holder: "社員51 <e51@a.jp>", user: "e51@a.jp", key: "email", to: "n51@a.jp", ...params },
  });
  const byCode = found({ by: "employee-code" });
  const byHand = found({ by: "" });
  const other: FileProblem = { code: "too-long", severity: "error", column: 2, params: {} };

  test.each<[string, FileProblem[], string]>([
    [
      "by another key of the whole file",
      [byCode],
      "`clomoctl users import people.csv --key employee-code --mode replace`",
    ],
    ["one by one", [byHand], "`clomoctl users edit e51@a.jp --email n51@a.jp`"],
    [
      "with further addresses",
      [found({ by: "", to: "n@a.jp m@a.jp" })],
      "`clomoctl users edit e51@a.jp --email n@a.jp --email m@a.jp`",
    ],
    [
      "with a new employee code",
      [found({ by: "", key: "employee-code", to: "9" })],
      "`clomoctl users edit e51@a.jp --employee-code 9`",
    ],
    [
      "one by one, if the key is not that of all",
      [byCode, byHand],
      "`clomoctl users edit e51@a.jp --email n51@a.jp`; `clomoctl users edit e51@a.jp --email n51@a.jp`",
    ],
    [
      "the first of many",
      Array.from({ length: 4 }, () => byHand),
      `${"`clomoctl users edit e51@a.jp --email n51@a.jp`; ".repeat(3)}…`,
    ],
  ])("keep their records: %s", (_, problems, keep) => {
    const { hint } = failureFor({ mode: "replace" }, undefined, ...problems);
    const anew = "`clomoctl users import people.csv --mode replace --allow new-address`";
    expect(hint?.en).toBe(`if the people are the same: ${keep}; if they are different people: ${anew}`);
    expect(hint?.ja).toBe(`同じ人なら: ${keep}。別の人なら: ${anew}`);
  });

  test("get their own proposal next to other problems and to devices that prevent a deletion", () => {
    expect(failureFor({ mode: "replace" }, undefined, byHand, other).hint?.en).toMatch(
      /^fix the other problems; if the people are the same: /,
    );
    expect(failureFor({ mode: "replace" }, "delete-held", byHand).hint?.en).toMatch(/^if the people are the same/);
    const held = failureFor({ fromConsole: true, mode: "replace" }, "delete-held", byCode).hint?.en;
    expect(held).toMatch(
      /^if the people are the same: `clomoctl users import people.csv --key employee-code --from-console`; /,
    );
  });

  test.each([
    [
      "organisations of another export",
      { ...other, code: "org-unknown", params: { value: "S91" } },
      "this export refers to records that the mirror does not have, or lacks records that are still in use in the mirror. Import the console's other exports first: `clomoctl orgs import EXPORT.csv --from-console`; then: if the people are the same: ",
      "import EXPORT.csv --from-console`。続けて: 同じ人なら: ",
    ],
    [
      "values that are wrong in the console",
      other,
      "correct the other records in the console and export again; if the people are the same: ",
      "ほかの問題は管理画面で直し、もう一度エクスポートしてください。同じ人なら: ",
    ],
  ])("from an export get their own proposal next to %s", (_, beside, en, ja) => {
    const { hint } = failureFor({ fromConsole: true, mode: "replace", blank: "clear" }, undefined, beside, byCode);
    const keep = "`clomoctl users import people.csv --key employee-code --from-console`";
    expect(hint?.en).toContain(`${en}${keep}; if they are different people: `);
    expect(hint?.ja).toContain(`${ja}${keep}。別の人なら: `);
  });

  test("get no proposal if the file looks like another tenant's, because it would change other people", () => {
    const remedies = new Remedies("users");
    remedies.take(byCode);
    const foreign = {
      ...plan,
      mode: "replace",
      recordsBefore: 4,
      foreign: { by: "key", values: ["x@b.jp"] },
    } as Import;
    const options = { mode: "replace", skipInvalid: false } as ImportOptions;
    const request = { kind: "users", file: "people.csv", options } as const;
    const { hint } = createRejection(foreign, request, { all: [], whole: undefined, remedies });
    expect(hint?.en).toMatch(/^first make sure that the tenant and the file are right/);
    expect(hint?.en).not.toContain("--key");
  });
});
