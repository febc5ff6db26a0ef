import { expect } from "vitest";
import type { Import } from "../../../src/lib/contract/index.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import type { Row } from "../../../src/lib/tenant/store/sqlite/database.ts";
import { ALL_CHANGED, VERSIONS, versionTable, type Versions } from "../../../src/lib/tenant/versions/tables.ts";
import type { TestTenant } from "./tenant.ts";

type Records = ReadonlyMap<number, Row>;

/** What no version has: when the collection changed, and what proves a password. */
const BESIDE = ["revision", "verifier"];

const recordsOf = (tenant: TestTenant, { thing, key }: Versions): Records =>
  new Map(
    tenant.sql(`select * from ${thing.name} order by ${key}`).map((row) => {
      const values = Object.entries(row).filter(([name]) => name !== key && !BESIDE.includes(name));
      return [Number(row[key]), Object.fromEntries(values)];
    }),
  );

/** A version's own values of a record that it is of. */
const valuesIn = ({ columns, times }: Versions, version: Row): Row => {
  const changed = BigInt(Number(version["changed"]));
  const names = columns.filter(({ bit }) => (changed & BigInt(bit)) !== 0n).map(({ name }) => name);
  return Object.fromEntries([...names, ...times].map((name) => [name, version[name] ?? null]));
};

/** Takes back what was done to a thing's records after a revision, the last change first. */
const takenBack = (tenant: TestTenant, versions: Versions, since: number): Records => {
  const records = new Map(recordsOf(tenant, versions));
  const written = tenant.sql(`select * from ${versionTable(versions)} where revision > :since`, { since });
  const made = tenant.sql("select * from created_range where thing = :thing and revision > :since", {
    thing: versions.thing.name,
    since,
  });
  const revisions = new Set([...written, ...made].map(({ revision }) => Number(revision)));
  for (const revision of [...revisions].toSorted((a, b) => b - a)) {
    for (const version of written.filter((one) => one["revision"] === revision)) {
      const pk = Number(version["pk"]);
      const isWhole = String(version["changed"]) === ALL_CHANGED;
      expect([version["action"], isWhole]).toEqual(isWhole ? ["delete", true] : ["update", false]);
      records.set(pk, { ...(isWhole ? {} : records.get(pk)), ...valuesIn(versions, version) });
    }
    for (const { first, last } of made.filter((one) => one["revision"] === revision)) {
      for (const pk of records.keys()) if (pk >= Number(first) && pk <= Number(last)) records.delete(pk);
    }
  }
  return records;
};

/** The columns that no undo restores where a secret was set, which stays. */
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

/** Why nothing of a change comes back that stood in no other one's way. */
const NOTHING_TO_RESTORE = ["it changed no user", "it only set passwords"];

function expectRemovedField({ what }: Failure): void {
  expect(what.en).toContain("a custom field that was removed");
}

function expectFree({ undoes, blocked }: Import): void {
  expect(blocked?.first ?? [], `change ${undoes}`).toEqual([]);
}

/** Holds the versions of a tenant against its records. */
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
   * Undoes all changes since the start, the last one first, up to one that nothing undoes, and expects the records as they
   * were then.
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
        // of a removed custom field nothing comes back, nor what was before it
        expectRemovedField(plan);
        return;
      }
      if (row["writer"] === "confirm" && plan.blocked !== undefined) {
        // a confirmation changes no record, and what was written since is open again already
        await imports.discard(plan.id);
        continue;
      }
      expectFree(plan);
      await imports.commit(plan);
    }
    for (const [name, versions] of VERSIONS) {
      const [now, then] = [recordsOf(this.#tenant, versions), this.#first.get(name) ?? new Map<number, Row>()];
      expectSame(name, withoutSecrets(now), withoutSecrets(then));
    }
  }

  /** Expects that what was written since the last look leads back to the records as they were then. */
  expectReplay(): void {
    for (const [name, versions] of VERSIONS)
      expectSame(name, takenBack(this.#tenant, versions, this.#since), this.#before.get(name));
    this.#look();
  }

  #look(): void {
    this.#since = Number(this.#tenant.sql("select coalesce(max(revision), 0) as r from collection")[0]?.["r"]);
    this.#before = new Map([...VERSIONS].map(([name, versions]) => [name, recordsOf(this.#tenant, versions)]));
  }
}
