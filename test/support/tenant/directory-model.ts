import type { Operation } from "../../../src/lib/derived/role-policy.ts";
import type { ErrorCode } from "../../../src/lib/errors/index.ts";
import {
  HistoryModel,
  hasSameValues,
  toComparisonKey,
  ROOT_NUMBER,
  listFieldValues,
  type Kind,
  type ModelImport,
  type ModelRow,
  type Values,
} from "./history-model.ts";

/** The kinds of records that the model can also change manually. */
export type ManualKind = "orgs" | "users";

export interface Refusal {
  readonly code: ErrorCode;
  /** texts that the Japanese message must contain */
  readonly about: readonly string[];
}

/** A number without a record, for references to records that do not exist. */
export const NO_RECORD = -1;

export type ImportEffect = NonNullable<ReturnType<HistoryModel["undo"]>>;

const FIELD_LABELS: Readonly<Record<string, string>> = {
  emails: "メールアドレス",
  accountName: "CLOMOアカウント名",
  code: "組織コード",
};

const REQUIRED_FIELDS: Readonly<Record<ManualKind, string>> = { orgs: "組織名", users: "氏名" };

const PLACE_FIELDS = { orgs: "parent", users: "orgCode" } as const satisfies Readonly<Record<ManualKind, string>>;

type RecordWork = "create" | "edit" | "move" | "delete" | "recursive";

/** A right that an operation requires. `whole` is the right to operations on the entire tenant. */
export type RequiredRight = Operation | "whole";

export class DirectoryModel extends HistoryModel {
  /** Returns true if the acting account manages all organisations. */
  isWhole(): boolean {
    return true;
  }

  /** Returns reasons why the acting account has none of these rights, for any record; empty if it may act. */
  barred(_needs: readonly RequiredRight[]): readonly Refusal[] {
    return [];
  }

  /** Returns reasons why the acting account must not import a kind of file, if the import needs these rights. */
  barredImport(_kind: ManualKind, _needs: readonly RequiredRight[]): readonly Refusal[] {
    return [];
  }

  needs(kind: ManualKind, work: RecordWork): readonly RequiredRight[] {
    const creatingUsers = ["users.write", "users.move", ...(this.isWhole() ? [] : (["orgs.write"] as const))] as const;
    if (work === "create") return kind === "users" ? creatingUsers : ["orgs.write"];
    if (work === "recursive") return ["orgs.delete", "users.delete"];
    if (work === "delete") return [`${kind}.delete`];
    return work === "move" && kind === "users" ? ["users.move"] : [`${kind}.write`];
  }

  needsOfAny(kind: ManualKind): readonly RequiredRight[] {
    return kind === "users" ? ["users.write", "users.move", "users.delete"] : ["orgs.write", "orgs.delete"];
  }

  needsOfWork({ did }: Pick<ImportEffect, "did">, isNew = (_record: number) => false): readonly RequiredRight[] {
    return did.flatMap(({ kind, record, action, before, after }): readonly RequiredRight[] => {
      if (kind !== "users") return [action === "delete" ? "orgs.delete" : "orgs.write"];
      if (action === "delete") return ["users.delete"];
      if (action === "create" || isNew(record)) return this.needs(kind, "create");
      const isMoved = before?.[PLACE_FIELDS.users] !== after?.[PLACE_FIELDS.users];
      const isEdited = !hasSameValues(
        { ...before, [PLACE_FIELDS.users]: null },
        { ...after, [PLACE_FIELDS.users]: null },
      );
      return [...(isMoved ? (["users.move"] as const) : []), ...(isEdited ? (["users.write"] as const) : [])];
    });
  }

  needsOfPlan(done: ImportEffect, rows: readonly ModelRow[]): readonly RequiredRight[] {
    const kind = done.kind as ManualKind;
    const isUnseen = rows.some((row) => {
      const met = kind === "users" ? this.find("users", "emails", String(row["emails"])) : undefined;
      return met !== undefined && !this.sees(kind, met);
    });
    const known = this.needsOfWork(done, (record) => !this.sees(kind, record));
    return isUnseen ? [...known, ...this.needs(kind, "create")] : known;
  }

  /** Returns true if the acting account must not import these rows, although another account could. */
  isUnfit(_done: ImportEffect, _rows: readonly ModelRow[]): boolean {
    return false;
  }

  /** Returns reasons why the acting account must not undo an import, regardless of later changes. */
  barredUndo(_done: ModelImport): readonly Refusal[] {
    return [];
  }

  /** Returns reasons why a user cannot be marked or unmarked as an administrator; empty if possible. */
  markRefusals(_user: number): readonly Refusal[] {
    return [];
  }

