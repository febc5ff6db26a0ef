import type { Request } from "./tenant.ts";

/** The kinds of imports of the model; SECURED APPs users are those of one app. */
export type Kind = "orgs" | "users" | "devices" | "calendar";

/** The values of a record by field; a reference is the number of a record in the model, 0 is 全社. */
export type Values = Readonly<Record<string, string | number | readonly string[] | null>>;

/** What an import did to a record, by the record's number in the model. */
export interface Did {
  readonly record: number;
  readonly action: "create" | "update" | "delete";
  readonly before?: Values;
  readonly after?: Values;
}

/** What an import did, and what it created because rows name it. */
interface Done {
  readonly kind: Kind;
  readonly did: readonly Did[];
  readonly orgs: ReadonlyMap<number, Values>;
  readonly groups: readonly string[];
}

/** A committed import of the model. */
export interface ModelImport extends Done {
  readonly id: string;
  readonly number: number;
  readonly isUndo: boolean;
  undone: boolean;
}

/** One row of a file, by field; what it refers to as the cell has it. */
export type ModelRow = Readonly<Record<string, string | readonly string[]>>;

type Records = Map<number, Values>;

/** The fields that refer to records, and to those of which kind. */
export const REFERS: Readonly<Record<string, Kind>> = { parent: "orgs", orgCode: "orgs", ownerEmail: "users" };

/** The field by which cells call a record. */
const CALLED: Readonly<Partial<Record<Kind, string>>> = { orgs: "code", users: "emails" };

/** The fields of which only one record may have a value. */
const UNIQUE: Readonly<Record<Kind, string>> = {
  orgs: "code",
  users: "emails",
  devices: "serialNumber",
  calendar: "userId",
};

export const ROOT = 0;

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Records of all kinds and all imports, one row at a time: slow, but obviously correct. */
export class HistoryModel {
  readonly records: Readonly<Record<Kind, Records>> = {
    orgs: new Map(),
    users: new Map(),
    devices: new Map(),
    calendar: new Map(),
  };
  readonly groups = new Set<string>();
  readonly imports: ModelImport[] = [];
  /** what each record that cells name was last called */
  readonly #called = new Map<number, string>([[ROOT, "全社"]]);
  #last = ROOT;

  /** What a reference is shown as: what the record is called now, or was at last. */
  called(record: number): string {
    return this.#called.get(record) ?? "";
  }

  /** The record of a kind that has a value. */
  find(kind: Kind, field: string, value: string): number | undefined {
    return [...this.records[kind]].find(([, values]) => values[field] === value)?.[0];
  }

