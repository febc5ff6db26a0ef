import type { Inspection, Oddity, OddityKind } from "../../../lib/csv/inspect.ts";
import type { Column, Terminal } from "../../../lib/terminal/index.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";

/** A file and its inspection. */
export interface InspectedFile {
  readonly file: string;
  readonly inspection: Inspection;
}

const ODDITY_TEXTS: Readonly<Record<OddityKind, (oddity: Oddity) => Text>> = {
  "ctrl-z": () => text("Ctrl-Z at the end (an old DOS end-of-file mark)", "末尾に Ctrl-Z(古い DOS のファイル終端)"),
  "newlines-mixed": ({ count }) => text(`mixed newlines (${count} kinds)`, `改行コードが ${count} 種類混在`),
  "no-final-newline": () => text("no newline at the end", "末尾に改行がない"),
  "blank-rows": ({ count }) => text(formatCount(count, "blank row"), `空行が ${count} 行`),
  "title-rows": ({ row }) =>
    text(
      `row 1 is not a header; row ${row} looks like the header`,
      `1 行目はヘッダーではなく、${row} 行目がヘッダーのようです`,
    ),
  "uneven-rows": ({ count, row }) =>
    text(
      `${formatCount(count, "row")} with a different number of cells than the header, the first in row ${row}`,
      `ヘッダーとセル数の違う行が ${count} 行(最初は ${row} 行目)`,
    ),
  invisible: ({ count, row }) =>
    text(
      `${formatCount(count, "invisible character")}, the first in row ${row}`,
      `見えない文字が ${count} 文字(最初は ${row} 行目)`,
    ),
  "private-use": ({ count, row }) =>
    text(
      `${formatCount(count, "private-use character")} (gaiji), the first in row ${row}`,
      `外字が ${count} 文字(最初は ${row} 行目)`,
    ),
  "half-width-kana": ({ count, row }) =>
    text(`${count} half-width kana, the first in row ${row}`, `半角カナが ${count} 文字(最初は ${row} 行目)`),
  "vendor-duplicates": ({ count }) =>
    text(
      `${formatCount(count, "character")} that CP932 can encode in two ways; rewriting the file changes its bytes`,
      `CP932 で複数のコードが割り当てられている文字が ${count} 文字(保存し直すとバイト列が変わる)`,
    ),
};

const DELIMITER_LABELS = new Map([
  [",", text("comma", "カンマ")],
  ["\t", text("tab", "タブ")],
  [";", text("semicolon", "セミコロン")],
]);

const renderNewlines = ({ newlines }: Inspection): string =>
  Object.entries(newlines)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");

/** Returns the columns of an inspected file: words in tables, codes and counts in machine-readable output. */
export function buildInspectionColumns({ language, output }: Terminal): readonly Column<InspectedFile>[] {
  const forPeople = output.format === "table";
  const words = (wording: Text | undefined): string | undefined => wording?.[language];
  return [
    { key: "file", header: text("file", "ファイル"), value: ({ file }) => file },
    { key: "encoding", header: text("encoding", "文字コード"), value: ({ inspection }) => inspection.encoding },
    { key: "bom", header: text("byte order mark", "BOM"), value: ({ inspection }) => inspection.bom },
    { key: "size", header: text("bytes", "バイト数"), value: ({ inspection }) => inspection.size },
    {
      key: "newlines",
      header: text("newlines", "改行コード"),
      value: ({ inspection }) => (forPeople ? renderNewlines(inspection) : inspection.newlines),
    },
    {
      key: "quotedNewlines",
      header: text("newlines in cells", "セル内の改行"),
      value: ({ inspection }) => inspection.quotedNewlines,
    },
    {
      key: "delimiter",
      header: text("delimiter", "区切り文字"),
      value: ({ inspection: { delimiter } }) => (forPeople ? words(DELIMITER_LABELS.get(delimiter ?? "")) : delimiter),
    },
    { key: "columns", header: text("columns", "列名"), value: ({ inspection }) => inspection.header },
    { key: "rows", header: text("rows", "行数"), value: ({ inspection }) => inspection.records },
    {
      key: "oddities",
      header: text("oddities", "注意点"),
      value: ({ inspection: { oddities } }) =>
        forPeople ? oddities.map((oddity) => words(ODDITY_TEXTS[oddity.kind](oddity)) ?? "") : oddities,
    },
    { key: "problems", header: text("problems", "問題"), value: ({ inspection }) => inspection.problemCount },
  ];
}
