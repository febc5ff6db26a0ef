import { formatOrgPath } from "../../../src/lib/nouns/organisation.ts";
import type { Request } from "./tenant.ts";

/** The kinds of imports in the model. `calendar` means the SECURED APPs users of one app. */
export type Kind = "orgs" | "users" | "devices" | "calendar";

/** The values of a record by field. A reference is the number of a record in the model; number 0 is 全社. */
export type Values = Readonly<Record<string, string | number | readonly string[] | null>>;

/** A change to a record by an import. The record has a number in the model. */
export interface RecordChange {
  readonly kind: Kind;
  readonly record: number;
  readonly action: "create" | "update" | "delete";
  readonly before?: Values;
  readonly after?: Values;
}

/** The changes of an import, including organisations and groups that it created because rows refer to them. */
export interface ImportEffect {
  /** the kind of the file; the import may also write records of other kinds */
  readonly kind: Kind;
  readonly did: readonly RecordChange[];
  readonly orgs: ReadonlyMap<number, Values>;
  readonly groups: readonly string[];
}

export interface ModelImport extends ImportEffect {
  readonly id: string;
  readonly isUndo: boolean;
  undone: boolean;
}

/** The text in cells that refers to each record, by record number. */
type CellNames = ReadonlyMap<number, string>;

export type ModelRow = Readonly<Record<string, string | readonly string[] | number>>;

export interface ModelRequest {
  readonly kind: Kind;
  readonly mode: Request["mode"];
  readonly blank: "clear" | "keep";
  readonly key: string;
  /** the positions of the rows that the tenant must skip */
  readonly invalid: ReadonlySet<number>;
}

type Records = Map<number, Values>;

export const REFERENCE_KINDS: Readonly<Record<string, Kind>> = {
  parent: "orgs",
  orgCode: "orgs",
  ownerEmail: "users",
  ownerOrg: "orgs",
};

export const getCustomFieldName = (number: number): string => `custom:${number}`;

const listChangedFields = (before: Values = {}, after: Values = {}): readonly string[] => {
  const all = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const isCustom = (field: string): boolean => field.startsWith(getCustomFieldName(0).slice(0, -1));
  const changed = all.filter(
    (field) => !hasSameValues({ [field]: before[field] ?? null }, { [field]: after[field] ?? null }),
  );
  return changed.some(isCustom) ? [...new Set([...changed, ...all.filter(isCustom)])] : changed;
};

/** The fields whose values must be unique among the records of a kind. */
const UNIQUE_FIELDS: Readonly<Record<Kind, readonly string[]>> = {
  orgs: ["code"],
  users: ["emails", "accountName"],
  devices: ["serialNumber"],
  calendar: ["userId"],
};

export const listFieldValues = (values: Values, field: string): readonly (string | number)[] =>
  [values[field] ?? []].flat();

export const toComparisonKey = (value: unknown): string => String(value).toLowerCase();

export const ROOT_NUMBER = 0;

