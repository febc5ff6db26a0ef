import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";

const BEGIN_MARKER = "# >>> clomoctl renewals >>>";
const END_MARKER = "# <<< clomoctl renewals <<<";
/**
 * Text that is added to the end marker if the crontab had no final newline before the block was inserted. When the
 * block is removed, that newline is removed too.
 */
const MISSING_NEWLINE_NOTE = " (the line above the first had no line end)";

/** The content of a crontab, in which each character is one byte. */
export type CrontabText = string;

/** The clomoctl block in a crontab. */
export interface CrontabBlock {
  /** the lines between the markers, without newlines */
  readonly lines: readonly string[];
  readonly before: CrontabText;
  readonly after: CrontabText;
}

/**
 * Finds the block in a crontab. Returns undefined if there is no block.
 *
 * @throws `input-rejected` if the markers do not form exactly one block, because somebody has edited them
 */
export function findBlock(crontab: CrontabText): CrontabBlock | undefined {
  const lines = crontab.split(/(?<=\n)/);
  const isMark = (line: string, mark: string): boolean => line.trimEnd() === mark;
  const begins = lines.flatMap((line, at) => (isMark(line, BEGIN_MARKER) ? [at] : []));
  const ends = lines.flatMap((line, at) =>
    isMark(line, END_MARKER) || isMark(line, END_MARKER + MISSING_NEWLINE_NOTE) ? [at] : [],
  );
  const [begin] = begins;
  const [end] = ends;
  if (begin === undefined && end === undefined) return undefined;
  if (begin === undefined || end === undefined || begins.length > 1 || ends.length > 1 || end < begin) {
    throw new Failure("input-rejected", {
      what: text(
        "the clomoctl markers in the crontab are damaged; the crontab was not changed",
        "crontab 内の clomoctl の目印が壊れています。何も変更していません",
      ),
      hint: text(
        `run \`crontab -e\` and delete the lines from "${BEGIN_MARKER}" to "${END_MARKER}"`,
        `crontab -e で「${BEGIN_MARKER}」から「${END_MARKER}」までの行を削除してください`,
      ),
    });
  }
  const before = lines.slice(0, begin).join("");
  const after = lines.slice(end + 1).join("");
  const lineWasEnded = isMark(lines[end] ?? "", END_MARKER + MISSING_NEWLINE_NOTE) && after === "";
  return {
    lines: lines.slice(begin + 1, end).map((line) => line.trimEnd()),
    before: lineWasEnded ? before.replace(/\n$/, "") : before,
    after,
  };
}

/**
 * Returns the crontab with `lines` as its block. The block replaces the old block or is added at the end; all other
 * bytes are kept.
 */
export function insertBlock(crontab: CrontabText, lines: readonly string[]): CrontabText {
  const { before, after } = findBlock(crontab) ?? { before: crontab, after: "" };
  const ended = before === "" || before.endsWith("\n");
  const end = ended ? END_MARKER : END_MARKER + MISSING_NEWLINE_NOTE;
  return [before, ended ? "" : "\n", ...[BEGIN_MARKER, ...lines, end].map((line) => `${line}\n`), after].join("");
}

/** Returns the crontab as it was before the block was inserted. */
export function removeBlock(crontab: CrontabText): CrontabText {
  const block = findBlock(crontab);
  return block === undefined ? crontab : block.before + block.after;
}
