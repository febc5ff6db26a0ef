import { expect } from "vitest";
import type { Import } from "../../../src/lib/tenant/api/operations.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import type { Row } from "../../../src/lib/tenant/store/database.ts";
import { ALL_COLUMNS_MASK, VERSION_SCHEMAS, type VersionSchema } from "../../../src/lib/tenant/ledger/versions.ts";
import type { TestTenant } from "./tenant.ts";

type Records = ReadonlyMap<number, Row>;

const UNVERSIONED_COLUMNS = ["revision", "verifier"];

const readRecords = (tenant: TestTenant, { thing, key }: VersionSchema): Records =>
  new Map(
    tenant.sql(`select * from ${thing.name} order by ${key}`).map((row) => {
      const values = Object.entries(row).filter(([name]) => name !== key && !UNVERSIONED_COLUMNS.includes(name));
      return [Number(row[key]), Object.fromEntries(values)];
    }),
  );

const getVersionValues = ({ columns, times }: VersionSchema, version: Row): Row => {
  const changed = BigInt(Number(version["changed"]));
  const names = columns.filter(({ bit }) => (changed & BigInt(bit)) !== 0n).map(({ name }) => name);
  return Object.fromEntries([...names, ...times].map((name) => [name, version[name] ?? null]));
};

const revertChanges = (tenant: TestTenant, versions: VersionSchema, since: number): Records => {
  const records = new Map(readRecords(tenant, versions));
  const written = tenant.sql(`select * from ${versions.table} where revision > :since`, { since });
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
      records.set(pk, { ...(isWhole ? {} : records.get(pk)), ...getVersionValues(versions, version) });
    }
    for (const { first, last } of made.filter((one) => one["revision"] === revision)) {
      for (const pk of records.keys()) if (pk >= Number(first) && pk <= Number(last)) records.delete(pk);
    }
  }
  return records;
};

/** The columns that an undo does not restore after a secret was set, because the secret stays. */
const SECRET_COLUMNS = ["secrets", "accountPasswordSetAt", "updatedAt"];

const omitSecrets = (records: Records): Records =>
  new Map(
    [...records].map(([pk, row]) => [
      pk,
      Object.fromEntries(Object.entries(row).filter(([name]) => !SECRET_COLUMNS.includes(name))),
    ]),
  );

const sortRecords = (records: Records = new Map()) => [...records].toSorted(([a], [b]) => a - b);

function expectSameRecords(thing: string, found: Records, wanted: Records | undefined): void {
  expect(sortRecords(found), thing).toEqual(sortRecords(wanted));
}

/** The reason why a change cannot be undone although no other change prevents this. */
const NOTHING_TO_RESTORE = "it did not change any data that can be restored";

function expectRemovedFieldFailure({ what }: Failure): void {
  expect(what.en).toContain("it deleted a custom field, whose values cannot be restored");
}

function expectNotBlocked({ undoes, blocked }: Import): void {
  expect(blocked?.first ?? [], `change ${undoes}`).toEqual([]);
}

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
   * Undoes all changes since the start, latest first, and expects the records of the start. Stops at a change that
   * cannot be undone because a custom field was removed.
   */
  async expectUndone(): Promise<void> {
    const { imports } = this.#tenant.client;
    const numbers = this.#tenant.sql("select number from change where number > :first order by number desc", {
      first: this.#firstChange,
    });
    for (const { number } of numbers) {
      const change = Number(number);
      const [row] = this.#tenant.sql("select undoneBy from change where number = :change", { change });
      if (row?.["undoneBy"] !== null) continue;
      const plan = await imports.undo(change).catch((error: unknown) => {
        if (error instanceof Failure && error.code === "conflict") return error;
        throw error;
      });
      if (plan instanceof Failure) {
        if (plan.what.en.includes(NOTHING_TO_RESTORE)) continue;
        // a removed custom field cannot be restored, so earlier states cannot be checked
        expectRemovedFieldFailure(plan);
        return;
      }
      expectNotBlocked(plan);
      await imports.commit(plan);
    }
    for (const [name, versions] of VERSION_SCHEMAS) {
      const [now, then] = [readRecords(this.#tenant, versions), this.#first.get(name) ?? new Map<number, Row>()];
      expectSameRecords(name, omitSecrets(now), omitSecrets(then));
    }
  }

  expectReplay(): void {
    for (const [name, versions] of VERSION_SCHEMAS)
      expectSameRecords(name, revertChanges(this.#tenant, versions, this.#since), this.#before.get(name));
    this.#look();
  }

  #look(): void {
    this.#since = Number(this.#tenant.sql("select coalesce(max(revision), 0) as r from collection")[0]?.["r"]);
    this.#before = new Map([...VERSION_SCHEMAS].map(([name, versions]) => [name, readRecords(this.#tenant, versions)]));
  }
}
