import type { ConsoleTask } from "../../../src/lib/tenant/operations.ts";
import { ROOT_ORG_ID } from "../../../src/lib/nouns/organisation.ts";
import {
  CONSOLE_KINDS,
  fieldsOf,
  getRecordKey,
  MODELS,
  normaliseValue,
  ROOT,
  type ConsoleKind,
  type SharedConsole,
  type Value,
  type Values,
} from "./shared-console.ts";
import type { TestTenant } from "./tenant.ts";

/** The records of the mirror by id. A reference is the id of the other record. */
export type Snapshot = Readonly<Record<ConsoleKind, ReadonlyMap<string, Values>>>;

export async function readSnapshot(tenant: TestTenant): Promise<Snapshot> {
  const { client } = tenant;
  const orgs = await client.orgs.list();
  const users = await tenant.users();
  const devices = await tenant.devices();
  const docs = await tenant.securedUsers("docs");
  return {
    orgs: new Map(
      orgs.flatMap(({ id, name, code, parentId }) => (parentId === null ? [] : [[id, { name, code, parentId }]])),
    ),
    users: new Map(
      users.map(({ id, name, emails, title, org, salesforceAccount, custom }) => [
        id,
        {
          name,
          emails,
          title,
          org: org.id,
          salesforceAccount,
          "custom:座席": custom.find((one) => one.name === "座席")?.value ?? null,
        },
      ]),
    ),
    devices: new Map(
      devices.map(({ id, serialNumber, identificationName, memo, owner, ownerOrg, tags }) => [
        id,
        { serialNumber, identificationName, memo, owner: owner?.id ?? null, ownerOrg: ownerOrg?.id ?? null, tags },
      ]),
    ),
    docs: new Map(
      docs.map(({ id, userId, name, description, groups }) => [id, { userId, displayName: name, description, groups }]),
    ),
  };
}

const isSameValue = (field: string, one: Value | undefined, other: Value | undefined): boolean =>
  JSON.stringify(normaliseValue(field, one)) === JSON.stringify(normaliseValue(field, other));

export const listChangedFields = (
  kind: ConsoleKind,
  before: Values | undefined,
  after: Values | undefined,
): readonly string[] => fieldsOf(kind).filter((field) => !isSameValue(field, before?.[field], after?.[field]));

export interface Difference {
  readonly kind: ConsoleKind;
  readonly id: string;
  readonly before: Values | undefined;
  readonly after: Values | undefined;
}

export const compareSnapshots = (before: Snapshot, after: Snapshot): readonly Difference[] =>
  CONSOLE_KINDS.flatMap((kind) =>
    [...new Set([...before[kind].keys(), ...after[kind].keys()])].flatMap((id) => {
      const one = { kind, id, before: before[kind].get(id), after: after[kind].get(id) };
      const isChanged =
        (one.before === undefined) !== (one.after === undefined) ||
        listChangedFields(kind, one.before, one.after).length > 0;
      return isChanged ? [one] : [];
    }),
  );

export const WHOLE_RECORD = "*";

/** A local change with an open task that no export has shown yet. */
interface PendingChange {
  readonly kind: ConsoleKind;
  readonly id: string;
  /** name of the field; {@link WHOLE_RECORD} for a created or deleted record */
  readonly field: string;
  readonly value: Value;
  readonly isDeleted: boolean;
}

export interface Mismatch {
  readonly kind: ConsoleKind;
  readonly id: string | undefined;
  readonly record: number | undefined;
  readonly field: string;
}

/** The records that match the rows of an export: existing or deleted records by id, or new records. */
export interface MatchedRows {
  readonly met: ReadonlyMap<number, string>;
  readonly created: ReadonlyMap<number, Values>;
}

export interface LedgerState {
  readonly links: ReadonlyMap<string, number>;
  readonly excused: ReadonlySet<string>;
  readonly pending: ReadonlyMap<string, PendingChange>;
  readonly doubted: ReadonlySet<string>;
}

/**
 * Tracks a mirror and its console in a test: corresponding records, changes on each side, and changes that no export or
 * confirmation has closed yet.
 */
