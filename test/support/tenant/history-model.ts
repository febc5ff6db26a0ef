import { formatOrgPath } from "../../../src/lib/model/organisation.ts";
import type { Request } from "./tenant.ts";

/** The kinds of imports of the model; SECURED APPs users are those of one app. */
export type Kind = "orgs" | "users" | "devices" | "calendar";

/** The values of a record by field; a reference is the number of a record in the model, 0 is 全社. */
export type Values = Readonly<Record<string, string | number | readonly string[] | null>>;

/** What an import did to a record, by the record's number in the model. */
export interface Did {
  readonly kind: Kind;
  readonly record: number;
  readonly action: "create" | "update" | "delete";
  readonly before?: Values;
  readonly after?: Values;
}

/** What an import did, and what it created because rows name it. */
export interface Done {
  /** its own: it may write others with it */
  readonly kind: Kind;
  readonly did: readonly Did[];
  readonly orgs: ReadonlyMap<number, Values>;
  readonly groups: readonly string[];
}

/** A committed import of the model. */
export interface ModelImport extends Done {
  readonly id: string;
  readonly isUndo: boolean;
  undone: boolean;
  /** what cells called records before it, and by its end */
  readonly called: { readonly before: Called; readonly after: Called };
  /** the organisations and devices that there were after it */
  readonly afterwards: Readonly<Record<"orgs" | "devices", ReadonlyMap<number, Values>>>;
}

/** What cells called records, by their numbers. */
type Called = ReadonlyMap<number, string>;

/** One row of a file, by field; what it refers to as the cell has it, or by its number where the cell has a path. */
export type ModelRow = Readonly<Record<string, string | readonly string[] | number>>;

/** What a file's rows mean. */
export interface ModelRequest {
  readonly kind: Kind;
  readonly mode: Request["mode"];
  readonly blank: "clear" | "keep";
  /** the field by which rows meet records */
  readonly key: string;
  /** the places of the rows that the tenant skips */
  readonly invalid: ReadonlySet<number>;
  /** it is the console's own export, in which nobody whose organisation has a code lacks it */
  readonly fromConsole?: boolean;
}

type Records = Map<number, Values>;

/** The fields that refer to records, and to those of which kind. */
export const REFERS: Readonly<Record<string, Kind>> = {
  parent: "orgs",
  orgCode: "orgs",
  ownerEmail: "users",
  ownerOrg: "orgs",
};

/** The field of a record's values in a custom field. @param number of the field: another one of its name has another */
export const customField = (number: number): string => `custom:${number}`;

/** The fields in which a change left a record otherwise; custom fields count together. */
const fieldsChanged = (before: Values = {}, after: Values = {}): readonly string[] => {
  const all = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const isCustom = (field: string): boolean => field.startsWith(customField(0).slice(0, -1));
  const changed = all.filter((field) => !isSame({ [field]: before[field] ?? null }, { [field]: after[field] ?? null }));
  return changed.some(isCustom) ? [...new Set([...changed, ...all.filter(isCustom)])] : changed;
};

/** The fields of which only one record may have a value. */
const UNIQUE: Readonly<Record<Kind, readonly string[]>> = {
  orgs: ["code"],
  users: ["emails", "accountName"],
  devices: ["serialNumber"],
  calendar: ["userId"],
};

/** The values of a field; none where it is blank. */
export const valuesIn = (values: Values, field: string): readonly (string | number)[] => [values[field] ?? []].flat();

/** By what values of which only one record may have one are compared. */
export const keyOf = (value: unknown): string => String(value).toLowerCase();

export const ROOT = 0;

