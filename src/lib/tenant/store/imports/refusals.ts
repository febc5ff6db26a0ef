import { Failure } from "../../../errors/index.ts";
import { IMPORT_STATE_NAMES } from "../../../model/import.ts";
import { text } from "../../../text/index.ts";
import type { ImportRecord } from "./record.ts";

/** The failure of an open import that an older program made, of which nothing is read any more. */
export const outdated = ({ id }: ImportRecord): Failure =>
  new Failure("conflict", {
    what: text(
      `import ${id} was discarded: made by an older clomoctl; import the file again`,
      `インポート ${id} は破棄されました。以前の版の clomoctl で作られています。ファイルをもう一度インポートしてください`,
    ),
  });

/** The failure of committing a plan with invalid rows. */
export const rejected = (record: ImportRecord): Failure =>
  new Failure("input-rejected", {
    what: text(
      `import ${record.id} has invalid rows; nothing was changed`,
      `インポート ${record.id} に不正な行があるため、何も変更していません`,
    ),
    hint: text(`see them: clomoctl imports show ${record.id}`, `確認: clomoctl imports show ${record.id}`),
  });

/** The failure of asking for the plan of an import that has none (any more). */
export const withoutPlan = (record: ImportRecord): Failure => {
  const { id, state, detail } = record;
  if (detail.outdated === true) return outdated(record);
  return new Failure("conflict", {
    what: text(
      `import ${id} is ${state}; it has no open plan`,
      `インポート ${id} は${IMPORT_STATE_NAMES[state].ja}で、有効な計画がありません`,
    ),
    hint: text("import the file again", "ファイルをもう一度インポートしてください"),
  });
};

/** The failure of committing a plan after a collection that it read has changed. */
export const overtakenByTenant = ({ id }: Pick<ImportRecord, "id">): Failure =>
  new Failure("conflict", {
    what: text("the tenant changed since the plan was made", "計画を作った後にテナントが変更されました"),
    hint: text(
      `compare again: clomoctl imports replan ${id}`,
      `もう一度比較してください: clomoctl imports replan ${id}`,
    ),
  });