export class ConsoleLedger {
  readonly #console: SharedConsole;
  /** numbers of console records, by kind and id in the mirror */
  #links = new Map<string, number>();
  /** fields that may differ until the next export, because other people changed them or a task was closed falsely */
  #excused = new Set<string>();
  #pending = new Map<string, PendingChange>();
  /** records of both sides that an export may confuse with other records until their keys are the same */
  readonly #doubted = new Set<string>();

  constructor(console: SharedConsole) {
    this.#console = console;
  }

  linkOf(kind: ConsoleKind, id: string): number | undefined {
    return this.#links.get(`${kind}/${id}`);
  }

  linked(kind: ConsoleKind, ids: Iterable<string>): ReadonlyMap<number, string> {
    return new Map(
      [...ids].flatMap((id) => {
        const record = this.livingLink(kind, id);
        return record === undefined ? [] : [[record, id] as const];
      }),
    );
  }

  /** Returns the console record that is linked to a record of the mirror; undefined if it was deleted. */
  livingLink(kind: ConsoleKind, id: string): number | undefined {
    const record = this.linkOf(kind, id);
    return record !== undefined && this.#console.records[kind].has(record) ? record : undefined;
  }

  link(kind: ConsoleKind, id: string, record: number): void {
    const former = this.livingLink(kind, id);
    if (former !== undefined && former !== record) {
      this.#spreadDoubt(kind, [id, former, record]);
      this.excuse(kind, former, [WHOLE_RECORD]);
      this.#excuseReferences(kind, former);
    }
    this.#links.set(`${kind}/${id}`, record);
    this.#console.beginAgain(id, record);
  }

  idOf(kind: ConsoleKind, record: number, mirror: Snapshot): string | undefined {
    return [...mirror[kind].keys()].find((id) => this.linkOf(kind, id) === record);
  }

  excuse(kind: ConsoleKind, record: number | undefined, fields: readonly string[]): void {
    for (const field of fields) this.#excused.add(`${kind}/${record}/${field}`);
  }

  excuseLocal(kind: ConsoleKind, id: string, fields: readonly string[]): void {
    for (const field of fields) this.#excused.add(`${kind}/${id}/${field}`);
  }

