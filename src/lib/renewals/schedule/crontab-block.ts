import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";

const BEGIN = "# >>> clomoctl renewals >>>";
const END = "# <<< clomoctl renewals <<<";
/** Said by the last line of a block that had to end the line above it first. */
const LINE_ENDED = " (the line above the first had no line end)";

/** A crontab, byte for byte: each character is one byte. */
export type CrontabText = string;

/** A block in a crontab. */
export interface Block {
  /** the lines between the marks, without line ends */
  readonly lines: readonly string[];
  readonly before: CrontabText;
  readonly after: CrontabText;
}

/**
 * The block in a crontab; undefined where there is none.
 *
 * @throws `input-rejected` when its marks do not make one block: somebody has edited them
 */
export function findBlock(crontab: CrontabText): Block | undefined {
  const lines = crontab.split(/(?<=\n)/);
  const isMark = (line: string, mark: string): boolean => line.trimEnd() === mark;
  const begins = lines.flatMap((line, at) => (isMark(line, BEGIN) ? [at] : []));
  const ends = lines.flatMap((line, at) => (isMark(line, END) || isMark(line, END + LINE_ENDED) ? [at] : []));
  const [begin] = begins;
  const [end] = ends;
  if (begin === undefined && end === undefined) return undefined;
  if (begin === undefined || end === undefined || begins.length > 1 || ends.length > 1 || end < begin) {
    throw new Failure("input-rejected", {
      what: text(
        "the markers of clomoctl in the crontab are damaged; nothing was changed",
        "crontab 内の clomoctl の目印が壊れています。何も変更していません",
      ),
      hint: text(
        `remove the lines from "${BEGIN}" to "${END}" with crontab -e`,
        `crontab -e で「${BEGIN}」から「${END}」までの行を削除してください`,
      ),
    });
  }
  const before = lines.slice(0, begin).join("");
  const after = lines.slice(end + 1).join("");
  const lineWasEnded = isMark(lines[end] ?? "", END + LINE_ENDED) && after === "";
  return {
    lines: lines.slice(begin + 1, end).map((line) => line.trimEnd()),
    before: lineWasEnded ? before.replace(/\n$/, "") : before,
    after,
  };
}

/** The crontab with `lines` as its block: where it was, else at the end; every other byte stays. */
export function withBlock(crontab: CrontabText, lines: readonly string[]): CrontabText {
  const { before, after } = findBlock(crontab) ?? { before: crontab, after: "" };
  const ended = before === "" || before.endsWith("\n");
  const end = ended ? END : END + LINE_ENDED;
  return [before, ended ? "" : "\n", ...[BEGIN, ...lines, end].map((line) => `${line}\n`), after].join("");
}

/** The crontab as it was before the block came. */
export function withoutBlock(crontab: CrontabText): CrontabText {
  const block = findBlock(crontab);
  return block === undefined ? crontab : block.before + block.after;
}
