import { expect } from "vitest";
import type { Import } from "../../../src/lib/contract/index.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import type { Row } from "../../../src/lib/tenant/store/sqlite/database.ts";
import {
  ALL_COLUMNS_MASK,
  VERSION_SCHEMAS,
  getVersionTable,
  type VersionSchema,
} from "../../../src/lib/tenant/versions/tables.ts";
import type { TestTenant } from "./tenant.ts";

type Records = ReadonlyMap<number, Row>;

/** Columns that versions do not contain: the revision of the last change, and password verifiers. */
const UNVERSIONED_COLUMNS = ["revision", "verifier"];

const recordsOf = (tenant: TestTenant, { thing, key }: VersionSchema): Records =>
  new Map(
    tenant.sql(`select * from ${thing.name} order by ${key}`).map((row) => {
      const values = Object.entries(row).filter(([name]) => name !== key && !UNVERSIONED_COLUMNS.includes(name));
      return [Number(row[key]), Object.fromEntries(values)];
    }),
  );

/** Returns the values that a version stores of its record. */
const valuesIn = ({ columns, times }: VersionSchema, version: Row): Row => {
  const changed = BigInt(Number(version["changed"]));
  const names = columns.filter(({ bit }) => (changed & BigInt(bit)) !== 0n).map(({ name }) => name);
  return Object.fromEntries([...names, ...times].map((name) => [name, version[name] ?? null]));
};

/** Returns the records of a thing after all changes since a revision are reverted, the latest change first. */
const revertChanges = (tenant: TestTenant, versions: VersionSchema, since: number): Records => {
  const records = new Map(recordsOf(tenant, versions));
  const written = tenant.sql(`select * from ${getVersionTable(versions)} where revision > :since`, { since });
  const made = tenant.sql("select * from created_range where thing = :thing and revision > :since", {
    thing: versions.thing.name,
    since,
  });
  const revisions = new Set([...written, ...made].map(({ revision }) => Number(revision)));
  for (const revision of [...revisions].toSorted((a, b) => b - a)) {
    for (const version of written.filter((one) => one["revision"] === revision)) {
      const pk = Number(version["pk"]);
      const isWhole = String(version["changed"]) === ALL_COLUMNS_MASK;
      expect([version["action"], isWhole]).toEqual(isWhole ? ["delete", true] : ["update", false]);
      records.set(pk, { ...(isWhole ? {} : records.get(pk)), ...valuesIn(versions, version) });
    }
    for (const { first, last } of made.filter((one) => one["revision"] === revision)) {
      for (const pk of records.keys()) if (pk >= Number(first) && pk <= Number(last)) records.delete(pk);
    }
  }
  return records;
};

/** The columns that an undo does not restore if a secret was set, because the secret stays. */
const OF_SECRETS = ["secrets", "accountPasswordSetAt", "updatedAt"];

const withoutSecrets = (records: Records): Records =>
  new Map(
    [...records].map(([pk, row]) => [
      pk,
      Object.fromEntries(Object.entries(row).filter(([name]) => !OF_SECRETS.includes(name))),
    ]),
  );

const sorted = (records: Records = new Map()) => [...records].toSorted(([a], [b]) => a - b);

function expectSame(thing: string, found: Records, wanted: Records | undefined): void {
  expect(sorted(found), thing).toEqual(sorted(wanted));
}

/** The reasons why the undo of a change restores nothing, although no other change blocks it. */
const NOTHING_TO_RESTORE = ["no user", "only passwords or similar secrets were set"];

function expectRemovedField({ what }: Failure): void {
  expect(what.en).toContain("a removed custom field cannot be restored with its values");
}

function expectFree({ undoes, blocked }: Import): void {
  expect(blocked?.first ?? [], `change ${undoes}`).toEqual([]);
}

/** Checks the versions of a tenant against its records. */
export class VersionsCheck {
  readonly #tenant: TestTenant;
  #since = 0;
  #before: ReadonlyMap<string, Records> = new Map();
  readonly #first: ReadonlyMap<string, Records>;
  readonly #firstChange: number;

  constructor(tenant: TestTenant) {
    this.#tenant = tenant;
    this.#look();
    this.#first = this.#before;
    this.#firstChange = Number(tenant.sql("select coalesce(max(number), 0) as n from change")[0]?.["n"]);
  }

  /**
   * Undoes all changes since the start, the latest first, and expects the records to be as they were at the start. Ends
   * early at a change that cannot be undone because a custom field was removed.
   */
  async expectUndone(): Promise<void> {
    const { imports } = this.#tenant.client;
    const numbers = this.#tenant.sql("select number from change where number > :first order by number desc", {
      first: this.#firstChange,
    });
    for (const { number } of numbers) {
      const change = Number(number);
      const [row] = this.#tenant.sql("select undoneBy, writer from change where number = :change", { change });
      if (row?.["undoneBy"] !== null) continue;
      const plan = await imports.undo(change).catch((error: unknown) => {
        if (error instanceof Failure && error.code === "conflict") return error;
        throw error;
      });
      if (plan instanceof Failure) {
        if (NOTHING_TO_RESTORE.some((reason) => plan.what.en.includes(reason))) continue;
        // a removed custom field cannot be restored, so the states before its removal cannot be checked
        expectRemovedField(plan);
        return;
      }
      if (row["writer"] === "confirm" && plan.blocked !== undefined) {
        // a confirmation does not change records, and the tasks of later changes are already open again
        await imports.discard(plan.id);
        continue;
      }
      expectFree(plan);
      await imports.commit(plan);
    }
    for (const [name, versions] of VERSION_SCHEMAS) {
      const [now, then] = [recordsOf(this.#tenant, versions), this.#first.get(name) ?? new Map<number, Row>()];
      expectSame(name, withoutSecrets(now), withoutSecrets(then));
    }
  }

  /** Expects that reverting everything written since the last call gives the records as they were at that time. */
  expectReplay(): void {
    for (const [name, versions] of VERSION_SCHEMAS)
      expectSame(name, revertChanges(this.#tenant, versions, this.#since), this.#before.get(name));
    this.#look();
  }

  #look(): void {
    this.#since = Number(this.#tenant.sql("select coalesce(max(revision), 0) as r from collection")[0]?.["r"]);
    this.#before = new Map([...VERSION_SCHEMAS].map(([name, versions]) => [name, recordsOf(this.#tenant, versions)]));
  }
}
