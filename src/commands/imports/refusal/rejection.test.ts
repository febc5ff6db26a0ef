import { describe, expect, test } from "vitest";
import type { Import } from "../../../lib/client/index.ts";
import { same, type Text } from "../../../lib/text/index.ts";
import { rejectedFile } from "./rejection.ts";
import type { ImportOptions } from "../plan/options.ts";
import { Remedies, type FileProblem } from "./remedies.ts";

const HIDDEN = "an invalid row may stand for one of them";

const HEADER = ["氏名", "メールアドレス", "社員コード"];
const counts = { errors: 2, rows: 7, invalid: 1, delete: 3 };
const plan = { ...counts, kind: "users", mode: "append", header: HEADER } as unknown as Import;
const failureFor = (options: Partial<ImportOptions>, whole?: string, ...problems: readonly FileProblem[]) => {
  const given = { mode: "append", skipInvalid: false, ...options } as ImportOptions;
  const remedies = new Remedies("users");
  for (const problem of problems) remedies.take(problem);
  return rejectedFile(plan, { kind: "users", file: "people.csv", options: given }, { all: [], whole, remedies });
};
const hintFor = (options: Partial<ImportOptions>, whole?: string): string => failureFor(options, whole).hint?.en ?? "";

test("invalid rows are to be mended, or skipped where that is not asked for already", () => {
  expect(hintFor({})).toContain("--skip-invalid commits the others");
  expect(hintFor({ errors: "e.csv" })).toContain(
    "e.csv has the invalid rows only; the valid ones (6) are not imported either",
  );
  expect(hintFor({ fromConsole: true })).toBe(
    "correct these records in the console, export them anew, and then: clomoctl users import people.csv --from-console",
  );
  expect(hintFor({ errors: "e.csv", mode: "replace" })).toContain("in the original file");
  expect(hintFor({ errors: "e.csv", emitCsv: "c.csv", mode: "replace" })).toContain("in the original file");
});

test("what is refused is told with its counts and the file as it was typed", () => {
  const { code, what, where, problems } = failureFor({});
  expect({ code, where, problems }).toEqual({ code: "input-rejected", where: "people.csv", problems: [] });
  expect(what.en).toBe("2 problems, 1 invalid row; nothing was changed");
  expect(what.ja).toBe("問題が 2 件、不正な行が 1 行あります。何も変更していません");
});

test.each([{}, { mode: "replace" }, { mode: "replace", errors: "e.csv" }] as const)(
  "no deletion is blamed where no row was to be skipped: %j",
  (options) => {
    expect(failureFor(options).what.en).not.toContain(HIDDEN);
    expect(failureFor(options).what.ja).not.toContain("削除");
  },
);

test("a file for 全件更新 must have every row, so skipping is not advised", () => {
  expect(hintFor({ emitCsv: "c.csv", mode: "replace" })).not.toContain("--skip-invalid");
  expect(hintFor({ emitCsv: "c.csv" })).toContain("--skip-invalid");
  expect(hintFor({ mode: "replace" })).toContain("--skip-invalid");
});

