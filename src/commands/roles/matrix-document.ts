import { appNotes, appTables } from "../../lib/model/app-roles.ts";
import { MATRIX_NOTE, matrixRows, PAGES_NOTE } from "../../lib/model/role-facts.ts";
import { SAID } from "../../lib/model/role-policy.ts";
import { OPERATION_GROUPS, ROLES, type AdministratorRole } from "../../lib/model/role.ts";
import { securedAppName, type SecuredApp } from "../../lib/model/secured-user.ts";
import type { Block, Document } from "../../lib/document/blocks.ts";
import { joined, same, text, type Text } from "../../lib/text/index.ts";
import { RESTORED, shownMark } from "./app-tables.ts";
import { citedFor, LEGEND, markOf } from "./matrix-columns.ts";

const paragraphs = (all: readonly Text[]): readonly Block[] => all.map((words) => ({ kind: "paragraph", words }));

/** The matrix as a document, with the sentences that are cited. */
export function matrixDocument(roles: readonly AdministratorRole[]): Document {
  const cited = SAID.map((said) => ({ ...said, cells: said.cells.filter(([role]) => roles.includes(role)) }));
  const sentences = cited.filter(({ cells, role }) => cells.length > 0 || roles.some((one) => one === role));
  return {
    title: text("Who may do what in CLOMO by clomoctl", "clomoctl での管理者権限の一覧"),
    isWide: true,
    intro: [...paragraphs([MATRIX_NOTE, PAGES_NOTE]), { kind: "list", items: LEGEND.map((words) => ({ words })) }],
    sections: [
      {
        id: "matrix",
        title: text("What each role may do", "管理者権限でできること"),
        blocks: [...Map.groupBy(matrixRows(), ({ group }) => group)].map(([group, rows]): Block => ({
          kind: "table",
          caption: OPERATION_GROUPS[group],
          head: [text("Operation", "操作"), ...roles.map((role) => ROLES[role])],
          rows: rows.map(({ about, cells }) => [about, ...roles.map((role) => markOf(cells[role]))]),
        })),
      },
      {
        id: "manual",
        title: text("What the maker's manual says", "マニュアルの記載"),
        blocks: [
          {
            kind: "list",
            items: sentences.map(({ seed, sentence, cells, note }) => ({
              words: same(`${seed}「${sentence}」`),
              about: joined(
                [
                  ...(cells.length === 0 ? [] : [text(`→ ${citedFor(cells).en}`, `→ ${citedFor(cells).ja}`)]),
                  ...(note === undefined ? [] : [note]),
                ],
                text(". ", "。"),
              ),
            })),
          },
        ],
      },
    ],
  };
}

/** The maker's tables of an app, as a document. */
export function appDocument(app: SecuredApp): Document {
  const name = securedAppName(app);
  const tables = appTables(app);
  const isMended = tables.some(({ rows }) => rows.some(({ cells }) => cells.some(({ restored }) => restored)));
  return {
    title: text(`Who may do what in Secured ${name}`, `Secured ${name} の権限表`),
    isWide: true,
    intro: [
      ...paragraphs([
        text("The maker's own tables (manual, 004).", "メーカーの権限表です(マニュアル、004)。"),
        ...(isMended ? [RESTORED] : []),
        ...appNotes(app),
      ]),
      ...tables.map((table): Block => ({
        kind: "table",
        caption: table.title,
        head: [text("Operation", "画面・操作"), ...table.roles],
        rows: table.rows.map(({ about, cells }) => [about, ...cells.map(shownMark)]),
      })),
    ],
    sections: [],
  };
}