/** Returns true if two records have the same values. Null, blank and empty lists are equal. */
export const hasSameValues = (one: Values | undefined, other: Values | undefined): boolean => {
  const plain = (values: Values | undefined): string =>
    JSON.stringify(
      values &&
        Object.entries(values)
          .filter(([, value]) => value !== null && String(value) !== "")
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  return plain(one) === plain(other);
};

export class HistoryModel {
  readonly records: Readonly<Record<Kind, Records>> = {
    orgs: new Map(),
    users: new Map(),
    devices: new Map(),
    calendar: new Map(),
  };
  readonly groups = new Set<string>();
  readonly administrators = new Set<number>();
  /** names of the custom fields of users, by number */
  readonly fields = new Map<number, string>();
  readonly imports: ModelImport[] = [];
  #last = ROOT_NUMBER;
  readonly #formerNames = new Map<number, string>();

  pathOf(record: number): string {
    const names: string[] = [];
    for (let at = record; at !== ROOT_NUMBER; at = Number(this.records.orgs.get(at)?.["parent"] ?? ROOT_NUMBER))
      names.unshift(String(this.records.orgs.get(at)?.["name"]));
    return formatOrgPath(names);
  }

  find(kind: Kind, field: string, value: string): number | undefined {
    return [...this.records[kind]].find(([, values]) =>
      listFieldValues(values, field).some((one) => toComparisonKey(one) === toComparisonKey(value)),
    )?.[0];
  }

  /** Returns true if a record exists and the acting account can see it. */
  sees(kind: Kind, record: number): boolean {
    return this.records[kind].has(record) || (kind === "orgs" && record === ROOT_NUMBER);
  }

  /** Returns an unused number. */
  next(): number {
    return (this.#last += 1);
  }

  #met({ kind, key, blank }: ModelRequest, rows: readonly ModelRow[]): readonly number[] {
    if (kind !== "orgs") {
      const found = rows.map((row) => this.find(kind, key, String(row[key])));
      if (kind === "users")
        for (const other of ["emails", "employeeCode"])
          if (other !== key) this.#meet(other, { key, blank }, rows, found);
      return found.map((record) => record ?? this.next());
    }
    const numbers = rows.map(({ code }) =>
      code === "" ? 0 : (this.find("orgs", "code", String(code)) ?? this.next()),
    );
    const places = new Set<string>();
    for (const [at, { name, code, parent }] of rows.entries()) {
      if (code !== "") continue;
      const above = this.#orgNamed(parent ?? "", rows, numbers);
      const place = `${above}/${String(name)}`;
      const there = [...this.records.orgs].filter(
        ([record, org]) => org["parent"] === above && org["name"] === name && !numbers.includes(record),
      );
      // organisations without a code take precedence
      const plain = there.filter(([, org]) => org["code"] === null);
      const [found] = there.length === 1 ? there : plain.length === 1 ? plain : [];
      numbers[at] = places.has(place) ? this.next() : (found?.[0] ?? this.next());
      places.add(place);
    }
    return numbers;
  }

  /** Matches rows without a user by another key, which exactly one row and one user must have, and by name. */
  #meet(
    other: string,
    { key, blank }: Pick<ModelRequest, "key" | "blank">,
    rows: readonly ModelRow[],
    found: (number | undefined)[],
  ): void {
    const isSound = (row: ModelRow): boolean =>
      row[key] !== "" && (blank === "keep" || (row["name"] !== "" && row["emails"] !== ""));
    const open = rows.filter((row, at) => found[at] === undefined && isSound(row));
    for (const row of open) {
      const [user, ...more] = [...this.records.users].filter(([, values]) =>
        listFieldValues(values, other)
          .slice(0, 1)
          .some((one) => toComparisonKey(one) === toComparisonKey(row[other])),
      );
      const isAlone = more.length === 0 && open.filter((one) => one[other] === row[other]).length === 1;
      if (user === undefined || !isAlone || found.includes(user[0]) || user[1]["name"] !== row["name"]) continue;
      found[rows.indexOf(row)] = user[0];
    }
  }

  /** Returns the number of the organisation to which a cell refers; undefined if it does not exist. */
  #orgNamed(cell: ModelRow[string], rows: readonly ModelRow[], numbers: readonly number[]): number | undefined {
    if (typeof cell === "number") return cell;
    if (cell === "") return ROOT_NUMBER;
    return numbers[rows.findIndex(({ code }) => code === cell)] ?? this.find("orgs", "code", String(cell));
  }

  plan(request: ModelRequest, rows: readonly ModelRow[]): ImportEffect {
    const { kind, mode, blank, invalid } = request;
    const orgs = new Map<number, Values>();
    const groups = new Set<string>();
    const numbers = this.#met(request, rows);
    const orgOf = (cell: string | number): number => {
      const own = kind === "orgs" ? this.#orgNamed(cell, rows, numbers) : this.find("orgs", "code", String(cell));
      const known = own ?? [...orgs].find(([, org]) => org["code"] === cell)?.[0];
      if (known !== undefined) return known;
      this.#last += 1;
      orgs.set(this.#last, { name: cell, code: cell, parent: ROOT_NUMBER });
      return this.#last;
    };
    const valueOf = (
      field: string,
      cell: ModelRow[string],
      { record, before }: { readonly record: number; readonly before: Values | undefined },
    ): Values[string] => {
      if (typeof cell !== "string" && typeof cell !== "number") {
        const named = cell.filter((name) => name !== "");
        for (const name of named) if (!this.groups.has(name)) groups.add(name);
        const kept = blank === "keep" ? ((before?.[field] ?? []) as readonly string[]) : [];
        return [...new Set([...kept, ...named])].toSorted();
      }
      const now = before?.[field] ?? null;
      // the file has a column only for the first address
      if (typeof now === "object" && now !== null)
        return [String(cell), ...now.slice(1).filter((one) => toComparisonKey(one) !== toComparisonKey(cell))];
      if (field === "orgCode" && cell === "") return now ?? ROOT_NUMBER;
      if (field === "orgCode") return orgOf(cell);
      if (field === "parent" && cell === "") {
        // an organisation that was matched by its place stays there
        const isMoved = blank === "clear" || rows[numbers.indexOf(record)]?.["code"] === "";
        return isMoved ? ROOT_NUMBER : (now ?? ROOT_NUMBER);
      }
      if (field === "parent") return orgOf(cell);
      if (cell === "") return blank === "keep" ? now : null;
      return field === "ownerEmail" ? (this.find("users", "emails", String(cell)) ?? null) : cell;
    };
    const did = rows.flatMap((row, at): RecordChange[] => {
      if (invalid.has(at)) return [];
      const record = numbers[at] ?? 0;
      const before = this.records[kind].get(record);
      const cells = Object.entries(row).map(
        ([field, cell]) => [field, valueOf(field, cell, { record, before })] as const,
      );
      const after: Values = { ...before, ...Object.fromEntries(cells) };
      if (before === undefined) return [{ kind, record, action: "create", after }];
      return hasSameValues(before, after) ? [] : [{ kind, record, action: "update", before, after }];
    });
    const isLacking = (record: number): boolean =>
      !numbers.includes(record) && !this.administrators.has(record) && this.sees(kind, record);
    const lacking = mode === "replace" ? [...this.records[kind]].filter(([record]) => isLacking(record)) : [];
    const deleted = lacking.map(([record, before]): RecordChange => ({ kind, record, action: "delete", before }));
    return { kind, did: [...did, ...deleted], orgs, groups: [...groups] };
  }

  subtree(record: number): readonly number[] {
    const below = [...this.records.orgs].filter(([, org]) => org["parent"] === record);
    return [record, ...below.flatMap(([child]) => this.subtree(child))];
  }

  /**
   * Returns the effect of a deletion; undefined if an administrator or a referenced record would be deleted. @param
   * gone deleted records by kind, beginning with the kind of the deletion
   */
  deletion(gone: readonly (readonly [kind: Kind, records: readonly number[]])[]): ImportEffect | undefined {
    const going = new Set(gone.flatMap(([, records]) => records));
    if ([...going].some((record) => this.administrators.has(record))) return undefined;
    for (const kind of Object.keys(this.records) as Kind[]) {
      for (const [record, values] of this.records[kind]) {
        const isHeld = Object.entries(values).some(
          ([field, value]) => REFERENCE_KINDS[field] !== undefined && typeof value === "number" && going.has(value),
        );
        if (isHeld && !going.has(record)) return undefined;
      }
    }
    const did = gone.flatMap(([kind, records]) =>
      records.map((record): RecordChange => {
        const before = this.records[kind].get(record);
        return { kind, record, action: "delete", ...(before && { before }) };
      }),
    );
    return { kind: gone[0]?.[0] ?? "users", did, orgs: new Map(), groups: [] };
  }

  /**
   * Returns the effect of undoing an import; undefined if a record has changed since, or the result would be
   * inconsistent.
   */
  undo({ kind, did, orgs, groups, undone }: ModelImport): ImportEffect | undefined {
    if (undone) return undefined;
    // an undo neither changes SECURED APPs administrators nor deletes administrators of any kind
    const isProtected = ({ kind: of, record, action }: RecordChange): boolean =>
      this.administrators.has(record) && (action === "create" || of === "calendar");
    if (did.some(isProtected)) return undefined;
    const stands = ({ kind: of, record, action, before, after }: RecordChange): boolean => {
      const now = this.records[of].get(record);
      if (action !== "update" || now === undefined) return hasSameValues(now, after);
      return listChangedFields(before, after).every((field) =>
        hasSameValues({ [field]: now[field] ?? null }, { [field]: after?.[field] ?? null }),
      );
    };
    if (!did.every(stands)) return undefined;
    // values of a removed custom field cannot be restored
    const isLost = ({ kind: of, action, before, after }: RecordChange): boolean =>
      of === "users" && action === "update" && listChangedFields(before, after).length === 0;
    if (did.some(isLost)) return undefined;
    if (![...orgs].every(([record, values]) => hasSameValues(this.records.orgs.get(record), values))) return undefined;
    const inverse = did.map(({ kind: of, record, action, before, after }): RecordChange => {
      const now = this.records[of].get(record);
      if (action === "create") return { kind: of, record, action: "delete", ...(now && { before: now }) };
      if (action === "delete") return { kind: of, record, action: "create", ...(before && { after: before }) };
      const changed = listChangedFields(before, after);
      const kept = Object.entries(now ?? {}).filter(([field]) => !changed.includes(field));
      const former = Object.entries(before ?? {}).filter(([field]) => changed.includes(field));
      return {
        kind: of,
        record,
        action,
        ...(now && { before: now }),
        ...(now && { after: Object.fromEntries([...kept, ...former]) }),
      };
    });
    const trial = new HistoryModel();
    for (const one of Object.keys(this.records) as Kind[])
      for (const [record, values] of this.records[one]) trial.records[one].set(record, values);
    for (const name of this.groups) trial.groups.add(name);
    const undoing: ImportEffect = { kind, did: inverse, orgs: new Map(), groups: [] };
    trial.#write(undoing, [...orgs.keys()], groups);
    return trial.#isInOrder() ? undoing : undefined;
  }

  /** Applies the effect of an import to the model. @param undid the import that is undone */
  commit(done: ImportEffect, { id }: Pick<ModelImport, "id">, undid?: ModelImport): void {
    this.#write(done, [...(undid?.orgs.keys() ?? [])], undid?.groups ?? []);
    this.imports.push({ ...done, id, isUndo: undid !== undefined, undone: false });
    const undone = this.imports.find((one) => one.id === undid?.id);
    if (undone !== undefined) undone.undone = true;
  }

  /** Returns the text in cells that refers to each record: for an organisation without a code, the path. */
  called(): CellNames {
    const orgs = [...this.records.orgs].map(
      ([record, { code }]) => [record, String(code ?? this.pathOf(record))] as const,
    );
    const users = [...this.records.users].map(([record, { emails }]) => [record, String([emails].flat()[0])] as const);
    return new Map([...this.#formerNames, [ROOT_NUMBER, "全社"], ...orgs, ...users]);
  }

  mark(kind: "users" | "calendar", key: string, isOne: boolean): void {
    const known = this.find(kind, kind === "users" ? "emails" : "userId", key);
    const record = known ?? (this.#last += 1);
    if (known === undefined) {
      this.records.calendar.set(record, { displayName: key, userId: key, description: null, groups: [] });
    }
    if (isOne) this.administrators.add(record);
    else this.administrators.delete(record);
  }

  addField(name: string): void {
    this.#last += 1;
    this.fields.set(this.#last, name);
  }

  removeField(number: number): void {
    this.fields.delete(number);
    const without = (values: Values): Values =>
      Object.fromEntries(Object.entries(values).filter(([field]) => field !== getCustomFieldName(number)));
    for (const [record, values] of this.records.users) this.records.users.set(record, without(values));
    for (const [at, one] of this.imports.entries()) {
      const did = one.did.map(({ before, after, ...rest }) => ({
        ...rest,
        ...(before && { before: without(before) }),
        ...(after && { after: without(after) }),
      }));
      this.imports[at] = { ...one, did };
    }
  }

  #write({ did, orgs, groups }: ImportEffect, orgsGone: readonly number[], groupsGone: readonly string[]): void {
    for (const [record, values] of orgs) this.records.orgs.set(record, values);
    for (const name of groups) this.groups.add(name);
    for (const { kind, record, after } of did) {
      if (after === undefined) this.#delete(kind, record);
      else this.records[kind].set(record, after);
    }
    for (const record of orgsGone) this.#delete("orgs", record);
    for (const name of groupsGone) this.groups.delete(name);
  }

  #delete(kind: Kind, record: number): void {
    const { code, emails, name } = this.records[kind].get(record) ?? {};
    this.#formerNames.set(record, String(code ?? [emails ?? []].flat()[0] ?? name));
    this.records[kind].delete(record);
  }

  /** Returns true if unique values are unique, referenced records exist, and every organisation is below 全社. */
  #isInOrder(): boolean {
    for (const kind of Object.keys(this.records) as Kind[]) {
      const all = [...this.records[kind].values()];
      for (const field of UNIQUE_FIELDS[kind]) {
        const unique = all.flatMap((values) => listFieldValues(values, field).map(toComparisonKey));
        if (new Set(unique).size < unique.length) return false;
      }
      for (const values of all) {
        for (const [field, value] of Object.entries(values)) {
          const named = REFERENCE_KINDS[field];
          if (
            named !== undefined &&
            typeof value === "number" &&
            value !== ROOT_NUMBER &&
            !this.records[named].has(value)
          )
            return false;
          if (field === "groups" && !(value as readonly string[]).every((name) => this.groups.has(name))) return false;
        }
      }
    }
    return [...this.records.orgs.keys()].every((record) => this.#isBelowRoot(record));
  }

  #isBelowRoot(record: number): boolean {
    let at = record;
    for (let steps = 0; at !== ROOT_NUMBER; steps += 1) {
      if (steps > this.records.orgs.size) return false;
      at = Number(this.records.orgs.get(at)?.["parent"] ?? ROOT_NUMBER);
    }
    return true;
  }
}
