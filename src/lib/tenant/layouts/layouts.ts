import { createHash } from "node:crypto";
import { checkMap } from "../../csv/layout/map.ts";
import type { MapFileSchema } from "../../csv/layout/map-parse.ts";
import { Failure } from "../../errors/index.ts";
import type { FormatName } from "../../model/console-files.ts";
import { FORMATS } from "../../model/formats.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant } from "../ids.ts";
import { checkImportRequest } from "../plans/check-request.ts";
import type { Actor } from "../policy/actor.ts";
import { canImport } from "../policy/check.ts";
import type { Session } from "../session.ts";
import { insertRow } from "../store/rows.ts";
import type { Reader, Row, Writer } from "../store/store.ts";

export interface NewLayout {
  readonly kind: FormatName;
  readonly headers: readonly string[];
  readonly map: MapFileSchema;
}

export interface Layout extends NewLayout {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
}

const USE = "import ";

/** Stores a layout, which replaces a layout with the same headers. @param change its undo removes the layout */
export const writeLayout = async (
  writer: Writer,
  { kind, headers, map }: NewLayout,
  { at, actor, change = null }: Pick<Layout, "at" | "actor"> & { readonly change?: number | null },
): Promise<Layout> => {
  const use = USE + kind;
  const hash = createHash("sha256").update(JSON.stringify([use, headers.toSorted()]));
  const id = hash.digest("hex").slice(0, 8);
  const columns = JSON.stringify({ headers, map });
  await insertRow(writer, "layout", { use, digest: id, columns, at, actor, change }, ["use", "digest"]);
  return { id, kind, headers, map, at, actor };
};

const toLayout = ({ use, digest, columns, at, actor }: Row): Layout => ({
  id: String(digest),
  kind: String(use).slice(USE.length) as FormatName,
  ...(JSON.parse(String(columns)) as Pick<Layout, "headers" | "map">),
  at: String(at),
  actor: String(actor),
});

export const listLayouts = async (reader: Reader, actor: Actor): Promise<readonly Layout[]> => {
  const rows = await reader.all(
    `select l.* from main.layout l where l.use like '${USE}%' and not exists
     (select 1 from main.change c where c.number = l.change and c.undoneBy is not null) order by l.at desc, l.digest`,
  );
  return rows.map(toLayout).filter(({ kind }) => canImport(actor, kind));
};

/** @throws Failure `input-rejected` if the map does not fit the kind, or a header is blank */
export const keepLayout = (session: Session, writer: Writer, layout: NewLayout): Promise<Layout> => {
  checkMap(layout.map, FORMATS[layout.kind]);
  const headers = [...layout.headers, ...layout.map.columns.map(({ header }) => header)];
  if (headers.some((header) => header.trim() === "" || !header.isWellFormed()))
    throw new Failure("input-rejected", { what: text("a header is blank", "ヘッダーが空です"), where: "json.headers" });
  return writeLayout(writer, layout, { at: getCurrentInstant(session.surroundings), actor: session.actorName });
};

export const learnLayout = async (session: Session, layout: NewLayout): Promise<Layout> => {
  checkImportRequest({ kind: layout.kind });
  return session.change({ action: "layouts.learn", commits: false, locks: [] }, async (writer) => {
    const result = await keepLayout(session, writer, layout);
    return { result, objects: [{ thing: "layout", id: result.id }], after: result };
  });
};

export const removeLayout = (session: Session, id: string): Promise<Layout> =>
  session.change({ action: "layouts.remove", commits: false, locks: [] }, async (writer) => {
    const before = (await listLayouts(writer, session.actor)).find((one) => one.id === id);
    if (before === undefined)
      throw new Failure("not-found", { what: text(`there is no layout ${id}`, `レイアウト ${id} はありません`) });
    await writer.run("delete from main.layout where use = :use and digest = :id", { use: USE + before.kind, id });
    return { result: before, objects: [{ thing: "layout", id }], before };
  });