  isExcused({ kind, id, record, field }: Mismatch): boolean {
    const linked = record ?? (id === undefined ? undefined : this.linkOf(kind, id));
    const isTelling = this.#telling(kind, linked).includes(field);
    return [id, linked].some(
      (one) =>
        one !== undefined &&
        ((isTelling && this.#doubted.has(`${kind}/${one}`)) ||
          [field, WHOLE_RECORD].some((other) => this.#excused.has(`${kind}/${one}/${other}`))),
    );
  }

  #telling(kind: ConsoleKind, record: number | undefined): readonly string[] {
    const isPlain = kind === "orgs" && this.#console.records.orgs.get(record ?? -1)?.["code"] === null;
    return [WHOLE_RECORD, MODELS[kind].key, ...(isPlain ? ["name", "parentId"] : [])];
  }

  /** Marks a record as doubtful if its key is among the fields. */
  doubtKeys(kind: ConsoleKind, one: string | number, fields: readonly string[]): void {
    const record = typeof one === "number" ? one : this.linkOf(kind, one);
    const telling = this.#telling(kind, record);
    if (fields.some((field) => telling.includes(field)))
      this.#doubt(kind, [one, record, ...(record === undefined ? [] : this.idsOf(kind, record))]);
  }

  #doubt(kind: ConsoleKind, ones: readonly (string | number | undefined)[]): void {
    for (const one of ones) if (one !== undefined) this.#doubted.add(`${kind}/${one}`);
  }

  /** Returns true if an export may confuse one of these records with another record. */
  isDoubted(kind: ConsoleKind, ones: readonly (string | number | undefined)[]): boolean {
    return ones.some(
      (one) => one !== undefined && (this.#doubted.has(`${kind}/${one}`) || this.#isForeign(kind, Number(one))),
    );
  }

  /** Returns true if other people have changed the identifying fields of a console record. */
  #isForeign(kind: ConsoleKind, record: number): boolean {
    const telling = this.#telling(kind, record).filter((field) => field !== WHOLE_RECORD);
    return telling.some((field) => this.#excused.has(`${kind}/${record}/${field}`));
  }

  /** Marks further records as doubtful after a record was confused with another record. */
  #spreadDoubt(kind: ConsoleKind, ones: readonly (string | number | undefined)[]): void {
    if (!this.isDoubted(kind, ones)) return;
    this.#doubt(kind, ones);
    for (const one of ones) if (one !== undefined) this.#excused.add(`${kind}/${one}/${WHOLE_RECORD}`);
  }

  /**
   * Marks records as doubtful after the import of an old export: records that were confused, and records that were
   * missing. @param before the state before the import
   */
  doubtStale(of: ConsoleKind, { links }: LedgerState, exported: ReadonlySet<number>): void {
    for (const [one, record] of this.#links) {
      const [kind = "", id] = one.split("/");
      if (kind === of && (links.get(one) !== record || !exported.has(record))) this.#doubt(of, [id, record]);
    }
  }

  /** Ends the doubt about console records in an export, if the records in the mirror have the same keys. */
  trust(kind: ConsoleKind, mirror: Snapshot, shown: Iterable<number>): void {
    const { key } = MODELS[kind];
    for (const record of shown) {
      const id = this.idOf(kind, record, mirror);
      const [local, values] = [mirror[kind].get(id ?? ""), this.#console.records[kind].get(record)];
      if (local === undefined || values === undefined) continue;
      const isSameIn = (field: string): boolean =>
        field === key
          ? getRecordKey(kind, local) === getRecordKey(kind, values)
          : this.#agrees(kind, field, local[field], values);
      if (this.#telling(kind, record).every((field) => field === WHOLE_RECORD || isSameIn(field)))
        for (const one of [id, record]) this.#doubted.delete(`${kind}/${one}`);
    }
  }

  show(kind: ConsoleKind, fields: readonly string[], isShown: (one: string) => boolean): void {
    for (const one of this.#excused) {
      const [of = "", record = "", field = ""] = one.split("/");
      if (of !== kind || (field !== WHOLE_RECORD && !fields.includes(field)) || !isShown(record)) continue;
      this.#excused.delete(one);
      const unseen = fieldsOf(kind).filter((other) => field === WHOLE_RECORD && !fields.includes(other));
      for (const other of unseen) this.#excused.add(`${kind}/${record}/${other}`);
    }
  }

  /** Stores local changes that must also be made in the console. */
  recordLocal(differences: readonly Difference[]): void {
    for (const { kind, id, before, after } of differences) {
      if (after === undefined) this.forget(kind, id);
      const isMade = before === undefined || after === undefined;
      const isDeleted = after === undefined;
      const key = getRecordKey(kind, before);
      const add = (field: string, value: Value): void =>
        void this.#pending.set(`${kind}/${id}/${field}`, { kind, id, field, value, isDeleted });
      if (isDeleted && this.livingLink(kind, id) === undefined) continue;
      if (isMade) add(WHOLE_RECORD, key);
      if (isDeleted) continue;
      for (const field of listChangedFields(kind, before, after)) {
        const { [field]: value = null } = after;
        // a task for a new record in 全社 does not contain an organisation
        if (before !== undefined || value !== ROOT_ORG_ID) add(field, value);
      }
    }
  }

  forget(kind: ConsoleKind, id: string, fields?: readonly string[]): void {
    for (const [key, one] of this.#pending)
      if (one.kind === kind && one.id === id && (fields?.includes(one.field) ?? true)) this.#pending.delete(key);
  }

  asksFor({ records }: ConsoleTask): readonly (readonly [kind: ConsoleKind, id: string, fields: readonly string[]])[] {
    return records.flatMap(({ thing, kind, id, work, changes }) => {
      if (thing === "secured_group" || thing === "custom_field") return [];
      const fields = changes.map(({ field }) => field);
      const of = kind as ConsoleKind;
      return [[of, id, work === "create" || work === "delete" ? [WHOLE_RECORD, ...fieldsOf(of)] : fields] as const];
    });
  }

  covers(
    task: ConsoleTask,
    kind: ConsoleKind,
    { id, field }: { readonly id: string; readonly field: string },
  ): boolean {
    return this.asksFor(task).some(
      ([of, one, fields]) => of === kind && one === id && (fields.includes(field) || fields.includes(WHOLE_RECORD)),
    );
  }

  /** Closes a confirmed or dropped task. @param isDone true if somebody actually did the task */
  close(task: ConsoleTask, isDone: boolean): void {
    for (const [kind, id, fields] of this.asksFor(task)) {
      this.forget(kind, id, fields);
      if (isDone) continue;
      this.excuseLocal(kind, id, fields);
      this.doubtKeys(kind, id, fields);
      // the console record of a deleted record may also differ
      if (fields.includes(WHOLE_RECORD)) this.excuse(kind, this.linkOf(kind, id), [WHOLE_RECORD]);
    }
  }

  takeLost(mirror: Snapshot, before?: LedgerState): readonly PendingChange[] {
    const others = ({ kind, id }: PendingChange): readonly Values[] =>
      [...mirror[kind]].flatMap(([one, local]) =>
        one !== id && this.linkOf(kind, one) === (this.linkOf(kind, id) ?? -1) ? [local] : [],
      );
    const lost = [...this.#pending].filter(([, pending]) => {
      const { kind, id, field, value, isDeleted } = pending;
      const values = mirror[kind].get(id);
      if (!isDeleted)
        return values === undefined || (field !== WHOLE_RECORD && !isSameValue(field, values[field], value));
      const console = this.#console.records[kind].get(this.linkOf(kind, id) ?? -1) ?? {};
      return others(pending).some((local) =>
        fieldsOf(kind).some((one) => !this.#agrees(kind, one, local[one], console)),
      );
    });
    // an export has shown another record with the same values, so the deletion no longer has an effect
    if (before !== undefined)
      for (const [key, pending] of this.#pending)
        if (pending.isDeleted && others(pending).length > 0) this.#pending.delete(key);
    for (const [key] of lost) this.#pending.delete(key);
    const isRenamed = ({ kind, id }: PendingChange): boolean =>
      [MODELS[kind].key, "name", "parentId"].some(
        (field) => before?.excused.has(`${kind}/${this.linkOf(kind, id)}/${field}`) === true,
      );
    return lost.map(([, one]) => one).filter((one) => !one.isDeleted || !isRenamed(one));
  }

  settle(kind: ConsoleKind, fields: readonly string[], exported: ReadonlyMap<number, Values>, isWhole: boolean): void {
    for (const [key, one] of this.#pending) {
      if (one.kind !== kind) continue;
      const record = this.linkOf(kind, one.id);
      const values = exported.get(record ?? -1);
      const isShown = one.isDeleted
        ? isWhole && values === undefined
        : values !== undefined &&
          (one.field === WHOLE_RECORD ||
            (fields.includes(one.field) && this.#agrees(kind, one.field, one.value, values)));
      if (isShown) this.#pending.delete(key);
    }
  }

  #agrees(kind: ConsoleKind, field: string, local: Value | undefined, values: Values): boolean {
    const { [field]: to } = MODELS[kind].references;
    const { [field]: value = null } = values;
    if (to === undefined) return isSameValue(field, local, value);
    if ((local ?? null) === null || value === null) return (local ?? null) === value;
    return local === ROOT_ORG_ID ? value === ROOT : this.linkOf(to, String(local)) === value;
  }

  compare(mirror: Snapshot): readonly Mismatch[] {
    return CONSOLE_KINDS.flatMap((kind) => {
      const met = new Set<number>();
      const here = [...mirror[kind]].flatMap(([id, local]): Mismatch[] => {
        const record = this.linkOf(kind, id);
        const values = this.#console.records[kind].get(record ?? -1);
        if (record === undefined || values === undefined) return [{ kind, id, record, field: WHOLE_RECORD }];
        met.add(record);
        const fields = fieldsOf(kind).filter((field) => !this.#agrees(kind, field, local[field], values));
        return fields.map((field) => ({ kind, id, record, field }));
      });
      const rest = [...this.#console.records[kind].keys()].filter((record) => !met.has(record));
      return [...here, ...rest.map((record): Mismatch => ({ kind, id: undefined, record, field: WHOLE_RECORD }))];
    });
  }

  idsOf(kind: ConsoleKind, record: number): readonly string[] {
    return [...this.#links].flatMap(([one, linked]) => {
      const [of, id = ""] = one.split("/");
      return of === kind && linked === record ? [id] : [];
    });
  }

  relink(kind: ConsoleKind, mirror: Snapshot, { met, created }: MatchedRows): readonly string[] {
    const former: string[] = [];
    const claim = (record: number, id: string): void => {
      // a record that was deleted in the mirror stays linked until the console has deleted it, too
      const isLeft = (one: string): boolean =>
        mirror[kind].has(one) || !this.#pending.has(`${kind}/${one}/${WHOLE_RECORD}`);
      for (const known of this.idsOf(kind, record).filter((one) => one !== id && isLeft(one))) {
        former.push(known);
        this.#spreadDoubt(kind, [known, id, record]);
        this.#excuseReferences(kind, record);
        this.#links.delete(`${kind}/${known}`);
      }
      this.link(kind, id, record);
    };
    for (const [record, id] of met)
      if (this.linkOf(kind, id) === record) this.#console.beginAgain(id, record);
      else claim(record, id);
    // parents come first, because they identify the records below new organisations without a code
    const ordered = [...created].toSorted(([one], [other]) => this.#depthOf(kind, one) - this.#depthOf(kind, other));
    for (const [record, values] of ordered) {
      const id = this.#idLike(kind, mirror, values);
      if (id !== undefined) claim(record, id);
    }
    return former;
  }

  /** Returns the id of the mirror's record with the same key or, without a key, the same name and place. */
  #idLike(kind: ConsoleKind, mirror: Snapshot, values: Values): string | undefined {
    const code = getRecordKey(kind, values);
    const isThat = (id: string, local: Values): boolean =>
      getRecordKey(kind, local) === code &&
      (code !== null || (local["name"] === values["name"] && this.#isBelow(mirror, id, values)));
    return [...mirror[kind]].find(([id, local]) => isThat(id, local))?.[0];
  }

  #depthOf(kind: ConsoleKind, record: number): number {
    return kind === "orgs" ? this.#console.depthOf(record) : 0;
  }

  /** Returns true if an organisation of the mirror has the parent that an export shows. */
  #isBelow(mirror: Snapshot, id: string, { parentId }: Values): boolean {
    const above = String(mirror.orgs.get(id)?.["parentId"]);
    return (above === ROOT_ORG_ID ? ROOT : this.linkOf("orgs", above)) === parentId;
  }

  /** Allows differences in references to a console record with a new link. */
  #excuseReferences(kind: ConsoleKind, record: number): void {
    for (const of of CONSOLE_KINDS)
      for (const [field, to] of Object.entries(MODELS[of].references))
        for (const [one, values] of this.#console.records[of])
          if (to === kind && values[field] === record) this.excuse(of, one, [field]);
  }

  remember(): LedgerState {
    return {
      links: new Map(this.#links),
      excused: new Set(this.#excused),
      pending: new Map(this.#pending),
      doubted: new Set(this.#doubted),
    };
  }

  /**
   * Closes the part of a confirmed task that exports do not show. Nothing can prove such a confirmation false, so these
   * fields may differ (cli.md 3). @param left the part of the task that is still open, if any
   */
  closeHidden(task: ConsoleTask, left: ConsoleTask | undefined, isDone: boolean): void {
    for (const [kind, id, fields] of this.asksFor(task)) {
      const closed = fields.filter((field) => left === undefined || !this.covers(left, kind, { id, field }));
      this.forget(kind, id, closed);
      if (!isDone) this.excuseLocal(kind, id, closed);
    }
  }

  /**
   * Allows differences in fields that exports do not show and whose tasks an export has closed (cli.md 3): hidden
   * fields, and organisations without a code, whose cells are blank.
   */
  excuseHidden(mirror: Snapshot, kind: ConsoleKind, tasks: readonly ConsoleTask[]): void {
    for (const [id, local] of mirror[kind]) {
      const console = this.#console.records[kind].get(this.linkOf(kind, id) ?? -1) ?? {};
      const isBlank = (field: string): boolean =>
        mirror.orgs.get(String(local[field]))?.["code"] === null ||
        this.#console.records.orgs.get(Number(console[field] ?? -1))?.["code"] === null;
      const places = Object.keys(MODELS[kind].references).filter((field) => kind !== "orgs" && isBlank(field));
      for (const field of [...MODELS[kind].hidden, ...places]) {
        if (tasks.some((task) => this.covers(task, kind, { id, field }))) continue;
        this.forget(kind, id, [field]);
        this.excuseLocal(kind, id, [field]);
      }
    }
  }
}
