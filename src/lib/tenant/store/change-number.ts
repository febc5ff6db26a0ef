import { line } from "../../advice/line.ts";
import { Failure } from "../../errors/index.ts";
import { actionName } from "../../model/audit.ts";
import { parseImportNumber } from "../../model/import-number.ts";
import { text } from "../../text/index.ts";
import { unknownImport, readImport, recordOf, type ImportRecord } from "./imports/record.ts";
import type { Reader } from "./store.ts";

/**
 * The import that somebody names: by its id, or by the number of its change or of its plan.
 *
 * @throws Failure `not-found`, which tells what else the number is of
 */
export const importNamed = async (reader: Reader, name: string): Promise<ImportRecord> => {
  const number = parseImportNumber(name);
  if (number === undefined) return readImport(reader, name);
  const { of, value } = number;
  const column = of === "plan" ? "pk" : "change";
  const row = await reader.get(`select * from import where ${column} = :value`, { value });
  if (row !== undefined) return recordOf(row);
  const change = of === "plan" ? undefined : await reader.get("select action from audit where seq = :value", { value });
  throw change === undefined ? unknownImport(name) : otherChange(value, String(change["action"]));
};

const otherChange = (number: number, action: string): Failure => {
  const { en, ja } = actionName(action);
  const see = line("audit show", [number]);
  return new Failure("not-found", {
    what: text(`${number} is not an import: ${en}`, `${number} はインポートではありません(${ja})`),
    hint: text(`see it: ${see}`, `確認: ${see}`),
  });
};
