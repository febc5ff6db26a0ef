import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { run } from "#support/commands/program.ts";
import { Desk } from "#support/console/desk.ts";
import { encodeCsv } from "#support/tenant/tenant.ts";
import { COUNT_OF_SPELLINGS, MARKED, personOf, twoMonths, type Month, type TwoMonths } from "./months.ts";

const { CLOMOCTL_LISTS = 25, CLOMOCTL_SEED = 20_261_129 } = process.env;
const ORGS = [
  ["組織名", "組織コード"],
  ["営業部", "1000"],
  ["総務部", "2000"],
  ["製造部", "3000"],
];
const HEADER = ["社員コード", "氏名", "メールアドレス", "組織コード", "役職"];

const desk = new Desk();

async function found(people: number): Promise<void> {
  desk.tenant.clear();
  await desk.tenant.import({ kind: "orgs" }, ORGS);
  const rows = Array.from({ length: people }, (_, at) => Object.values(personOf(at + 1)));
  await desk.tenant.import({ kind: "users" }, [HEADER, ...rows]);
}

const ask = (line: string, typing: boolean) =>
  run(line, {
    tenant: desk.tenant.fetch,
    home: join(desk.tenant.folder, "home"),
    folder: desk.folder,
    terminal: typing ? { typing: "presets" } : undefined,
    now: new Date(desk.tenant.surroundings.now()),
  });

const mails = async (): Promise<readonly string[]> => (await desk.tenant.users()).map(({ emails }) => emails[0] ?? "");

/** Imports and selects a list, and returns what it did to people that it does not mean. */
async function go({ rows, left, joined }: Month, selects: boolean, typing: boolean): Promise<readonly string[]> {
  const wrong: string[] = [];
  writeFileSync(desk.path("list.csv"), encodeCsv(rows));
  const before = await mails();
  const imported = await ask(`users import list.csv${typing ? "" : " --yes"}`, typing);
  const created = (await mails()).filter((mail) => !before.includes(mail));
  wrong.push(...created.filter((mail) => !joined.includes(mail)).map((mail) => `created ${mail}`));
  if (![0, 3, 8].includes(imported.exit)) wrong.push(`import: exit code ${imported.exit}`);
  if (imported.exit === 3) wrong.push(`refused ${imported.stderr}`);
  if (!selects) return wrong;
  for (const use of ["leave", "delete"]) {
    const { exit, stdout, stderr } = await ask(`users ${use} --file list.csv --dry-run --format json`, typing);
    if (![0, 3, 8].includes(exit) || stderr.includes("unknown column")) wrong.push(`${use}: ${exit} ${stderr}`);
    const planned = [...`${stdout}${stderr}`.matchAll(/(p\d+@example\.jp)[^\n]*/g)].flatMap(([line, mail = ""]) =>
      exit !== 3 && /"name"|^p/.test(line) && (use === "leave" ? stdout : stderr).includes(`- ${mail}`) ? [mail] : [],
    );
    const leavers =
      use === "leave" && exit !== 3 && stdout !== ""
        ? (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name)
        : planned;
    wrong.push(
      ...leavers.filter((mail) => mail.includes("@") && !left.includes(mail)).map((mail) => `${use}: ${mail}`),
    );
  }
  return wrong;
}

/** Lists without a column about leaving are no lists of leavers. */
const isAboutLeaving = ({ fields }: TwoMonths): boolean => fields.includes("day") || fields.includes("state");

test(
  `${CLOMOCTL_LISTS} lists of two months make and delete nobody whom they do not mean`,
  { timeout: 36_000_000 },
  async () => {
    const violations: string[] = [];
    const asked: string[] = [];
    const counts = { lists: 0, secondMonths: 0, silent: 0 };
    for (const list of fc.sample(twoMonths, { numRuns: Number(CLOMOCTL_LISTS), seed: Number(CLOMOCTL_SEED) })) {
      counts.lists += 1;
      await found(list.people);
      const [one, other] = list.months;
      if (one === undefined || other === undefined) continue;
      const show = (month: Month): string => [month.made.join(), ...month.rows.map((row) => row.join())].join("\n");
      const first = await go(one, isAboutLeaving(list), true);
      violations.push(
        ...first.filter((wrong) => !wrong.startsWith("refused")).map((wrong) => `${wrong}\n${show(one)}`),
      );
      const reason = first.find((wrong) => wrong.startsWith("refused"));
      if (one.made.includes("shifted") || other.made.includes("shifted")) continue;
      if (reason !== undefined) {
        asked.push(`month 1 ${reason}\n${show(one)}`);
        continue;
      }
      const second = await go(other, false, false);
      const refused = second.find((wrong) => wrong.startsWith("refused"));
      counts.secondMonths += 1;
      if (refused === undefined) counts.silent += 1;
      else asked.push(`${refused}\n${show(other)}`);
      violations.push(
        ...second.filter((wrong) => !wrong.startsWith("refused")).map((wrong) => `month 2: ${wrong}\n${show(other)}`),
      );
    }
    await desk[Symbol.asyncDispose]();
    process.stdout.write(`${JSON.stringify(counts)} of ${COUNT_OF_SPELLINGS} spellings and ${MARKED.length} marks\n`);
    if (process.env["CLOMOCTL_LISTS_ASKED"] !== undefined)
      writeFileSync(process.env["CLOMOCTL_LISTS_ASKED"], asked.join("\n\n"));
    expect(violations.slice(0, 5).join("\n\n")).toBe("");
    expect(counts.silent / counts.secondMonths).toBeGreaterThanOrEqual(0.95);
  },
);
