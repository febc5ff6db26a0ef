import { line, step } from "../../lib/advice/index.ts";
import type { Client, TaskRecord } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";

export const PART_OPTIONS = {
  record: {
    kind: "string",
    value: "NAME",
    repeatable: true,
    about: text(
      "only this record, by email address, code, number or id (default: the whole task)",
      "このデータだけ(メールアドレス、コード、番号、ID。既定: 作業のすべて)",
    ),
  },
  field: {
    kind: "string",
    value: "FIELD",
    repeatable: true,
    about: text("only this field, by its name in --format json", "この項目だけ(--format json での名前)"),
  },
} as const;

interface TaskFilter {
  readonly record: readonly string[];
  readonly field: readonly string[];
}

const isRecordName = ({ id, name, key, console }: TaskRecord, called: string): boolean =>
  [id, key, console?.key, key === null ? name : null].includes(called);

export const getUniqueName = (record: TaskRecord, records: readonly TaskRecord[]): string => {
  const name = record.key ?? record.name;
  return records.some((other) => other !== record && isRecordName(other, name)) ? record.id : name;
};

/** Returns the selected records' ids and the selected fields.  @throws `not-found` if no task has a selected record */
export const resolveTaskFilter = async (
  client: Pick<Client<"console">, "console">,
  numbers: readonly number[],
  { record, field }: TaskFilter,
): Promise<{ readonly records?: string[]; readonly fields?: string[] }> => {
  const fields = field.length === 0 ? {} : { fields: [...field] };
  if (record.length === 0) return fields;
  const tasks = await Promise.all(numbers.map((number) => client.console.show(number, { all: true })));
  const all = tasks.flatMap(({ records }) => records);
  const ids = record.flatMap((called) => {
    const found = all.filter((one) => isRecordName(one, called));
    if (found.length === 0) throw createNoRecordFailure(called, numbers);
    return found.map(({ id }) => id);
  });
  return { records: [...new Set(ids)], ...fields };
};

const createNoRecordFailure = (called: string, [first = 0]: readonly number[]): Failure => {
  const see = line("console show", [first], { rows: true });
  return new Failure("not-found", {
    what: text(`no open record of the tasks matches "${called}"`, `作業に、未了の「${called}」はありません`),
    hint: step("to list all records of the task", "作業の対象の一覧", see),
  });
};
