import type { ConsoleTask, Org, User } from "../../../src/lib/contract/index.ts";
import { formatOrgPath, ROOT_ORG_ID, ROOT_ORG_NAME } from "../../../src/lib/model/organisation.ts";
import type { Cells } from "./tenant.ts";

export type MirrorKind = "orgs" | "users";

/** The value of a field; an organisation by its id in the mirror. */
type Value = string | readonly string[] | null;

/** Values by field: `org` and `parentId` name organisations by their ids, custom fields are `custom:NAME`. */
export type Told = Readonly<Record<string, Value>>;

/** What an import did to a record of the mirror. */
export interface Did {
  readonly id: string;
  readonly before: Told | undefined;
  readonly after: Told | undefined;
}

/** The columns of users that an export may lack. */
export const USER_COLUMNS = { title: "役職", org: "組織コード", "custom:座席": "座席" } as const;
export type UserColumn = keyof typeof USER_COLUMNS;

/** A user of the mirror by the fields that tasks name. */
export const userTold = ({
  name,
  emails,
  org,
  title,
  salesforceAccount,
  googleWorkspaceEmail,
  custom,
}: User): Told => ({
  name,
  emails,
  org: org.id,
  title,
  salesforceAccount,
  googleWorkspaceEmail,
  ...Object.fromEntries(custom.map((field) => [`custom:${field.name}`, field.value])),
});

export const orgTold = ({ name, code, parentId }: Org): Told => ({ name, code, parentId });

/** What a task asks for, as of now. */
const valueBy = ({ after, now = after }: ConsoleTask["changes"][number]): Value => now;

/** The fields in which two records differ; all of both where one is missing. */
export const differing = (one: Told | undefined, other: Told | undefined): readonly string[] =>
  [...new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})])].filter(
    (field) => JSON.stringify(one?.[field] ?? null) !== JSON.stringify(other?.[field] ?? null),
  );

/** A record of the console, and which one of the mirror it is. */
interface Kept {
  id: string;
  values: Told;
}

/**
 * The console of a mirror, with what was done there. Who does a task does what it says and no more: of an import what it
 * changed, as its rows tell it.
 */
export class FakeConsole {
  readonly records: Readonly<Record<MirrorKind, Kept[]>> = { orgs: [], users: [] };

  find(kind: MirrorKind, id: string): Kept | undefined {
    return this.records[kind].find((kept) => kept.id === id);
  }

  pathOf(id: string): string {
    const names: string[] = [];
    for (let at = this.find("orgs", id); at !== undefined; at = this.find("orgs", String(at.values["parentId"])))
      names.unshift(String(at.values["name"]));
    return formatOrgPath(names);
  }