  /** What the plan of a file does that the tenant takes; blank cells clear. */
  plan(kind: Kind, mode: Request["mode"], key: string, rows: readonly ModelRow[]): Done {
    const orgs = new Map<number, Values>();
    const groups = new Set<string>();
    const numbers = rows.map((row) => this.find(kind, key, String(row[key])) ?? (this.#last += 1));
    const orgOf = (code: string): number => {
      const own = kind === "orgs" ? numbers[rows.findIndex((row) => row["code"] === code)] : undefined;
      const known = own ?? this.find("orgs", "code", code) ?? [...orgs].find(([, org]) => org["code"] === code)?.[0];
      if (known !== undefined) return known;
      this.#last += 1;
      orgs.set(this.#last, { name: code, code, parent: ROOT });
      return this.#last;
    };
    const valueOf = (field: string, cell: ModelRow[string], before: Values | undefined): Values[string] => {
      if (typeof cell !== "string") {
        const names = [...new Set(cell)].filter((name) => name !== "").toSorted();
        for (const name of names) if (!this.groups.has(name)) groups.add(name);
        return names;
      }
      if (field === "orgCode") return cell === "" ? (before?.[field] ?? ROOT) : orgOf(cell);
      if (field === "parent") return cell === "" ? ROOT : orgOf(cell);
      if (field === "ownerEmail") return this.find("users", "emails", cell) ?? null;
      return cell === "" ? null : cell;
    };
    const did = rows.flatMap((row, at): Did[] => {
      const record = numbers[at] ?? 0;
      const before = this.records[kind].get(record);
      const after = Object.fromEntries(
        Object.entries(row).map(([field, cell]) => [field, valueOf(field, cell, before)]),
      );
      if (before === undefined) return [{ record, action: "create", after }];
      return isSame(before, after) ? [] : [{ record, action: "update", before, after }];
    });
    const lacking = mode === "replace" ? [...this.records[kind]].filter(([record]) => !numbers.includes(record)) : [];
    const deleted = lacking.map(([record, before]): Did => ({ record, action: "delete", before }));
    return { kind, did: [...did, ...deleted], orgs, groups: [...groups] };
  }

  /** What undoing an import does; undefined where a record does not stand as it left it, or not all would be in order. */
  undo({ kind, did, orgs, groups, isUndo, undone }: ModelImport): Done | undefined {
    if (isUndo || undone) return undefined;
    const stands = ({ record, after }: Did): boolean => isSame(this.records[kind].get(record), after);
    if (!did.every(stands)) return undefined;
    if (![...orgs].every(([record, values]) => isSame(this.records.orgs.get(record), values))) return undefined;
    const inverse = did.map(({ record, action, before, after }): Did => {
      const to = action === "create" ? "delete" : action === "delete" ? "create" : action;
      return { record, action: to, ...(after && { before: after }), ...(before && { after: before }) };
    });
    const trial = new HistoryModel();
    for (const one of Object.keys(this.records) as Kind[])
      for (const [record, values] of this.records[one]) trial.records[one].set(record, values);
    for (const name of this.groups) trial.groups.add(name);
    const undoing: Done = { kind, did: inverse, orgs: new Map(), groups: [] };
    trial.#write(undoing, [...orgs.keys()], groups);
    return trial.#isInOrder() ? undoing : undefined;
  }

  /** Takes what an import did as done. @param undid the import that it undid */
  commit(done: Done, { id, number }: Pick<ModelImport, "id" | "number">, undid?: ModelImport): void {
    this.#write(done, [...(undid?.orgs.keys() ?? [])], undid?.groups ?? []);
    this.imports.push({ ...done, id, number, isUndo: undid !== undefined, undone: false });
    if (undid !== undefined) undid.undone = true;
    for (const kind of ["orgs", "users"] as const)
      for (const [record, values] of this.records[kind]) this.#called.set(record, String(values[CALLED[kind] ?? ""]));
  }

  #write({ kind, did, orgs, groups }: Done, orgsGone: readonly number[], groupsGone: readonly string[]): void {
    for (const [record, values] of orgs) this.records.orgs.set(record, values);
    for (const name of groups) this.groups.add(name);
    for (const { record, after } of did) {
      if (after === undefined) this.records[kind].delete(record);
      else this.records[kind].set(record, after);
    }
    for (const record of orgsGone) this.records.orgs.delete(record);
    for (const name of groupsGone) this.groups.delete(name);
  }

  /** Unique values are, all that is referred to is there, and every organisation is below 全社. */
  #isInOrder(): boolean {
    for (const kind of Object.keys(this.records) as Kind[]) {
      const all = [...this.records[kind].values()];
      if (new Set(all.map((values) => values[UNIQUE[kind]])).size < all.length) return false;
      for (const values of all) {
        for (const [field, value] of Object.entries(values)) {
          const named = REFERS[field];
          if (named !== undefined && typeof value === "number" && value !== ROOT && !this.records[named].has(value))
            return false;
          if (field === "groups" && !(value as readonly string[]).every((name) => this.groups.has(name))) return false;
        }
      }
    }
    return [...this.records.orgs.keys()].every((record) => this.#isBelowRoot(record));
  }

  #isBelowRoot(record: number): boolean {
    let at = record;
    for (let steps = 0; at !== ROOT; steps += 1) {
      if (steps > this.records.orgs.size) return false;
      at = Number(this.records.orgs.get(at)?.["parent"] ?? ROOT);
    }
    return true;
  }
}