/** Whether values are the same: a field without a value, or with an empty list, is as one that is not there. */
export const isSame = (one: Values | undefined, other: Values | undefined): boolean => {
  const plain = (values: Values | undefined): string =>
    JSON.stringify(
      values &&
        Object.entries(values)
          .filter(([, value]) => value !== null && String(value) !== "")
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  return plain(one) === plain(other);
};

/** Whether a record has another value in a field than it had once, or was not there. */
export const isOther = (then: Values | undefined, now: Values, fields: readonly string[]): boolean =>
  then === undefined || fields.some((field) => (then[field] ?? null) !== (now[field] ?? null));

/** Records of all kinds and all imports, one row at a time: slow, but obviously correct. */
export class HistoryModel {
  readonly records: Readonly<Record<Kind, Records>> = {
    orgs: new Map(),
    users: new Map(),
    devices: new Map(),
    calendar: new Map(),
  };
  readonly groups = new Set<string>();
  readonly administrators = new Set<number>();
  /** names of custom fields of users, by number */
  readonly fields = new Map<number, string>();
  readonly imports: ModelImport[] = [];
  #last = ROOT;
  readonly #byMark = new Set<number>();

  /** The path of an organisation. */
  pathOf(record: number): string {
    const names: string[] = [];
    for (let at = record; at !== ROOT; at = Number(this.records.orgs.get(at)?.["parent"] ?? ROOT))
      names.unshift(String(this.records.orgs.get(at)?.["name"]));
    return formatOrgPath(names);
  }

  /** The record of a kind that has a value. */
  find(kind: Kind, field: string, value: string): number | undefined {
    return [...this.records[kind]].find(([, values]) =>
      valuesIn(values, field).some((one) => keyOf(one) === keyOf(value)),
    )?.[0];
  }

  /** Whether whoever acts sees a record that is there. */
  sees(kind: Kind, record: number): boolean {
    return this.records[kind].has(record) || (kind === "orgs" && record === ROOT);
  }

  /** A number that no record has had. */
  next(): number {
    return (this.#last += 1);
  }

  /** The records that a file's rows mean, new ones included. */
  #met(kind: Kind, key: string, rows: readonly ModelRow[]): readonly number[] {
    if (kind !== "orgs") return rows.map((row) => this.find(kind, key, String(row[key])) ?? this.next());
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
      // one without a code takes precedence
      const plain = there.filter(([, org]) => org["code"] === null);
      const [found] = there.length === 1 ? there : plain.length === 1 ? plain : [];
      numbers[at] = places.has(place) ? this.next() : (found?.[0] ?? this.next());
      places.add(place);
    }
    return numbers;
  }

  /** The organisation that a cell names; undefined if there is none. @param numbers of the rows' own organisations */
  #orgNamed(cell: ModelRow[string], rows: readonly ModelRow[], numbers: readonly number[]): number | undefined {
    if (typeof cell === "number") return cell;
    if (cell === "") return ROOT;
    return numbers[rows.findIndex(({ code }) => code === cell)] ?? this.find("orgs", "code", String(cell));
  }

  /** What the plan of a file does that the tenant takes. */
  plan({ kind, mode, blank, key, invalid, fromConsole = false }: ModelRequest, rows: readonly ModelRow[]): Done {
    const orgs = new Map<number, Values>();
    const groups = new Set<string>();
    const numbers = this.#met(kind, key, rows);
    const orgOf = (cell: string | number): number => {
      const own = kind === "orgs" ? this.#orgNamed(cell, rows, numbers) : this.find("orgs", "code", String(cell));
      const known = own ?? [...orgs].find(([, org]) => org["code"] === cell)?.[0];
      if (known !== undefined) return known;
      this.#last += 1;
      orgs.set(this.#last, { name: cell, code: cell, parent: ROOT });
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
      // the file's column speaks for the first address
      if (typeof now === "object" && now !== null)
        return [String(cell), ...now.slice(1).filter((one) => keyOf(one) !== keyOf(cell))];
      if (field === "orgCode" && cell === "") {
        const isOut = fromConsole && this.records.orgs.get(Number(now))?.["code"] !== null;
        return isOut ? ROOT : (now ?? ROOT);
      }
      if (field === "orgCode") return orgOf(cell);
      if (field === "parent" && cell === "") {
        // who is met by the place stays there
        const isMoved = blank === "clear" || rows[numbers.indexOf(record)]?.["code"] === "";
        return isMoved ? ROOT : (now ?? ROOT);
      }
      if (field === "parent") return orgOf(cell);
      if (cell === "") return blank === "keep" ? now : null;
      return field === "ownerEmail" ? (this.find("users", "emails", String(cell)) ?? null) : cell;
    };
    const did = rows.flatMap((row, at): Did[] => {
      if (invalid.has(at)) return [];
      const record = numbers[at] ?? 0;
      const before = this.records[kind].get(record);
      const cells = Object.entries(row).map(
        ([field, cell]) => [field, valueOf(field, cell, { record, before })] as const,
      );
      const after: Values = { ...before, ...Object.fromEntries(cells) };
      if (before === undefined) return [{ kind, record, action: "create", after }];
      return isSame(before, after) ? [] : [{ kind, record, action: "update", before, after }];
    });
    const isLacking = (record: number): boolean =>
      !numbers.includes(record) && !this.administrators.has(record) && this.sees(kind, record);
    const lacking = mode === "replace" ? [...this.records[kind]].filter(([record]) => isLacking(record)) : [];
    const deleted = lacking.map(([record, before]): Did => ({ kind, record, action: "delete", before }));
    return { kind, did: [...did, ...deleted], orgs, groups: [...groups] };
  }

  /** An organisation and all below it. */
  subtree(record: number): readonly number[] {
    const below = [...this.records.orgs].filter(([, org]) => org["parent"] === record);
    return [record, ...below.flatMap(([child]) => this.subtree(child))];
  }

  /**
   * What a deletion does; undefined where an administrator would go, or something belongs to what goes and stays.
   *
   * @param gone its own kind first
   */
  deletion(gone: readonly (readonly [kind: Kind, records: readonly number[]])[]): Done | undefined {
    const going = new Set(gone.flatMap(([, records]) => records));
    if ([...going].some((record) => this.administrators.has(record))) return undefined;
    for (const kind of Object.keys(this.records) as Kind[]) {
      for (const [record, values] of this.records[kind]) {
        const isHeld = Object.entries(values).some(
          ([field, value]) => REFERS[field] !== undefined && typeof value === "number" && going.has(value),
        );
        if (isHeld && !going.has(record)) return undefined;
      }
    }
    const did = gone.flatMap(([kind, records]) =>
      records.map((record): Did => {
        const before = this.records[kind].get(record);
        return { kind, record, action: "delete", ...(before && { before }) };
      }),
    );
    return { kind: gone[0]?.[0] ?? "users", did, orgs: new Map(), groups: [] };
  }

  /** What undoing an import does; undefined where a record does not stand as it left it, or not all would be in order. */
  undo({ kind, did, orgs, groups, undone, afterwards }: ModelImport): Done | undefined {
    if (undone) return undefined;
    // of a SECURED APPs administrator an import changes nothing; of any it deletes none
    const isProtected = ({ kind: of, record, action }: Did): boolean =>
      this.administrators.has(record) && (action === "create" || of === "calendar");
    if (did.some(isProtected)) return undefined;
    const stands = ({ kind: of, record, action, before, after }: Did): boolean => {
      const now = this.records[of].get(record);
      if (action !== "update" || now === undefined) return isSame(now, after);
      return fieldsChanged(before, after).every((field) =>
        isSame({ [field]: now[field] ?? null }, { [field]: after?.[field] ?? null }),
      );
    };
    if (!did.every(stands)) return undefined;
    // nothing restores the values of a custom field that was removed
    const isLost = ({ kind: of, action, before, after }: Did): boolean =>
      of === "users" && action === "update" && fieldsChanged(before, after).length === 0;
    if (did.some(isLost)) return undefined;
    if (![...orgs].every(([record, values]) => isSame(this.records.orgs.get(record), values))) return undefined;
    const inverse = did.map(({ kind: of, record, action, before, after }): Did => {
      const now = this.records[of].get(record);
      if (action === "create") return { kind: of, record, action: "delete", ...(now && { before: now }) };
      if (action === "delete") return { kind: of, record, action: "create", ...(before && { after: before }) };
      const changed = fieldsChanged(before, after);
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
    const undoing: Done = { kind, did: inverse, orgs: new Map(), groups: [] };
    trial.#write(undoing, [...orgs.keys()], groups);
    if (inverse.some(({ kind: of, after }) => of === "orgs" && after && this.#hasNewTwin(after, { did, afterwards })))
      return undefined;
    return trial.#isInOrder() ? undoing : undefined;
  }

  /** Whether an organisation that would come back without a code has the name and place of one that was not there after its import. */
  #hasNewTwin({ code, name, parent }: Values, { did, afterwards }: Pick<ModelImport, "did" | "afterwards">): boolean {
    return [...this.records.orgs].some(([record, other]) => {
      const isTwin = code === null && other["parent"] === parent && keyOf(other["name"]) === keyOf(name);
      return (
        isTwin &&
        !did.some((one) => one.record === record) &&
        isOther(afterwards.orgs.get(record), other, ["name", "parent"])
      );
    });
  }

  /** Takes what an import did as done. @param undid the import that it undid */
  commit(done: Done, { id }: Pick<ModelImport, "id">, undid?: ModelImport): void {
    const before = this.called();
    this.#write(done, [...(undid?.orgs.keys() ?? [])], undid?.groups ?? []);
    const called = { before, after: this.called() };
    const afterwards = { orgs: new Map(this.records.orgs), devices: new Map(this.records.devices) };
    this.imports.push({ ...done, id, isUndo: undid !== undefined, undone: false, called, afterwards });
    const undone = this.imports.find((one) => one.id === undid?.id);
    if (undone !== undefined) undone.undone = true;
  }

  /** What cells call the records that they name: by its path what has no key. */
  called(): Called {
    const orgs = [...this.records.orgs].map(
      ([record, { code }]) => [record, String(code ?? this.pathOf(record))] as const,
    );
    const users = [...this.records.users].map(([record, { emails }]) => [record, String([emails].flat()[0])] as const);
    return new Map([[ROOT, "全社"], ...orgs, ...users]);
  }

  /** Marks or unmarks an administrator; an app's may be one whom nobody knew, and who goes with his mark. */
  mark(kind: "users" | "calendar", key: string, isOne: boolean): void {
    const known = this.find(kind, kind === "users" ? "emails" : "userId", key);
    const record = known ?? (this.#last += 1);
    if (known === undefined) {
      this.records.calendar.set(record, { displayName: key, userId: key, description: null, groups: [] });
      this.#byMark.add(record);
    }
    if (isOne) this.administrators.add(record);
    else this.administrators.delete(record);
    // no row changes who is marked: of him nothing more can be known
    if (!isOne && this.#byMark.has(record)) this.records.calendar.delete(record);
  }

  /** Adds a custom field of users. */
  addField(name: string): void {
    this.#last += 1;
    this.fields.set(this.#last, name);
  }

  /** Removes a custom field: nobody has a value in it, nor is told to have had one. */
  removeField(number: number): void {
    this.fields.delete(number);
    const without = (values: Values): Values =>
      Object.fromEntries(Object.entries(values).filter(([field]) => field !== customField(number)));
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

  #write({ did, orgs, groups }: Done, orgsGone: readonly number[], groupsGone: readonly string[]): void {
    for (const [record, values] of orgs) this.records.orgs.set(record, values);
    for (const name of groups) this.groups.add(name);
    for (const { kind, record, after } of did) {
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
      for (const field of UNIQUE[kind]) {
        const unique = all.flatMap((values) => valuesIn(values, field).map(keyOf));
        if (new Set(unique).size < unique.length) return false;
      }
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
