import { commandName } from "../../lib/advice/index.ts";
import { MATRIX_NOTE, matrixRows, PAGES_NOTE, type MatrixRow } from "../../lib/model/role-facts.ts";
import { SAID } from "../../lib/model/role-policy.ts";
import { ADMINISTRATORS, ROLES, type AdministratorRole } from "../../lib/model/role.ts";
import { SECURED_APPS } from "../../lib/model/secured-user.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { padWords, wordWidth } from "../../lib/terminal/table/word-width.ts";
import { joined, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { documentOrRecords, requestedDocument } from "../listing/documents.ts";
import { writeOutput } from "../csv/file/output.ts";
import { isUsualTable } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { writeWords } from "./lines.ts";
import { citedFor, LEGEND, matrixColumns, USUAL_MATRIX } from "./matrix-columns.ts";

export default defineCommand({
  summary: text("show who may do what: operations × roles", "だれが何をできるかを表示する(操作 × 管理者権限)"),
  details: [
    MATRIX_NOTE,
    text(
      "By this table clomoctl answers requests; it is the same in every tenant. In formats of records each row has the source of every cell, and --format html writes a page of it. --app shows the maker's tables of a SECURED APP instead, which has administrators of its own.",
      "clomoctl はこの表に従って動作します。どのテナントでも同じです。json や csv などの形式では、欄ごとの根拠も出力します。--format html は 1 ページの HTML を書き出します。--app は、独自の管理者がいる SECURED APPs について、メーカーの権限表を表示します。",
    ),
  ],
  args: {},
  options: {
    role: {
      kind: "choice",
      choices: ADMINISTRATORS,
      called: { system: ROLES.system, division: ROLES.division, operator: ROLES.operator, custom: ROLES.custom },
      value: "ROLE",
      repeatable: true,
      about: text("only this role", "この管理者権限だけ"),
    },
    app: {
      kind: "choice",
      choices: SECURED_APPS,
      value: "APP",
      about: text("the maker's tables of a SECURED APP instead", "SECURED APPs のアプリの権限表"),
    },
    ...documentOrRecords(["html"], "records", { isPublic: true }),
  },
  examples: [
    { line: "clomoctl roles matrix" },
    { line: "clomoctl roles matrix --role division --role operator --format csv" },
    { line: "clomoctl roles matrix --format html -o roles.html --lang ja" },
    { line: "clomoctl roles matrix --app docs" },
  ],
  exits: [],
  opensTenant: false,
  async run(tools, { role, app, ...options }) {
    const document = requestedDocument(tools, options, { usual: undefined, where: commandName("roles matrix") });
    if (app !== undefined && role.length > 0) throw NOT_BOTH;
    const { terminal } = tools;
    const roles = role.length === 0 ? ADMINISTRATORS : ADMINISTRATORS.filter((one) => role.includes(one));
    if (document !== undefined) {
      const { output } = document;
      const { documentPage } = await import("../../lib/document/page.ts");
      const { appDocument, matrixDocument } = await import("./matrix-document.ts");
      const page = documentPage(app === undefined ? matrixDocument(roles) : appDocument(app), terminal.language);
      await writeOutput(tools, output, ReadableStream.from([Buffer.from(page)]), { held: false });
      if (output !== "-") await terminal.note(text(`wrote ${output}`, `${output} を書き出しました`));
      return;
    }
    if (app !== undefined) {
      const { writeAppTables } = await import("./app-tables.ts");
      return writeAppTables(terminal, app);
    }
    const columns = matrixColumns(roles, terminal.language);
    if (!isUsualTable(terminal)) return terminal.list(columns, matrixRows());
    const usual = columns.filter(({ key }) => USUAL_MATRIX.includes(key));
    if (!(await isDrawn(terminal, usual))) await terminal.list(usual, matrixRows());
    await writeLegend(terminal, roles);
  },
});

const NOT_BOTH = new Failure("usage", {
  what: text(
    "--role does not go with --app: the apps have other roles",
    "--role は --app と同時に指定できません(アプリの権限の種類は異なります)",
  ),
  where: "--role",
});

/** Draws the table where it fits: its words are our own, so that nothing has to be loaded that measures any others. */
async function isDrawn(terminal: Tools["terminal"], columns: readonly Column<MatrixRow>[]): Promise<boolean> {
  const rows = matrixRows().map((row) =>
    columns.map(({ name, value }) => {
      const words = name?.(row);
      return words === undefined || words === null ? String(value(row)) : terminal.say(words);
    }),
  );
  const lines = [columns.map(({ header }) => terminal.say(header)), ...rows];
  const widths = columns.map((_, at) => Math.max(...lines.map((cells) => wordWidth(cells[at] ?? ""))));
  const width = widths.reduce((sum, one) => sum + one, GAP.length * (columns.length - 1));
  if (width > terminal.columns) return false;
  const { heading } = await terminal.styles("stdout");
  for (const [at, cells] of lines.entries()) {
    if (terminal.out.closed) return true;
    const line = cells.map((cell, column) => padWords(cell, widths[column] ?? 0)).join(GAP);
    await terminal.out.write(`${at === 0 ? heading(line.trimEnd()) : line.trimEnd()}\n`);
  }
  return true;
}

const GAP = "  ";

/** What stands below the table: its marks, what is not known, and the sentences that are cited. */
async function writeLegend(terminal: Tools["terminal"], roles: readonly AdministratorRole[]): Promise<void> {
  await terminal.out.write("\n");
  await writeWords(terminal, terminal.say(joined(LEGEND, text("; ", "、"))));
  await writeWords(terminal, terminal.say(MATRIX_NOTE));
  await writeWords(terminal, terminal.say(PAGES_NOTE));
  for (const { seed, sentence, cells } of SAID) {
    const cited = cells.filter(([role]) => roles.includes(role));
    if (cited.length === 0) continue;
    await writeWords(terminal, `${seed}「${sentence}」`, "* ");
    await writeWords(terminal, terminal.say(citedFor(cited)), "  -> ");
  }
}