test.each([
  ["file-empty", "the file needs a header row and data rows: clomoctl csv template --as users"],
  ["file-no-rows", "the file needs a header row and data rows: clomoctl csv template --as users"],
  ["header-missing", "fix the header row"],
  ["column-blank", "leave the column out of the file, or say what its blank cells mean: --blank clear or --blank keep"],
  ["delete-held", "to keep them and commit the rest: clomoctl users import people.csv --undeletable keep"],
  [
    "org-delete-reserved",
    "; to also remove the owner from devices: clomoctl users import people.csv --undeletable release",
  ],
  ["administrator-delete", "--mode append deletes nothing"],
])("where the whole file is wrong (%s), rows cannot be skipped", (code, advice) => {
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

test("what deletes nothing is proposed without an answer about deletions", () => {
  const options = { mode: "replace", confirmDeletions: 2, maxDeletions: "5", maxChanges: "9" } as const;
  const { hint } = rejectedFile(
    { ...plan, mode: "replace", recordsBefore: 4 },
    {
      kind: "users",
      file: "people.csv",
      options: { ...options, skipInvalid: false } as ImportOptions,
    },
    { all: [], whole: undefined, remedies: new Remedies("users") },
  );
  expect(hint?.en).toContain("deletes nothing: clomoctl users import people.csv --max-changes 9");
  expect(hint?.en).not.toMatch(/--(?:confirm|max)-deletions/);
});

test("who is kept is not among the number that was confirmed, and releasing devices is for who holds them all", () => {
  const requested = {
    kind: "users",
    file: "people.csv",
    options: { mode: "replace", confirmDeletions: 2, maxDeletions: "5%" } as ImportOptions,
  } as const;
  const held = { all: [], whole: "delete-held", remedies: new Remedies("users") };
  const hint = (isSystem: boolean) => rejectedFile(plan, requested, held, { isSystem }).hint;
  const keep = "clomoctl users import people.csv --undeletable keep --mode replace --max-deletions '5%'";
  expect(hint(true)?.en).toContain(`to keep them and commit the rest: ${keep}; to also`);
  // no import takes devices from an organisation
  const ofOrgs = rejectedFile({ ...plan, kind: "orgs" }, { ...requested, kind: "orgs" }, held, { isSystem: true }).hint;
  expect(ofOrgs?.en).not.toContain("release");
  expect(hint(false)).toEqual({
    en: `to keep them and commit the rest: ${keep}; --mode append deletes nothing`,
    ja: `残したままほかを適用するには: ${keep}。--mode append なら何も削除しません`,
  });
});

test.each([
  [
    "org-delete-holds",
    "clomoctl users import EXPORT.csv --from-console, clomoctl devices import EXPORT.csv --from-console",
  ],
  ["delete-held", "clomoctl devices import EXPORT.csv --from-console"],
  [
    "administrator-delete",
    "clomoctl users administrators remove USER…, of who has a role recorded: clomoctl clomo-account revoke ACCOUNT",
  ],
])(
  "an export of the console that lacks them (%s) is not edited, and deletes: what comes first is told",
  (code, first) => {
    const options = { fromConsole: true, mode: "replace", blank: "clear" } as const;
    const hint = hintFor(options, code);
    expect(hint).toContain(`${first}; then: clomoctl users import people.csv --from-console`);
    expect(hint).not.toMatch(/append|--blank|in the file/);
  },
);

test("a skipped row that may mean one of those to be deleted is said", () => {
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
  [[found("cells-too-few")], "import it so: clomoctl users import people.csv --fix short-rows"],
  [[found("org-unknown")], "if the new names are spelt right: clomoctl users import people.csv --create-orgs"],
  [
    [found("not-mail-address", " a＠example.jp"), found("org-unknown"), found("cells-too-few")],
    "if the new names are spelt right: clomoctl users import people.csv --create-orgs --fix 'trim,width,short-rows'",
  ],
  [
    [found("org-unknown"), found("required"), found("value-blanks", "1 ")],
    "fix the other problems; if the new names are spelt right: clomoctl users import people.csv --create-orgs --fix trim (to write the invalid rows: clomoctl users import people.csv --create-orgs --fix trim --errors bad.csv; --skip-invalid commits the others)",
  ],
  [
    [found("not-mail-address", "a@x.jp;b@x.jp"), found("required")],
    "fix them and import again: clomoctl users import people.csv (to write the invalid rows: clomoctl users import people.csv --errors bad.csv; --skip-invalid commits the others)",
  ],
])("what options can do is one command: %j", (problems, hint) => {
  expect(failureFor({}, undefined, ...problems).hint?.en.slice(0, hint.length)).toBe(hint);
});

test("the command has what was typed", () => {
  const options = { mode: "replace", sheet: "4 月", encoding: "utf-8", fix: ["width"], errors: "e.csv" } as const;
  const { hint } = failureFor(options, undefined, found("org-unknown"), found("cells-too-few"));
  expect(hint?.ja).toBe(
    "新しい名前の綴りが正しければ: clomoctl users import people.csv --create-orgs --mode replace --encoding utf-8 --sheet '4 月' --fix 'width,short-rows' --errors e.csv",
  );
  const console = failureFor({ fromConsole: true, mode: "replace", blank: "clear" }, undefined, found("org-unknown"));
  expect(console.hint?.en).toBe(
    "the mirror lacks what this export names, or still uses what it lacks: import the console's other exports first: clomoctl orgs import EXPORT.csv --from-console; then: clomoctl users import people.csv --from-console",
  );
  const again = failureFor({ map: "map.yaml", fix: ["trim"] }, undefined, found("required")).hint?.ja;
  expect(again).toContain(
    "直して再度インポートしてください: clomoctl users import people.csv --map map.yaml --fix trim(",
  );
  expect(again).toContain("clomoctl users import people.csv --map map.yaml --fix trim --errors bad.csv");
  expect(failureFor({ map: "map.yaml" }, "column-blank").hint?.en).toContain(
    "--blank keep: clomoctl users import people.csv --map map.yaml --blank keep",
  );
  expect(failureFor({ mode: "replace", map: "map.yaml" }, "delete-held").hint?.en).toContain(
    "keep them and commit the rest: clomoctl users import people.csv --undeletable keep --mode replace --map map.yaml",
  );
});

test("of a workbook the invalid rows are written as one", () => {
  const request = { kind: "users", file: "list.xlsx", options: { mode: "append" } as ImportOptions } as const;
  const problems = { all: [], whole: undefined, remedies: new Remedies("users") };
  expect(rejectedFile(plan, request, problems).hint?.en).toContain("users import list.xlsx --errors bad.xlsx;");
});

test("names that are one slip from others are asked about before the command that creates them", () => {
  const remedies = new Remedies("users");
  const unknown = (code: string): FileProblem => ({ ...found("org-unknown"), params: { code } });
  for (const code of ["営業郡", "開発部", "開発部", "関発部", "本店, 東"]) remedies.take(unknown(code));
  remedies.compare(["S01", "営業部", "本店, 西", "本店東"]);
  expect(remedies.nearOf(unknown("営業郡"))).toBe("営業部");
  expect(remedies.nearOf(unknown("開発部"))).toBeUndefined();
  const request = { kind: "users", file: "people.csv", options: { mode: "append" } as ImportOptions } as const;
  const { hint } = rejectedFile(plan, request, { all: [], whole: undefined, remedies });
  expect(hint?.en).toMatch(
    /^check the spelling \(.*営業郡: 営業部\?.*\); if it is right: clomoctl users import people\.csv --create-orgs$/,
  );
  expect(hint?.en).toContain("関発部: 開発部?");
  expect(hint?.ja).toContain("営業郡 は 営業部?");
});

test("where most records would go, the tenant and their number come first, and nothing that deletes is proposed", () => {
  const most = { ...plan, mode: "replace", delete: 40, recordsBefore: 42, tenant: "kanto" } as Import;
  const remedies = new Remedies("users");
  remedies.take(found("org-unknown"));
  const options = { mode: "replace" } as ImportOptions;
  const { hint } = rejectedFile(
    most,
    { kind: "users", file: "people.csv", options },
    { all: [], whole: undefined, remedies },
  );
  expect(hint?.en).toBe(
    "first make sure that tenant and file are meant: 40 of the 42 records of kanto are not in the file and would be deleted; this deletes nothing: clomoctl users import people.csv",
  );
  expect(hint?.ja).toContain("kanto の 42 件のうち 40 件がファイルになく");
});

test("what is typed after the invalid rows were written is the whole command, of their file", () => {
  const options = { sheet: "4 月", map: "list-map.yaml", errors: "bad.xlsx", encoding: "shift_jis" } as const;
  const problems = [found("org-unknown"), found("value-blanks", "1 "), found("required")];
  const command = "clomoctl users import bad.xlsx --create-orgs --map list-map.yaml --fix trim";
  expect(failureFor(options, undefined, ...problems).hint).toEqual({
    en: `bad.xlsx has the invalid rows only; the valid ones (6) are not imported either: mend the original file and import that, or commit them by --skip-invalid, fix bad.xlsx, and then: ${command}`,
    ja: `bad.xlsx にあるのは不正な行だけです。残りの 6 行もまだ登録されていません。元のファイルを直して再度インポートするか、--skip-invalid で残りを登録し、bad.xlsx を直してから: ${command}`,
  });
  const text = failureFor({ errors: "bad.csv", encoding: "shift_jis" }, undefined, found("required")).hint?.en;
  expect(text).toMatch(/, and then: clomoctl users import bad\.csv --encoding shift_jis$/);
  const upload = failureFor({ errors: "bad.csv", emitCsv: "up.csv" }, undefined, found("required")).hint;
  expect(upload?.en).toMatch(/: mend the original file and import that$/);
  expect(upload?.ja).toMatch(/元のファイルを直して再度インポートしてください$/);
});

test("of invalid rows alone their file is all there is to mend", () => {
  const request = {
    kind: "users",
    file: "people.csv",
    options: { mode: "append", errors: "bad.csv" } as ImportOptions,
  } as const;
  const remedies = new Remedies("users");
  const { hint } = rejectedFile({ ...plan, rows: 1 }, request, { all: [], whole: undefined, remedies });
  expect(hint?.en).toBe("fix bad.csv, then: clomoctl users import bad.csv");
  expect(hint?.ja).toBe("bad.csv を直してから: clomoctl users import bad.csv");
});

test("where headers are the cause, the map comes first, and then the one command with all", () => {
  const problems = [found("header-unknown"), found("org-unknown"), found("not-mail-address", "a@x.jp ")];
  const template = "clomoctl csv template --as users";
  expect(failureFor({}, "header-unknown", ...problems).hint).toEqual({
    en: `fix the header row (${template}), or map its columns: clomoctl csv map people.csv --as users -o people-map.yaml; then: clomoctl users import people.csv --create-orgs --map people-map.yaml --fix trim`,
    ja: `ヘッダー行を直すか(列の一覧: ${template})、対応表を作ってください: clomoctl csv map people.csv --as users -o people-map.yaml。続けて: clomoctl users import people.csv --create-orgs --map people-map.yaml --fix trim`,
  });
  expect(failureFor({ map: "my.yaml" }, "header-unknown", ...problems, found("required")).hint?.en).toContain(
    "or add the columns to my.yaml; fix the other problems, then: clomoctl users import people.csv --create-orgs --map my.yaml --fix trim",
  );
  expect(failureFor({}, undefined, found("header-near"), found("required-new")).hint?.en).toContain(
    "clomoctl csv map people.csv --as users -o people-map.yaml; then: clomoctl users import people.csv --map people-map.yaml",
  );
  expect(failureFor({}, undefined, found("org-unknown"), found("required-new")).hint?.en).toContain("fix the other");
});

describe("a column of the console's export that the tenant lacks may be a custom field", () => {
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
        /^if the console has this as custom fields: clomoctl users fields add 部署; then: clomoctl users import people\.csv --from-console; else fix the header row/,
      ),
      ja: expect.stringMatching(
        /^管理画面のカスタムユーザー情報の項目なら: clomoctl users fields add 部署。続けて: clomoctl users import people\.csv --from-console。そうでなければ、ヘッダー行を直すか/,
      ),
    });
  });

  test("as each of several, in words that can be typed", () => {
    const all = hint(console, met("-座 席"), met("b"), met("c"), met("d"), {
      ...met("x", "not-mail-address"),
      params: { value: "a b" },
    });
    expect(all?.en).toContain(
      "clomoctl users fields add -- '-座 席'; clomoctl users fields add b; clomoctl users fields add c; …; fix the other problems, then: ",
    );
  });

  test.each([
    ["of a file that is none", { fromConsole: false }, []],
    ["with a map that names it", { ...console, map: "m.yaml" }, []],
    ["where a column that is needed is missing", console, [met("氏名", "header-missing")]],
  ])("not %s", (_, options, others) => {
    const { en } = hint(options, met("部署"), ...others) ?? same("");
    expect(en).toMatch(/^fix the header row/);
  });
});

