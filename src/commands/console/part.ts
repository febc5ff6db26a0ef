import { line, step } from "../../lib/advice/index.ts";
import type { Client, TaskRecord } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";

/** Options by which a command is about a part of its tasks. */
export const PART_OPTIONS = {
  record: {
    kind: "string",
    value: "NAME",
    repeatable: true,
    about: text(
      "only this record, by its address, code, number or id (default: all of the task)",
      "このデータだけ(メールアドレス、コード、番号、ID。既定: 作業のすべて)",
    ),
  },
  field: {
    kind: "string",
    value: "FIELD",
    repeatable: true,
    about: text("only this field, as --format json names it", "この項目だけ(--format json での名前)"),
  },
} as const;

/** The part of tasks that somebody names. */
interface TaskFilter {
  readonly record: readonly string[];
  readonly field: readonly string[];
}

const isCalled = ({ id, name, key, console }: TaskRecord, called: string): boolean =>
  [id, key, console?.key, key === null ? name : null].includes(called);

/** Returns a name of a record that no other of some records has. */
export const nameForPart = (record: TaskRecord, records: readonly TaskRecord[]): string => {
  const name = record.key ?? record.name;
  return records.some((other) => other !== record && isCalled(other, name)) ? record.id : name;
};

/** The ids of records, and the fields, that somebody names of tasks. @throws Failure `not-found` if no task has a record */
export const partOf = async (
  client: Pick<Client<"console">, "console">,
  numbers: readonly number[],
  { record, field }: TaskFilter,
): Promise<{ readonly records?: string[]; readonly fields?: string[] }> => {
  const fields = field.length === 0 ? {} : { fields: [...field] };
  if (record.length === 0) return fields;
  const tasks = await Promise.all(numbers.map((number) => client.console.show(number, { all: true })));
  const all = tasks.flatMap(({ records }) => records);
  const ids = record.flatMap((called) => {
    const found = all.filter((one) => isCalled(one, called));
    if (found.length === 0) throw notOfTasks(called, numbers);
    return found.map(({ id }) => id);
  });
  return { records: [...new Set(ids)], ...fields };
};

const notOfTasks = (called: string, [first = 0]: readonly number[]): Failure => {
  const see = line("console show", [first], { rows: true });
  return new Failure("not-found", {
    what: text(`no record ${called} is open in the tasks`, `作業に、未了の「${called}」はありません`),
    hint: step("see them all", "一覧", see),
  });
};
