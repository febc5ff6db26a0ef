import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { run } from "#support/commands/program.ts";
import { Desk } from "#support/console/desk.ts";
import { encodeCsv } from "#support/tenant/tenant.ts";

const { CLOMOCTL_FILES = 30, CLOMOCTL_SEED = 20_261_129 } = process.env;

/** Headers with what a right cell looks like; # is the number of the row. */
const KINDS = {
  users: {
    columns:
      "氏名=佐藤 #,メールアドレス=p#@example.jp,フリガナ=サトウ,組織コード=10#,社員コード=00#,役職=課長,退職日=,在籍区分=在籍,発令日=2026/3/1,TEL=03-1234-56#",
    creates: " --create-orgs --org-by code",
  },
  orgs: { columns: "組織名=営業#,組織コード=10#,上位組織コード=,備考=x", creates: "" },
  docs: {
    columns: "表示名=佐藤 #,ユーザーID=user#,パスワード=Passw0rd#x,グループ名=営業,ファイル管理者権限=,説明=x",
    creates: " --create-groups",
  },
} as const;

const WRONG =
  ",,佐藤 花子,ｻﾄｳ,a@example.jp,A@example.jp,x@,1000,01000,本社/営業,2026/3/31,20270331,46477,R8.3.31,退職,休職,-,00000000,=1+1,#N/A,\u0000,𠮷野,\uFFFD,3.0E+05,true,合計,営業;総務".split(
    ",",
  );

const files = fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])).chain((kind) => {
  const columns = KINDS[kind].columns.split(",").map((column) => column.split("=") as [string, string]);
  const cell = fc.oneof(
    { weight: 30, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...WRONG) },
  );
  return fc.record({
    kind: fc.constant(kind),
    columns: fc.oneof({ weight: 4, arbitrary: fc.constant(columns) }, fc.subarray(columns, { minLength: 2 })),
    further: fc.oneof(
      { weight: 6, arbitrary: fc.constant<string[]>([]) },
      fc.subarray(["備考", "区分", "氏名", "Email"]),
    ),
    rows: fc.array(fc.array(cell, { minLength: 14, maxLength: 14 }), { maxLength: 8 }),
  });
});

interface Problem {
  readonly severity: string;
  readonly row: number;
  readonly column: number;
  readonly code: string;
}

/** Returns the errors of a refused file, row by row. */
function listErrors(exit: number, stderr: string): readonly string[] | string {
  if (exit === 0) return [];
  const { problems, detail } = JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "") as {
    readonly problems?: readonly Problem[];
    readonly detail: string;
  };
  if (problems === undefined) return detail;
  return problems.flatMap(({ severity, row, column, code }) =>
    severity === "error" ? [`${row}:${column} ${code}`] : [],
  );
}

test(`csv check and an import agree about ${CLOMOCTL_FILES} files`, { timeout: 3_600_000 }, async () => {
  await using desk = new Desk();
  const counts = { refused: 0, "with errors in rows": 0, right: 0 };
  for (const { kind, ...file } of fc.sample(files, { numRuns: Number(CLOMOCTL_FILES), seed: Number(CLOMOCTL_SEED) })) {
    const rows = [
      [...file.columns.map(([header]) => header), ...file.further],
      ...file.rows.map((row, at) =>
        [...file.columns.map(([, right]) => right.replace("#", String(at + 11))), ...file.further.map(() => "x")].map(
          (right, column) => row[column] ?? right,
        ),
      ),
    ];
    desk.tenant.clear();
    writeFileSync(desk.path("file.csv"), encodeCsv(rows));
    const noun = kind === "docs" ? "secured users import file.csv --app docs" : `${kind} import file.csv`;
    const [checked, imported] = await Promise.all(
      [`csv check file.csv --as ${kind}`, `${noun}${KINDS[kind].creates} --dry-run`].map(async (line) => {
        const { exit, stderr } = await run(`${line} --format json`, {
          tenant: desk.tenant.fetch,
          home: join(desk.tenant.folder, "home"),
          folder: desk.folder,
          now: new Date(desk.tenant.surroundings.now()),
        });
        return listErrors(exit, stderr);
      }),
    );
    expect(checked, rows.map((row) => row.join()).join("\n")).toEqual(imported);
    counts[typeof checked === "string" ? "refused" : checked?.length === 0 ? "right" : "with errors in rows"] += 1;
  }
  process.stdout.write(`${JSON.stringify(counts)}\n`);
});
