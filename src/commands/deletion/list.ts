import { format, parse } from "node:path";
import type { Import } from "../../lib/client/index.ts";
import { text } from "../../lib/text/index.ts";
import { writeDeletions } from "../imports/outputs/console/deletions.ts";
import type { Tools } from "../tools.ts";

/** The file beside a list, with what goes along: `gone.xlsx`, `gone-users.xlsx`. */
const besideOf = (file: string, { kind }: Import): string => {
  const { dir, name, ext } = parse(file);
  return format({ dir, name: `${name}-${kind}`, ext });
};

/**
 * Writes who goes by deletions that are committed together: the first one's records to the file, those of another beside it.
 *
 * @param path absolute
 * @param done called when all files are in place; if it throws, none is left
 */
export async function writeLists(
  tools: Tools,
  path: string,
  [first, ...others]: readonly Import[],
  done: () => Promise<unknown>,
): Promise<void> {
  if (first === undefined) {
    await done();
    return;
  }
  const [next] = others;
  const rest = next === undefined ? done : () => writeLists(tools, besideOf(path, next), others, done);
  await writeDeletions(tools, path, first, rest);
  await tools.terminal.note(text(`list written: ${path}`, `一覧を書き出しました: ${path}`));
}
