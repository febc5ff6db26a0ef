import type { Import } from "../../../lib/client/index.ts";
import { dayOf } from "../../../lib/model/time.ts";
import { text } from "../../../lib/text/index.ts";
import { zoneOf, type Tools } from "../../tools.ts";

/** Maximum number of newer exports that a warning names. */
const MAX_NEWER = 3;

/** Warns of an export of the console that was taken over before newer ones: it does not show what the console has now. */
export async function warnOfOldExport(tools: Tools, earlier: Import["takenOver"]): Promise<void> {
  if (earlier === undefined) return;
  const { change, at, newer } = earlier;
  const day = dayOf(at, zoneOf(tools, await tools.tenant("imports")));
  const shown = [...newer.slice(0, MAX_NEWER), ...(newer.length > MAX_NEWER ? ["…"] : [])];
  await tools.terminal.warn(
    text(
      `this file was taken over already on ${day} (change ${change}); newer exports: ${shown.join(", ")}`,
      `このファイルは ${day} に取り込み済みです(変更 ${change})。その後に取り込んだエクスポート: ${shown.join("、")}`,
    ),
  );
}
