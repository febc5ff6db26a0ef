import { APP_MARKS, getAppNotes, getAppTables, type AppCell, type AppTable } from "../../lib/model/app-roles.ts";
import type { SecuredApp } from "../../lib/model/secured-user.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { displayWidth } from "../../lib/terminal/table/width.ts";
import { same, text, type Language, type Text } from "../../lib/text/index.ts";
import { isDefaultTable } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { writeWrappedText } from "./wrapped-text.ts";

/** A cell of CLOMO's tables, with its app, table and row. */
interface AppTableCell extends AppCell {
  readonly app: SecuredApp;
  readonly table: AppTable;
  readonly about: Text;
}

const listTableCells = (app: SecuredApp): readonly AppTableCell[] =>
  getAppTables(app).flatMap((table) =>
    table.rows.flatMap(({ about, cells }) => cells.map((cell) => ({ ...cell, app, table, about }))),
  );

/** Describes a mark; `*` means that the mark was missing and has been inferred. */
export const describeMark = ({ mark, restored }: AppCell): Text => {
  const { en, ja } = APP_MARKS[mark];
  return restored ? text(`${en}*`, `${ja}*`) : APP_MARKS[mark];
};

/** Explains `*` in these tables. */
export const INFERRED_MARK_LEGEND = text(
  "*: the mark is missing in the manual's text and was inferred",
  "*: 印のない箇所を補ったもの(推定)",
);

const SCREEN_OR_OPERATION_HEADER = text("screen or operation", "画面・操作");

/** Minimum width of the column with the names of the rows. */
const MIN_ROW_NAME_WIDTH = 20;

/**
 * Returns true if the names of the roles fit next to each other uncut. Cut names could not be told apart, because they
 * differ only at the end.
 */
const canFitSideBySide = ({ columns, language }: Tools["terminal"], roles: readonly Text[]): boolean =>
  roles.reduce((width, role) => width + displayWidth(role[language]) + 2, MIN_ROW_NAME_WIDTH) <= columns;

const buildCellColumns = (language: Language): readonly Column<AppTableCell>[] => [
  { key: "app", header: text("app", "アプリ"), value: ({ app }) => app },
  { key: "table", header: text("table", "表"), value: ({ table }) => table.name, name: ({ table }) => table.title },
  { key: "about", header: SCREEN_OR_OPERATION_HEADER, value: ({ about }) => about[language] },
  { key: "role", header: text("role", "権限"), value: ({ role }) => role[language] },
  { key: "mark", header: text("mark", "可否"), value: ({ mark }) => mark, name: ({ mark }) => APP_MARKS[mark] },
  { key: "restored", header: text("inferred mark", "推定で補った印"), value: ({ restored }) => restored },
  {
    key: "source",
    header: text("source", "根拠"),
    value: () => "manual",
    name: () => text("manual", "マニュアル"),
  },
];

/** Writes CLOMO's tables of an app: for people as tables, otherwise as a list with one row for each cell. */
export async function writeAppTables(terminal: Tools["terminal"], app: SecuredApp): Promise<void> {
  const { language } = terminal;
  const notes = getAppNotes(app);
  if (!isDefaultTable(terminal)) {
    await terminal.list(buildCellColumns(language), listTableCells(app));
    for (const note of notes) await terminal.note(note);
    return;
  }
  for (const { title, roles, rows } of getAppTables(app)) {
    await writeWrappedText(terminal, `${terminal.say(title)}:`);
    const isTight = !canFitSideBySide(terminal, roles);
    if (isTight)
      for (const [at, role] of roles.entries()) await writeWrappedText(terminal, terminal.say(role), `${at + 1}: `);
    const marks = roles.map((role, at): Column<AppTable["rows"][number]> => ({
      key: `role${at}`,
      header: isTight ? same(String(at + 1)) : role,
      value: ({ cells }) => cells[at]?.mark,
      name: ({ cells: { [at]: cell } }) => (cell === undefined ? null : describeMark(cell)),
    }));
    const about = { key: "about", header: SCREEN_OR_OPERATION_HEADER, wraps: true };
    await terminal.list([...marks, { ...about, value: (row) => row.about[language] }], rows);
    await terminal.out.write("\n");
  }
  if (listTableCells(app).some(({ restored }) => restored))
    await writeWrappedText(terminal, terminal.say(INFERRED_MARK_LEGEND));
  for (const note of notes) await writeWrappedText(terminal, terminal.say(note));
}
