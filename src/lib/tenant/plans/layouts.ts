import type { RowColumn } from "../../model/leaving.ts";
import { checkMap } from "../../csv/layout/map.ts";
import type { ListAnswers, ParsedMapFile } from "../../csv/layout/map-parse.ts";
import { Failure } from "../../errors/index.ts";
import type { FormatName } from "../../nouns/index.ts";
import { FORMATS } from "../../derived/formats.ts";
import { toNamingFormat } from "../../derived/naming.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant, sha256 } from "../store/ids.ts";
import { checkImportRequest, createWrongValueFailure } from "./import-failures.ts";
import type { Actor } from "../ledger/actor.ts";
import type { ImportDetail } from "../ledger/import-rows.ts";
import { canImport } from "../ledger/check-rights.ts";
import type { Session } from "../ledger/session.ts";
import { LIST_USES, type ListUseName } from "../../model/import.ts";
import { insertRow } from "../ledger/rows.ts";
import type { Reader, Row, Writer } from "../store/types.ts";

export interface NewLayout extends ListAnswers {
  readonly use: ListUseName;
  readonly kind: FormatName;
}

export interface Layout extends NewLayout {
  readonly id: string;
  /** null for a built-in layout */
  readonly at: string | null;
  readonly actor: string | null;
}

const skipRows = (header: string, ...words: readonly string[]): RowColumn => ({
  header,
  says: "skip",
  words: words.map((word) => ({ word, means: "skip" })),
});

const defineDirectory = (id: string, headerRow: string, map: ParsedMapFile): Layout => {
  const { columns, joins = [], rows = [] } = map;
  const headers = headerRow.split(/,\s*/);
  const used = [...columns, ...rows].map(({ header }) => header).concat(joins.flatMap((join) => join.headers));
  const ignored = headers.filter((header) => !used.includes(header)).map((header) => ({ header, to: null }));
  const options = { orgBy: "name", blank: "keep" } as const;
  return {
    id,
    use: "import",
    kind: "users",
    headers,
    map: { ...map, columns: [...columns, ...ignored], options },
    at: null,
    actor: null,
  };
};

/** Those of Entra ID and Google Workspace omit disabled accounts, guests and accounts without an email address. */
export const BUILT_IN_LAYOUTS: readonly Layout[] = [
  defineDirectory(
    "entra-id",
    // @see https://learn.microsoft.com/entra/identity/users/users-bulk-download; from `id` on: exports published since 2021
    `userPrincipalName, displayName, surname, mail, givenName, objectId, userType, jobTitle, department, accountEnabled,
     usageLocation, streetAddress, state, country, physicalDeliveryOfficeName, city, postalCode, telephoneNumber, mobile,
     authenticationAlternativePhoneNumber, authenticationEmail, alternateEmailAddress, ageGroup, consentProvidedForMinor,
     legalAgeGroupClassification, id, officeLocation, mobilePhone, authenticationPhoneNumber, companyName, creationType,
     directorySynced, invitationState, identityIssuer, createdDateTime`,
    {
      columns: [
        { header: "userPrincipalName", to: "upn" },
        // in this column, people write family name and given name in the order of their language
        { header: "displayName", to: "name" },
        { header: "mail", to: "emails" },
        { header: "jobTitle", to: "title" },
        { header: "department", to: "orgCode" },
        { header: "telephoneNumber", to: "tel" },
      ],
      rows: [
        // spreadsheets write these values in capitals
        skipRows("accountEnabled", "False", "FALSE", "false"),
        skipRows("userType", "Guest"),
        skipRows("mail", ""),
      ],
    },
  ),
  defineDirectory(
    "google-workspace",
    // @see https://support.google.com/a/answer/40057 and https://support.google.com/a/answer/33326; the header row is
    // copied from downloaded files that others have published
    `First Name [Required], Last Name [Required], Email Address [Required], Password [Required],
     Password Hash Function [UPLOAD ONLY], Org Unit Path [Required], New Primary Email [UPLOAD ONLY], Status [READ ONLY],
     Last Sign In [READ ONLY], Recovery Email, Home Secondary Email, Work Secondary Email,
     Recovery Phone [MUST BE IN THE E.164 FORMAT], Work Phone, Home Phone, Mobile Phone, Work Address, Home Address,
     Employee ID, Employee Type, Employee Title, Manager Email, Department, Cost Center, 2sv Enrolled [READ ONLY],
     2sv Enforced [READ ONLY], Building ID, Floor Name, Floor Section, Email Usage [READ ONLY], Drive Usage [READ ONLY],
     Photos Usage [READ ONLY], Storage limit [READ ONLY], Storage Used [READ ONLY], Total Storage [READ ONLY],
     Change Password at Next Sign-In, New Status [UPLOAD ONLY], Advanced Protection Program enrollment`,
    {
      columns: [
        { header: "Email Address [Required]", to: "emails" },
        { header: "Org Unit Path [Required]", to: "orgCode" },
        { header: "Employee ID", to: "employeeCode" },
        { header: "Employee Title", to: "title" },
      ],
      joins: [{ field: "name", headers: ["Last Name [Required]", "First Name [Required]"] }],
      values: [{ field: "orgCode", from: "/", to: "" }],
      rows: [skipRows("Status [READ ONLY]", "Suspended", "Archived")],
    },
  ),
];

