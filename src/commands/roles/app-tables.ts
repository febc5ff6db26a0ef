import { APP_MARKS, appNotes, appTables, type AppCell, type AppTable } from "../../lib/model/app-roles.ts";
import type { SecuredApp } from "../../lib/model/secured-user.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { displayWidth } from "../../lib/terminal/table/width.ts";
import { same, text, type Language, type Text } from "../../lib/text/index.ts";
import { isUsualTable } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { writeWords } from "./lines.ts";

/** A cell of the maker's tables, with where it stands. */
interface ShownCell extends AppCell {
  readonly app: SecuredApp;
  readonly table: AppTable;
  readonly about: Text;
}

const cellsOf = (app: SecuredApp): readonly ShownCell[] =>
  appTables(app).flatMap((table) =>
    table.rows.flatMap(({ about, cells }) => cells.map((cell) => ({ ...cell, app, table, about }))),
  );

/** A mark that was put back is told by `*`. */
export const shownMark = ({ mark, restored }: AppCell): Text => {
  const { en, ja } = APP_MARKS[mark];
  return restored ? text(`${en}*`, `${ja}*`) : APP_MARKS[mark];
};

/** What `*` means in these tables. */
export const RESTORED = text("*: put back where a mark is missing, an inference", "*: 印のない箇所を補ったもの(推定)");

const ABOUT = text("may", "画面・操作");

/** What the rows of a table are called gets at least so much room. */
const MIN_ABOUT = 20;

/** Whether the names of roles fit beside each other: they differ in their ends, so none is cut. */
const fitBeside = ({ columns, language }: Tools["terminal"], roles: readonly Text[]): boolean =>
  roles.reduce((width, role) => width + displayWidth(role[language]) + 2, MIN_ABOUT) <= columns;

const CELL_COLUMNS = (language: Language): readonly Column<ShownCell>[] => [
  { key: "app", header: text("app", "アプリ"), value: ({ app }) => app },
  { key: "table", header: text("table", "表"), value: ({ table }) => table.name, name: ({ table }) => table.title },
  { key: "about", header: ABOUT, value: ({ about }) => about[language] },
  { key: "role", header: text("role", "権限"), value: ({ role }) => role[language] },
  { key: "mark", header: text("mark", "可否"), value: ({ mark }) => mark, name: ({ mark }) => APP_MARKS[mark] },
  { key: "restored", header: text("put back by inference", "推定で補った印"), value: ({ restored }) => restored },
  {
    key: "source",
    header: text("source", "根拠"),
    value: () => "manual 004",
    name: () => text("manual 004", "マニュアル 004"),
  },
];

/** Writes the maker's tables of an app: for people each as it is, else one cell a row. */
export async function writeAppTables(terminal: Tools["terminal"], app: SecuredApp): Promise<void> {
  const { language } = terminal;
  const notes = appNotes(app);
  if (!isUsualTable(terminal)) {
    await terminal.list(CELL_COLUMNS(language), cellsOf(app));
    for (const note of notes) await terminal.note(note);
    return;
  }
  for (const { title, roles, rows } of appTables(app)) {
    await writeWords(terminal, `${terminal.say(title)}:`);
    const isTight = !fitBeside(terminal, roles);
    if (isTight)
      for (const [at, role] of roles.entries()) await writeWords(terminal, terminal.say(role), `${at + 1}: `);
    const marks = roles.map((role, at): Column<AppTable["rows"][number]> => ({
      key: `role${at}`,
      header: isTight ? same(String(at + 1)) : role,
      value: ({ cells }) => cells[at]?.mark,
      name: ({ cells: { [at]: cell } }) => (cell === undefined ? null : shownMark(cell)),
    }));
    const about = { key: "about", header: ABOUT, wraps: true };
    await terminal.list([...marks, { ...about, value: (row) => row.about[language] }], rows);
    await terminal.out.write("\n");
  }
  if (cellsOf(app).some(({ restored }) => restored)) await writeWords(terminal, terminal.say(RESTORED));
  for (const note of notes) await writeWords(terminal, terminal.say(note));
}
