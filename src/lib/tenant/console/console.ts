import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { FORMAT_NAMES, type FormatName } from "../../nouns/index.ts";
import { findColumn } from "../../model/format.ts";
import { FORMATS } from "../../model/formats.ts";
import { text } from "../../text/index.ts";
import { confirmDrift } from "./drift.ts";
import { listTasks, readTasks, type ConsoleTask } from "./tasks.ts";
import { createWrongValueFailure } from "../plans/check-request.ts";
import type { Session } from "../session.ts";
import { findRevision } from "../audit/change-number.ts";
import { CONSOLE_COLLECTION } from "../store/collections.ts";
import { buildNameListSql } from "../store/sql.ts";
import { getVersionSchema } from "../versions/save-versions.ts";
import { CUSTOM_FIELDS_COLUMN, findFileFields } from "./observed-state.ts";
import { buildRecordWrittenSql } from "./written.ts";

/** Confirms those parts of tasks that no export shows. Returns what is left to do. @throws `not-found`, `conflict` */
export const confirmTasks = (session: Session, numbers: readonly number[]): Promise<readonly ConsoleTask[]> => {
  const wanted = [...new Set(numbers)];
  const change = { action: "console.confirm", writer: "confirm", locks: [CONSOLE_COLLECTION], once: true } as const;
  return session.change(change, async (writer) => {
    await readTasks(writer, wanted);
    for (const number of wanted) {
      if ((await confirmDrift(writer, await findRevision(writer, number))) > 0) continue;
      throw new Failure("conflict", {
        what: text(
          `console exports show whether task ${number} is done; to close the task, import an export`,
          `作業 ${number} は管理画面のエクスポートで確認できます。エクスポートを取り込むと完了になります`,
        ),
        hint: step("to see the task", "作業の確認", line("console show", [number])),
      });
    }
    const objects = wanted.map((number) => ({ thing: "console_task", id: String(number) }));
    return { result: await listTasks(writer, { numbers: wanted }), objects, detail: {} };
  });
};

export interface WrittenFile {
  readonly kind: FormatName;
  readonly fields: readonly string[];
  readonly ids?: readonly string[] | undefined;
}

/** Records what is in files for the console, so that values that are taken back later can be recognised. */
export const recordFiles = (session: Session, files: readonly WrittenFile[]): Promise<Record<string, never>> => {
  const change = { action: "console.upload", commits: false, locks: [CONSOLE_COLLECTION], once: true } as const;
  return session.change(change, async (writer) => {
    for (const { kind, fields, ids } of files) {
      if (!FORMAT_NAMES.includes(kind)) throw createWrongValueFailure("kind");
      const isKnown = (field: string): boolean =>
        field.startsWith("custom:") || findColumn(FORMATS[kind].columns, field) !== undefined;
      if (!fields.every(isKnown)) throw createWrongValueFailure("fields");
      const versions = getVersionSchema(FORMATS[kind].thing.name);
      const { thing } = versions;
      const isListed = ids === undefined ? "true" : "id in (select value from json_each(:ids))";
      const isOfKind = thing.scope === undefined ? "true" : `${thing.scope} = '${kind}'`;
      const which = `o.pk in (select pk from ${thing.name} where ${isListed} and ${isOfKind})`;
      const known = `select count(*) from ${thing.name} where id in (select value from json_each(:ids)) and ${isOfKind}`;
      if (ids !== undefined && (await writer.count(known, { ids: JSON.stringify(ids) })) !== new Set(ids).size)
        throw createWrongValueFailure("ids");
      const isInFile = (name: string): string => {
        const own = findFileFields(thing, name);
        if (name === CUSTOM_FIELDS_COLUMN) return "'custom:' || c.name in (select value from json_each(:fields))";
        return `exists (select 1 from json_each(:fields) where value in (${buildNameListSql(own)}))`;
      };
      await writer.run(buildRecordWrittenSql(versions, which, isInFile), {
        fields: JSON.stringify(fields),
        ...(ids && { ids: JSON.stringify(ids) }),
      });
    }
    const objects = files.map(({ kind }) => ({ thing: "upload_file", id: kind }));
    const detail = { files: files.map(({ kind, ids }) => ({ kind, records: ids?.length ?? null })) };
    return { result: {}, objects, detail };
  });
};