  /** The id of the organisation that a task names; undefined if the console has none that is called so. */
  #called({ after, now = after, renamed }: ConsoleTask["changes"][number]): string | undefined {
    if (now === ROOT_ORG_NAME) return ROOT_ORG_ID;
    const isCalled = ({ id, values: { code } }: Kept): boolean => {
      const called = typeof code === "string" ? `${this.pathOf(id)} (${code})` : this.pathOf(id);
      return called === now || called === renamed;
    };
    return this.records.orgs.find(isCalled)?.id;
  }

  /** Does a task of a record that was written by hand. @returns false if it cannot be done yet */
  doByHand(kind: MirrorKind, { objectId, work, changes }: ConsoleTask): boolean {
    const place = kind === "orgs" ? "parentId" : "org";
    const pairs = changes.map(
      (change) => [change.field, change.field === place ? this.#called(change) : valueBy(change)] as const,
    );
    if (objectId === null || pairs.some(([, value]) => value === undefined)) return false;
    const values = Object.fromEntries(pairs) as Told;
    const kept = this.find(kind, objectId);
    if (kept !== undefined) kept.values = { ...kept.values, ...values };
    else if (work === "create") this.records[kind].push({ id: objectId, values: { [place]: ROOT_ORG_ID, ...values } });
    return kept !== undefined || work === "create";
  }

  /** Makes fields of a record those of the mirror's; a record that is on one side only is made, or goes. */
  align(kind: MirrorKind, id: string, mirrored: Told | undefined, fields: readonly string[]): void {
    const kept = this.find(kind, id);
    const place = kind === "orgs" ? "parentId" : "org";
    if (mirrored === undefined) {
      if (kept !== undefined) this.records[kind].splice(this.records[kind].indexOf(kept), 1);
      return;
    }
    const values = kept?.values ?? { [place]: ROOT_ORG_ID };
    const asked = kept === undefined ? Object.keys(mirrored) : fields;
    const isThere = (field: string): boolean =>
      field !== place || mirrored[field] === ROOT_ORG_ID || this.find("orgs", String(mirrored[field])) !== undefined;
    const after = {
      ...values,
      ...Object.fromEntries(asked.filter(isThere).map((field) => [field, mirrored[field] ?? null])),
    };
    if (kept === undefined) this.records[kind].push({ id, values: after });
    else kept.values = after;
  }

  /** Does what an import did. @param mirrored the ids of the mirror. @returns false if it cannot be done yet */
  doImport(kind: MirrorKind, did: readonly Did[], mirrored: { has(id: string): boolean }): boolean {
    const place = kind === "orgs" ? "parentId" : "org";
    const own = new Set(did.map(({ id }) => id));
    const isThere = (org: Value | undefined): boolean =>
      org === undefined ||
      org === null ||
      org === ROOT_ORG_ID ||
      own.has(String(org)) ||
      this.find("orgs", String(org)) !== undefined;
    if (!did.every(({ after }) => isThere(after?.[place]))) return false;
    // who is to be made first
    const isToCome = ({ id, before, after }: Did): boolean =>
      before !== undefined && after !== undefined && mirrored.has(id) && this.find(kind, id) === undefined;
    if (did.some(isToCome)) return false;
    for (const { id, before, after } of did) {
      const kept = this.find(kind, id);
      if (after === undefined) {
        if (kept !== undefined) this.records[kind].splice(this.records[kind].indexOf(kept), 1);
      } else if (before === undefined) {
        if (kept === undefined) this.records[kind].push({ id, values: after });
      } else if (kept !== undefined) {
        const changed = differing(before, after).map((field) => [field, after[field] ?? null]);
        kept.values = { ...kept.values, ...(Object.fromEntries(changed) as Told) };
      }
    }
    return true;
  }

  /** The console's export of users. */
  exportUsers(columns: readonly UserColumn[]): Cells {
    const { users } = this.records;
    const most = Math.max(1, ...users.map(({ values }) => (values["emails"] as readonly string[]).length));
    const cell = (values: Told, column: UserColumn): string => {
      const { [column]: value = null } = values;
      if (column !== "org") return String(value ?? "");
      return String(this.find("orgs", String(value))?.values["code"] ?? "");
    };
    return [
      [
        "氏名",
        ...Array.from({ length: most }, () => "メールアドレス"),
        ...columns.map((column) => USER_COLUMNS[column]),
      ],
      ...users.map(({ values }) => [
        String(values["name"]),
        ...Array.from({ length: most }, (_, at) => (values["emails"] as readonly string[])[at] ?? ""),
        ...columns.map((column) => cell(values, column)),
      ]),
    ];
  }

  /** Its export of organisations, parents first. */
  exportOrgs(): Cells {
    const depth = ({ id }: Kept): number => this.pathOf(id).split("/").length;
    return [
      ["組織名", "組織コード", "上位組織パス"],
      ...this.records.orgs
        .toSorted((a, b) => depth(a) - depth(b))
        .map(({ values }) => [
          String(values["name"]),
          String(values["code"] ?? ""),
          values["parentId"] === ROOT_ORG_ID ? "" : this.pathOf(String(values["parentId"])),
        ]),
    ];
  }
}
