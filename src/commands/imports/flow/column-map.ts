import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { FORMATS, type FormatName } from "../../../lib/csv/formats/index.ts";
import type { ColumnMap } from "../../../lib/csv/map-file.ts";
import { parseMapFile } from "../../../lib/csv/map-file-parse.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";

/**
 * The map a file is read by: that of `--map`, else the context's for the format, if there is one.
 *
 * @throws `usage` when the map's file cannot be read, `input-rejected` when it is no map for the format
 */
export async function findMap(
  { tenant, workingFolder }: Pick<Tools, "tenant" | "workingFolder">,
  format: FormatName,
  asked: string | undefined,
): Promise<ColumnMap | undefined> {
  const { context } = await tenant();
  const named = asked ?? (context.kind === "embedded" ? context.maps.get(format) : undefined);
  if (named === undefined) return undefined;
  const path = isAbsolute(named) ? named : join(workingFolder, named);
  const content = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new Failure("usage", {
      what: text("this map file cannot be read", "このマップファイルを読み込めません"),
      where: named,
      cause,
    });
  });
  return parseMapFile(content, FORMATS[format], named);
}
