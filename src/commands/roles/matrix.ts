import { commandName, line, step } from "../../lib/advice/index.ts";
import { MATRIX_NOTE, buildMatrixRows, type MatrixRow } from "../../lib/model/role-facts.ts";
import { citeSentence, MANUAL_PAGES, MANUAL_STATEMENTS } from "../../lib/model/role-policy.ts";
import { ADMINISTRATOR_ROLES, ROLES, type AdministratorRole } from "../../lib/model/role.ts";
import { SECURED_APPS } from "../../lib/model/secured-user.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { padPlainText, plainTextWidth } from "../../lib/terminal/table/word-width.ts";
import { joinTexts, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { buildDocumentOrRecordOptions, resolveRequestedDocument } from "../listing/documents.ts";
import { writeOutput } from "../csv/file/output.ts";
import { isDefaultTable } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { writeWrappedText } from "./wrapped-text.ts";
import { describeCitedCells, MATRIX_LEGEND, buildMatrixColumns, DEFAULT_MATRIX_COLUMNS } from "./matrix-columns.ts";

export default defineCommand({
  summary: text("show which role may do what (operations × roles)", "だれが何をできるかを表示する(操作 × 管理者権限)"),
  details: [
    MATRIX_NOTE,
    text(
      "clomoctl permits and refuses requests according to this table, which is the same in every tenant. Record formats such as json and csv also contain the source of every cell; --format html writes a page. --app shows CLOMO's tables of a SECURED APPs app instead, which has its own administrators.",
      "clomoctl はこの表に従って動作します。どのテナントでも同じです。json や csv などの形式では、欄ごとの根拠も出力します。--format html は 1 ページの HTML を書き出します。--app は、独自の管理者がいる SECURED APPs について、メーカーの権限表を表示します。",
    ),
  ],
  args: {},
  options: {
    role: {
      kind: "choice",
      choices: ADMINISTRATOR_ROLES,
      called: { system: ROLES.system, division: ROLES.division, operator: ROLES.operator, custom: ROLES.custom },
      value: "ROLE",
      repeatable: true,
      about: text("show only this role", "この管理者権限だけを表示する"),
    },
    app: {
      kind: "choice",
      choices: SECURED_APPS,
      value: "APP",
      about: text("show CLOMO's tables of a SECURED APPs app instead", "SECURED APPs のアプリの権限表を表示する"),
    },
    sources: {
      kind: "boolean",
      about: text("show the sentences of the manual below the table", "表の下に根拠となるマニュアルの文を示す"),
    },
    ...buildDocumentOrRecordOptions(["html"], "records", { isPublic: true }),
  },
  examples: [
    { line: "clomoctl roles matrix" },
    { line: "clomoctl roles matrix --role division --role operator --format csv" },
    { line: "clomoctl roles matrix --format html -o roles.html --lang ja" },
    { line: "clomoctl roles matrix --app docs" },
  ],
  exits: [],
  opensTenant: false,
  async run(tools, { role, app, sources, ...options }) {
    const document = resolveRequestedDocument(tools, options, { usual: undefined, where: commandName("roles matrix") });
    if (app !== undefined && role.length > 0) throw ROLE_APP_CONFLICT;
    const { terminal } = tools;
    const roles = role.length === 0 ? ADMINISTRATOR_ROLES : ADMINISTRATOR_ROLES.filter((one) => role.includes(one));
    if (document !== undefined) {
      const { output } = document;
      const { renderPage } = await import("../../lib/document/page.ts");
      const { buildAppDocument: appDocument, buildMatrixDocument: matrixDocument } =
        await import("./matrix-document.ts");
      const page = renderPage(app === undefined ? matrixDocument(roles) : appDocument(app), terminal.language);
      await writeOutput(tools, output, ReadableStream.from([Buffer.from(page)]), { held: false });
      if (output !== "-") await terminal.note(text(`wrote ${output}`, `${output} を書き出しました`));
      return;
    }
    if (app !== undefined) {
      const { writeAppTables } = await import("./app-tables.ts");
      return writeAppTables(terminal, app);
    }
    const columns = buildMatrixColumns(roles, terminal.language);
    if (!isDefaultTable(terminal)) return terminal.list(columns, buildMatrixRows());
    const usual = columns.filter(({ key }) => DEFAULT_MATRIX_COLUMNS.includes(key));
    if (!(await tryDrawTable(terminal, usual))) await terminal.list(usual, buildMatrixRows());
    await writeMatrixLegend(terminal, { roles, hasSources: sources });
  },
});

const ROLE_APP_CONFLICT = new Failure("usage", {
  what: text(
    "--role cannot be used with --app, because the apps have different roles",
    "--role は --app と同時に指定できません(アプリの権限の種類は異なります)",
  ),
  where: "--role",
});

/**
 * Draws the table and returns true, or returns false if the table does not fit on the terminal. All texts are part of
 * the program, so the code that measures arbitrary texts does not have to be loaded.
 */
async function tryDrawTable(terminal: Tools["terminal"], columns: readonly Column<MatrixRow>[]): Promise<boolean> {
  const rows = buildMatrixRows().map((row) =>
    columns.map(({ name, value }) => {
      const words = name?.(row);
      return words === undefined || words === null ? String(value(row)) : terminal.say(words);
    }),
  );
  const lines = [columns.map(({ header }) => terminal.say(header)), ...rows];
  const widths = columns.map((_, at) => Math.max(...lines.map((cells) => plainTextWidth(cells[at] ?? ""))));
  const width = widths.reduce((sum, one) => sum + one, COLUMN_GAP.length * (columns.length - 1));
  if (width > terminal.columns) return false;
  const { heading } = await terminal.styles("stdout");
  for (const [at, cells] of lines.entries()) {
    if (terminal.out.closed) return true;
    const line = cells.map((cell, column) => padPlainText(cell, widths[column] ?? 0)).join(COLUMN_GAP);
    await terminal.out.write(`${at === 0 ? heading(line.trimEnd()) : line.trimEnd()}\n`);
  }
  return true;
}

const COLUMN_GAP = "  ";

const SOURCES_LINE = line("roles matrix", [], { sources: true });

/** Writes the lines below the table: the legend, what is not known and, if asked, the cited sentences. */
async function writeMatrixLegend(
  terminal: Tools["terminal"],
  { roles, hasSources }: { readonly roles: readonly AdministratorRole[]; readonly hasSources: boolean },
): Promise<void> {
  await terminal.out.write("\n");
  await writeWrappedText(terminal, terminal.say(joinTexts(MATRIX_LEGEND, text("; ", "、"))));
  await writeWrappedText(terminal, terminal.say(MATRIX_NOTE));
  if (!hasSources) {
    const more = step("to see the sentences of the manual", "根拠となるマニュアルの文", SOURCES_LINE);
    return writeWrappedText(terminal, terminal.say(more));
  }
  for (const { seed, sentence, cells } of MANUAL_STATEMENTS) {
    const cited = cells.filter(([role]) => roles.includes(role));
    if (cited.length === 0) continue;
    await writeWrappedText(terminal, citeSentence({ page: MANUAL_PAGES[seed], sentence }), "* ");
    await writeWrappedText(terminal, terminal.say(describeCitedCells(cited)), "  -> ");
  }
}
