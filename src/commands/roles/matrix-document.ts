import { getAppNotes, getAppTables } from "../../lib/model/app-roles.ts";
import { MATRIX_NOTE, buildMatrixRows } from "../../lib/model/role-facts.ts";
import { citeSentence, MANUAL_PAGES, MANUAL_STATEMENTS } from "../../lib/model/role-policy.ts";
import { OPERATION_GROUPS, ROLES, type AdministratorRole } from "../../lib/model/role.ts";
import { formatSecuredAppName, type SecuredApp } from "../../lib/model/secured-user.ts";
import type { Block, Document } from "../../lib/document/blocks.ts";
import { joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { INFERRED_MARK_LEGEND, describeMark } from "./app-tables.ts";
import { describeCitedCells, MATRIX_LEGEND, describeReach } from "./matrix-columns.ts";

const toParagraphs = (all: readonly Text[]): readonly Block[] => all.map((words) => ({ kind: "paragraph", words }));

/** Builds a document with the matrix and the cited sentences. */
export function buildMatrixDocument(roles: readonly AdministratorRole[]): Document {
  const cited = MANUAL_STATEMENTS.map((said) => ({
    ...said,
    cells: said.cells.filter(([role]) => roles.includes(role)),
  }));
  const sentences = cited.filter(({ cells, role }) => cells.length > 0 || roles.some((one) => one === role));
  return {
    title: text("Administrator roles in clomoctl: who may do what", "clomoctl での管理者権限の一覧"),
    isWide: true,
    intro: [...toParagraphs([MATRIX_NOTE]), { kind: "list", items: MATRIX_LEGEND.map((words) => ({ words })) }],
    sections: [
      {
        id: "matrix",
        title: text("What each role may do", "管理者権限でできること"),
        blocks: [...Map.groupBy(buildMatrixRows(), ({ group }) => group)].map(([group, rows]): Block => ({
          kind: "table",
          caption: OPERATION_GROUPS[group],
          head: [text("Operation", "操作"), ...roles.map((role) => ROLES[role])],
          rows: rows.map(({ about, cells }) => [about, ...roles.map((role) => describeReach(cells[role]))]),
        })),
      },
      {
        id: "manual",
        title: text("What CLOMO's manual says", "マニュアルの記載"),
        blocks: [
          {
            kind: "list",
            items: sentences.map(({ seed, sentence, cells, note }) => ({
              words: same(citeSentence({ page: MANUAL_PAGES[seed], sentence })),
              about: joinTexts(
                [
                  ...(cells.length === 0
                    ? []
                    : [text(`→ ${describeCitedCells(cells).en}`, `→ ${describeCitedCells(cells).ja}`)]),
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

/** Builds a document with CLOMO's tables of an app. */
export function buildAppDocument(app: SecuredApp): Document {
  const name = formatSecuredAppName(app);
  const tables = getAppTables(app);
  const isMended = tables.some(({ rows }) => rows.some(({ cells }) => cells.some(({ restored }) => restored)));
  return {
    title: text(`Who may do what in Secured ${name}`, `Secured ${name} の権限表`),
    isWide: true,
    intro: [
      ...toParagraphs([
        text("CLOMO's own tables from its manual.", "メーカーのマニュアルにある権限表です。"),
        ...(isMended ? [INFERRED_MARK_LEGEND] : []),
        ...getAppNotes(app),
      ]),
      ...tables.map((table): Block => ({
        kind: "table",
        caption: table.title,
        head: [text("Screen or operation", "画面・操作"), ...table.roles],
        rows: table.rows.map(({ about, cells }) => [about, ...cells.map(describeMark)]),
      })),
    ],
    sections: [],
  };
}