export interface LayoutOrigin {
  readonly at: string;
  readonly actor: string;
  readonly change?: number | null;
}

export const writeLayout = async (
  writer: Writer,
  { use, kind, headers, map }: NewLayout,
  { at, actor, change = null }: LayoutOrigin,
): Promise<Layout> => {
  const key = `${use} ${kind}`;
  const id = createLayoutId(key, headers);
  const columns = JSON.stringify({ headers, map });
  await insertRow(writer, "layout", { use: key, digest: id, columns, at, actor, change }, ["use", "digest"]);
  return { id, use, kind, headers, map, at, actor };
};

const createLayoutId = (key: string, headers: readonly string[]): string =>
  sha256(JSON.stringify([key, headers.toSorted()])).slice(0, 8);

const IS_UNDONE_SQL = "exists (select 1 from main.change c where c.number = l.change and c.undoneBy is not null)";

/** Stores which fields the columns of an export are. An answer that is known stays the answer of its change. */
export const writeExportLayout = async (
  writer: Writer,
  kind: FormatName,
  { request, staged }: Pick<ImportDetail, "request" | "staged">,
  origin: LayoutOrigin,
): Promise<void> => {
  const { header = [], places = [] } = staged ?? {};
  const headers = header.filter((name) => name !== "");
  const toTarget = (name: string): string | null => {
    const given = request?.map?.columns.find((one) => one.header === name)?.to;
    const field = places.find(({ column, cells = [column] }) => cells.some((at) => header[at - 1] === name))?.field;
    return field?.startsWith("custom:") === true ? (given ?? name) : (field ?? null);
  };
  const columns = [...new Set(headers)].map((name) => ({ header: name, to: toTarget(name) }));
  const key = `export ${kind}`;
  const known = await writer.get(
    `select at, actor, change from main.layout l where l.use = :key and l.digest = :id and not ${IS_UNDONE_SQL}`,
    { key, id: createLayoutId(key, headers) },
  );
  const isAnswered = request?.learns === true || known === undefined;
  await writeLayout(
    writer,
    { use: "export", kind, headers, map: { columns } },
    isAnswered ? origin : (known as unknown as LayoutOrigin),
  );
};

const toLayout = ({ use: key, digest, columns, at, actor }: Row): Layout => {
  const [use, kind] = String(key).split(" ") as [Layout["use"], FormatName];
  const known = JSON.parse(String(columns)) as Pick<Layout, "headers" | "map">;
  return { id: String(digest), use, kind, ...known, at: String(at), actor: String(actor) };
};

export const listLayouts = async (reader: Reader, actor: Actor): Promise<readonly Layout[]> => {
  const rows = await reader.all(
    `select l.* from main.layout l where not ${IS_UNDONE_SQL} order by l.at desc, l.digest`,
  );
  return [...rows.map(toLayout), ...BUILT_IN_LAYOUTS].filter(({ kind }) => canImport(actor, kind));
};

/** @throws Failure `input-rejected` if the map does not fit the kind, or a header is blank */
export const keepLayout = (session: Session, writer: Writer, layout: NewLayout): Promise<Layout> => {
  const format = FORMATS[layout.kind];
  checkMap(layout.map, layout.use === "select" ? toNamingFormat(format) : format);
  const headers = [...layout.headers, ...layout.map.columns.map(({ header }) => header)];
  if (headers.some((header) => header.trim() === "" || !header.isWellFormed()))
    throw new Failure("input-rejected", { what: text("a header is blank", "ヘッダーが空です"), where: "json.headers" });
  return writeLayout(writer, layout, { at: getCurrentInstant(session.surroundings), actor: session.actorName });
};

/** Keeps the answers about a list by which records were changed, if the actor may keep them. */
export const keepAnswers = async (
  session: Session,
  writer: Writer,
  kind: FormatName,
  learns: ListAnswers | undefined,
): Promise<{ readonly layout: Layout } | undefined> =>
  learns === undefined || !canImport(session.actor, kind)
    ? undefined
    : { layout: await keepLayout(session, writer, { use: "select", kind, ...learns }) };

export const learnLayout = async (session: Session, layout: NewLayout): Promise<Layout> => {
  checkImportRequest({ kind: layout.kind });
  if (!LIST_USES.includes(layout.use)) throw createWrongValueFailure("use");
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
    if (before.at === null)
      throw new Failure("not-permitted", {
        what: text(
          `the layout ${id} is built in and cannot be removed; layouts that you store take precedence over built-in ones`,
          `レイアウト ${id} は clomoctl に付属するものなので削除できません。登録したレイアウトのほうが優先されます`,
        ),
      });
    await writer.run("delete from main.layout where use = :use and digest = :id", {
      use: `${before.use} ${before.kind}`,
      id,
    });
    return { result: before, objects: [{ thing: "layout", id }], before };
  });
