import { getVersionSchema } from "../ledger/versions.ts";
import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { findColumn } from "../../derived/format.ts";
import { FORMATS } from "../../derived/formats.ts";
import { FORMAT_NAMES, THINGS_WITHOUT_TASKS, TYPES_BY_FORMAT, type FormatName } from "../../nouns/index.ts";
import { text } from "../../text/index.ts";
import { findRevision, getLastChange } from "../ledger/audit-change-number.ts";
import { operation } from "./operation.ts";
import { createWrongValueFailure } from "../plans/import-failures.ts";
import type { Session } from "../ledger/session.ts";
import { CONSOLE_COLLECTION } from "../ledger/rows.ts";
import { buildNameListSql } from "../store/sql.ts";
import type { Writer } from "../store/types.ts";
import { confirmDrift } from "../ledger/drift.ts";
import { findFileFields, buildRecordWrittenSql } from "../ledger/observed-state.ts";
import { listTasks, readTasks, type ConsoleTask } from "../ledger/tasks.ts";

const FORMATS_WITH_TASKS = FORMAT_NAMES.filter((kind) => !THINGS_WITHOUT_TASKS.includes(TYPES_BY_FORMAT[kind]));

export const consoleTasks = {
  list: operation({
    route: "GET /v1/console",
    about: "List the tasks to do in the console, oldest first",
    input: ({ z }) => z.strictObject({}),
    needs: ["console.read"],
    run: ({ session }) => session.read((reader) => listTasks(reader)),
  }),
  show: operation({
    route: "GET /v1/console/{number}",
    about: "Get one task; `last` is the task of the caller's last change",
    path: ({ z }) => ({ number: z.union([z.coerce.number().int().positive(), z.literal("last")]) }),
    input: ({ z, queryFlag }) =>
      z.strictObject({ all: queryFlag.meta({ description: "include all records of the task" }) }),
    needs: ["console.read"],
    run: ({ session }, given, { number }) =>
      session.read(async (reader) => {
        const own = number === "last" ? (await getLastChange(reader, session.actorName)).number : number;
        const [task] = await readTasks(reader, [own], given.all);
        return task as ConsoleTask;
      }),
  }),
  confirm: operation({
    route: "POST /v1/console",
    about: "Record that the part of tasks that no export shows was done in the console",
    input: ({ z }) => z.strictObject({ numbers: z.array(z.int().positive()).min(1).max(1000) }),
    needs: ["console.write"],
    once: true,
    run: ({ session }, { numbers }) => confirmTasks(session, [...new Set(numbers)]),
  }),
  write: operation({
    route: "POST /v1/console/files",
    about: "Record which values files for the console contain. Call this before writing the files",
    input: ({ z }) =>
      z.strictObject({
        files: z
          .array(
            z.strictObject({
              kind: z.enum(FORMATS_WITH_TASKS),
              fields: z.array(z.string()).meta({ description: "fields of the file's columns" }),
              ids: z
                .array(z.string())
                .optional()
                .meta({ description: "IDs of the records in the file; default: all records" }),
            }),
          )
          .min(1)
          .max(100),
      }),
    needs: ["console.write"],
    once: true,
    run: ({ session }, { files }) =>
      session.change({ ...CHANGE, action: "console.upload", commits: false }, async (writer) => {
        for (const file of files) await recordFile(writer, file);
        const objects = files.map(({ kind }) => ({ thing: "upload_file", id: kind }));
        const detail = { files: files.map(({ kind, ids }) => ({ kind, records: ids?.length ?? null })) };
        return { result: {}, objects, detail };
      }),
  }),
};

const CHANGE = { locks: [CONSOLE_COLLECTION], once: true } as const;

/** Confirms those parts of tasks that no export shows. Returns what is left to do. @throws `not-found`, `conflict` */
const confirmTasks = (session: Session, numbers: readonly number[]): Promise<readonly ConsoleTask[]> =>
  session.change({ ...CHANGE, action: "console.confirm", writer: "confirm" }, async (writer) => {
    await readTasks(writer, numbers);
    for (const number of numbers) {
      if ((await confirmDrift(writer, await findRevision(writer, number))) > 0) continue;
      throw new Failure("conflict", {
        what: text(
          `console exports show whether task ${number} is done; to close the task, import an export`,
          `作業 ${number} は管理画面のエクスポートで確認できます。エクスポートを取り込むと完了になります`,
        ),
        hint: step("to see the task", "作業の確認", line("console show", [number])),
      });
    }
    const objects = numbers.map((number) => ({ thing: "console_task", id: String(number) }));
    return { result: await listTasks(writer, { numbers }), objects, detail: {} };
  });

/** Records what is in a file for the console, so that values that are taken back later can be recognised. */
const recordFile = async (
  writer: Writer,
  { kind, fields, ids }: { kind: FormatName; fields: readonly string[]; ids?: readonly string[] | undefined },
): Promise<void> => {
  if (!FORMAT_NAMES.includes(kind)) throw createWrongValueFailure("kind");
  const { columns, thing } = FORMATS[kind];
  const isKnown = (field: string): boolean => field.startsWith("custom:") || findColumn(columns, field) !== undefined;
  if (!fields.every(isKnown)) throw createWrongValueFailure("fields");
  const isOfKind = thing.scope === undefined ? "true" : `${thing.scope} = '${kind}'`;
  const isListed = ids === undefined ? "true" : "id in (select value from json_each(:ids))";
  const listed = `from ${thing.name} where ${isListed} and ${isOfKind}`;
  const params = ids === undefined ? {} : { ids: JSON.stringify(ids) };
  if (ids !== undefined && (await writer.count(`select count(*) ${listed}`, params)) !== new Set(ids).size)
    throw createWrongValueFailure("ids");
  const isInFile = (name: string): string =>
    name === "custom"
      ? "'custom:' || c.name in (select value from json_each(:fields))"
      : `exists (select 1 from json_each(:fields) where value in (${buildNameListSql(findFileFields(thing, name))}))`;
  const written = buildRecordWrittenSql(getVersionSchema(thing.name), `o.pk in (select pk ${listed})`, isInFile);
  await writer.run(written, { ...params, fields: JSON.stringify(fields) });
};

export type { TaskRecord, ConsoleTask } from "../ledger/tasks.ts";