  /** Returns all reasons why values cannot be written to a record. @param record undefined for a new record */
  refusals(kind: ManualKind, record: number | undefined, given: Values): readonly Refusal[] {
    const before = record === undefined ? undefined : this.records[kind].get(record);
    const isRoot = kind === "orgs" && record === ROOT_NUMBER;
    if (record !== undefined && !this.sees(kind, record)) return [{ code: "not-found", about: [] }];
    return [
      ...(isRoot ? [{ code: "input-rejected", about: ["全社"] } as const] : []),
      ...this.#unknown(given),
      ...(given["name"] === "" ? [{ code: "input-rejected", about: [REQUIRED_FIELDS[kind], "空"] } as const] : []),
      ...this.#addresses(given),
      ...this.#taken(kind, record, given),
      ...this.#cleared(before, given),
      ...(kind === "orgs" ? this.#misplaced(record, { ...before, ...given }) : []),
    ];
  }

  #unknown(given: Values): readonly Refusal[] {
    const places = Object.values(PLACE_FIELDS).flatMap((field) => given[field] ?? []);
    return places.every((org) => this.sees("orgs", Number(org))) ? [] : [{ code: "not-found", about: ["組織"] }];
  }

  #addresses({ emails }: Values): readonly Refusal[] {
    if (!Array.isArray(emails)) return [];
    const all = emails as readonly string[];
    const rejected = (...about: readonly string[]): Refusal => ({
      code: "input-rejected",
      about: ["メールアドレス", ...about],
    });
    const twice = all.filter((one, at) =>
      all.slice(0, at).some((other) => toComparisonKey(other) === toComparisonKey(one)),
    );
    return [
      ...(all.length === 0 ? [rejected("1 つ以上")] : []),
      ...all.filter((one) => !one.includes("@")).map((one) => rejected(...(one === "" ? ["空"] : [one]))),
      ...twice.map((one) => rejected(one)),
    ];
  }

  #taken(kind: ManualKind, record: number | undefined, given: Values): readonly Refusal[] {
    const others = [...this.records[kind]].filter(([other]) => other !== record);
    return Object.entries(FIELD_LABELS).flatMap(([field, label]) =>
      listFieldValues(given, field).flatMap((value) =>
        others
          .filter(([, values]) =>
            listFieldValues(values, field).some((one) => toComparisonKey(one) === toComparisonKey(value)),
          )
          .map((): Refusal => ({ code: "input-rejected", about: [label, String(value), "使われています"] })),
      ),
    );
  }

  #cleared(before: Values | undefined, { accountName }: Values): readonly Refusal[] {
    if (accountName !== null || (before?.["accountName"] ?? null) === null) return [];
    return [{ code: "input-rejected", about: ["CLOMOアカウント名", "空にはできません"] }];
  }

  #misplaced(
    record: number | undefined,
    { name = null, code = null, parent = ROOT_NUMBER }: Values,
  ): readonly Refusal[] {
    const isBelowItself = record !== undefined && this.subtree(record).includes(Number(parent));
    const [twin] = [...this.records.orgs].flatMap(([other, org]) =>
      code === null && other !== record && org["name"] === name && org["parent"] === parent ? [other] : [],
    );
    return [
      ...(isBelowItself ? [{ code: "input-rejected", about: ["その下位組織"] } as const] : []),
      ...(twin === undefined ? [] : [this.#beside(String(name))]),
    ];
  }

  /** Refuses an organisation without a code if another one has the same name and parent. */
  #beside(name: string): Refusal {
    return { code: "input-rejected", about: [name, "組織コードがない"] };
  }

  /** Writes a record without checks. */
  write(kind: Kind, record: number | undefined, given: Values): { readonly record: number; readonly changed: boolean } {
    const number = record ?? this.next();
    const before = this.records[kind].get(number);
    const after = { ...before, ...given };
    if (hasSameValues(before, after)) return { record: number, changed: false };
    this.records[kind].set(number, after);
    return { record: number, changed: true };
  }

  /** Returns the reasons why records cannot be deleted; an empty list if they can. */
  held(gone: Parameters<HistoryModel["deletion"]>[0]): readonly Refusal[] {
    const going = new Set(gone.flatMap(([, records]) => records));
    const refused = (name: string): Refusal => ({ code: "input-rejected", about: [name, "何も変更していません"] });
    const protectedUsers = [...this.records.users].filter(([user]) => going.has(user) && this.administrators.has(user));
    const depended = [...this.records.orgs].filter(
      ([org]) =>
        going.has(org) &&
        [...this.records.orgs, ...this.records.users].some(
          ([other, values]) => !going.has(other) && (values["parent"] === org || values["orgCode"] === org),
        ),
    );
    return [
      ...protectedUsers.map(([, { name }]) => refused(String(name))),
      ...depended.map(([, { name }]) => refused(String(name))),
    ];
  }
}