test("the name of an organisation in place of its code is no slip of itself, and none is created", () => {
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
  expect(hint?.ja).toContain("直して再度インポートしてください");
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
      "clomoctl users import people.csv --key employee-code --mode replace",
    ],
    ["one by one", [byHand], "clomoctl users edit e51@a.jp --email n51@a.jp"],
    [
      "with further addresses",
      [found({ by: "", to: "n@a.jp m@a.jp" })],
      "clomoctl users edit e51@a.jp --email n@a.jp --email m@a.jp",
    ],
    [
      "with a new employee code",
      [found({ by: "", key: "employee-code", to: "9" })],
      "clomoctl users edit e51@a.jp --employee-code 9",
    ],
    [
      "one by one, if the key is not that of all",
      [byCode, byHand],
      "clomoctl users edit e51@a.jp --email n51@a.jp; clomoctl users edit e51@a.jp --email n51@a.jp",
    ],
    [
      "the first of many",
      Array.from({ length: 4 }, () => byHand),
      `${"clomoctl users edit e51@a.jp --email n51@a.jp; ".repeat(3)}…`,
    ],
  ])("keep their records: %s", (_, problems, keep) => {
    const { hint } = failureFor({ mode: "replace" }, undefined, ...problems);
    const anew = "clomoctl users import people.csv --mode replace --allow new-address";
    expect(hint?.en).toBe(`if they are the same people: ${keep}; if they are others: ${anew}`);
    expect(hint?.ja).toBe(`同じ人なら: ${keep}。別の人なら: ${anew}`);
  });

  test("stand beside other problems, and beside devices that hold who would go", () => {
    expect(failureFor({ mode: "replace" }, undefined, byHand, other).hint?.en).toMatch(
      /^fix the other problems; if they/,
    );
    expect(failureFor({ mode: "replace" }, "delete-held", byHand).hint?.en).toMatch(/^if they are the same people/);
    const held = failureFor({ fromConsole: true, mode: "replace" }, "delete-held", byCode).hint?.en;
    expect(held).toMatch(
      /^if they are the same people: clomoctl users import people.csv --key employee-code --from-console; /,
    );
  });

  test.each([
    [
      "organisations of another export",
      { ...other, code: "org-unknown", params: { value: "S91" } },
      "the mirror lacks what this export names, or still uses what it lacks: import the console's other exports first: clomoctl orgs import EXPORT.csv --from-console; then: if they are the same people: ",
      "import EXPORT.csv --from-console。続けて: 同じ人なら: ",
    ],
    [
      "values that are wrong in the console",
      other,
      "correct the other records in the console and export them anew; if they are the same people: ",
      "ほかの問題は管理画面で直し、もう一度エクスポートしてください。同じ人なら: ",
    ],
  ])("of an export, stand beside %s", (_, beside, en, ja) => {
    const { hint } = failureFor({ fromConsole: true, mode: "replace", blank: "clear" }, undefined, beside, byCode);
    const keep = "clomoctl users import people.csv --key employee-code --from-console";
    expect(hint?.en).toContain(`${en}${keep}; if they are others: `);
    expect(hint?.ja).toContain(`${ja}${keep}。別の人なら: `);
  });

  test("are not told of a file that looks like another tenant's: its codes would change the wrong people", () => {
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
    const { hint } = rejectedFile(foreign, request, { all: [], whole: undefined, remedies });
    expect(hint?.en).toMatch(/^first make sure that tenant and file are meant/);
    expect(hint?.en).not.toContain("--key");
  });
});
