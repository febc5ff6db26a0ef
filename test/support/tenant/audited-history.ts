import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import type { Row } from "../../../src/lib/tenant/store/sqlite/database.ts";
import { verifyOn } from "../../../src/lib/tenant/audit/sqlite/verify.ts";
import { auditOf } from "./audit.ts";
import type { Refusal } from "./directory-model.ts";
import { failureOf, type TestTenant } from "./tenant.ts";

/** One assertion for all: what fails shows both. */
export const expectSame = (found: unknown, wanted: unknown): void => {
  expect(found).toEqual(wanted);
};

/** A record that a change is about; of imports without a name. */
export interface Named {
  readonly thing: string;
  readonly id: string;
  readonly name?: string | undefined;
}

/** One change, as the audit has it. */
export interface Told {
  readonly action: string;
  readonly objects: readonly Named[];
  readonly before?: unknown;
  readonly after?: unknown;
  /** the ids of the organisations that it touched, where the history says so itself */
  readonly orgs?: readonly string[] | undefined;
}

/** Who did something: an account, and in whose name it acts. */
interface By {
  readonly actor: string;
  readonly by?: string | undefined;
}

type Audited = Told & By;

/** What a step did: in a word, and as the audit has it. */
export interface Did {
  readonly what: string;
  readonly audit: readonly (Told & Partial<By>)[];
  /** with which code, if it was refused */
  readonly refused?: string | undefined;
}

export const NOTHING: Did = { what: "nothing", audit: [] };

export const byId = (one: { readonly id: string }, other: { readonly id: string }): number =>
  one.id < other.id ? -1 : 1;

/** A record of the audit, by as much as is said of it. */
const toldOf = ({ actor, by, action, objects, before, after, orgs }: Audited, wanted: Told | undefined): Audited => {
  const isNamed = (wanted?.objects ?? []).some(({ name }) => name !== undefined);
  return {
    actor,
    ...(by !== undefined && { by }),
    action,
    objects: objects.map(({ thing, id, name }) => ({ thing, id, ...(isNamed && { name }) })).toSorted(byId),
    ...(wanted?.orgs !== undefined && { orgs: [...new Set(orgs)].toSorted() }),
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  };
};

/** Which tasks of the console are confirmed: by their places among all. */
export interface ConfirmStep {
  readonly confirm: readonly number[];
}

/** Actions that change users, organisations or devices, or none of them. */
const WRITES = /^(?:users|orgs|devices)\.(?!export)|^imports\.(?:commit|verify|accept)|^undo$/;

type Dump = ReturnType<TestTenant["dump"]>;

/** A record as it is, and the numbers of its organisations. */
type Placed = readonly [record: Row, orgs: readonly unknown[]];

/** All records, each by its table and number. */
const orgsOf = ({ org = [], user = [], device = [] }: Dump): ReadonlyMap<string, Placed> => {
  const ofUser = new Map(user.map((one) => [one["pk"], one["org"]]));
  return new Map<string, Placed>([
    ...user.map((one) => [`user ${String(one["pk"])}`, [one, [one["org"]]]] as const),
    ...org.map((one) => [`org ${String(one["pk"])}`, [one, [one["pk"], one["parent"]]]] as const),
    ...device.map((one) => {
      const counts = ofUser.get(one["owner"] ?? 0) ?? one["ownerOrg"] ?? 1;
      return [`device ${String(one["pk"])}`, [one, [counts]]] as const;
    }),
  ]);
};

/** The ids of the organisations of all records that differ, before and after. */
const orgsTouched = (before: Dump, after: Dump): readonly string[] => {
  const [was, is] = [orgsOf(before), orgsOf(after)];
  const ids = new Map([before, after].flatMap(({ org = [] }) => org.map((one) => [one["pk"], String(one["id"])])));
  const numbers = [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [one, other] = [was.get(key), is.get(key)];
    return isDeepStrictEqual(one?.[0], other?.[0]) ? [] : [...(one?.[1] ?? []), ...(other?.[1] ?? [])];
  });
  return [...new Set(numbers.flatMap((number) => ids.get(number as number) ?? []))].toSorted();
};

/** A history in a tenant whose every change has one record in the audit. */
export abstract class AuditedHistory<Step> {
  protected readonly tenant: TestTenant;

  constructor(tenant: TestTenant) {
    this.tenant = tenant;
  }

  /** The client of whoever does the step. */
  protected get client(): TestTenant["client"] {
    return this.tenant.client;
  }

  /** Who does the step, as the audit has it. */
  protected get by(): By {
    return { actor: "owner" };
  }

  /** The ids of the organisations of whoever does the step, which the audit names if nothing changed; none if all. */
  protected get heldOrgs(): readonly string[] {
    return [];
  }

  /** All that a refusal leaves as it is. */
  protected state(): object {
    return this.tenant.dump();
  }

  /** Does a step in the tenant and in the model. */
  protected abstract step(step: Step): Promise<Did>;

  /** Does a step in both, after which the audit has its records and no others. @returns what it did */
  async do(step: Step): Promise<string> {
    const before = auditOf(this.tenant.database).length;
    const former = this.tenant.dump();
    const did = await this.step(step);
    const found = auditOf(this.tenant.database).slice(before);
    if (found.some(({ action }) => WRITES.test(String(action)))) {
      const told = found.flatMap(({ orgs = [] }) => orgs as readonly string[]);
      const touched = orgsTouched(former, this.tenant.dump());
      expectSame([...new Set(told)].toSorted(), touched.length > 0 ? touched : this.heldOrgs.toSorted());
    }
    expectSame(
      found.map((one, at) => toldOf(one as unknown as Audited, did.audit[at])),
      did.audit.map((told) => ({ ...this.by, ...told, objects: told.objects.toSorted(byId) })),
    );
    return did.what;
  }

  /** The audit stands as it was written, and so do the versions of all changes. */
  expectSound(): void {
    const { broken, changes } = verifyOn(this.tenant.database, { head: undefined, changes: true });
    expectSame({ broken, changes: changes?.broken }, { broken: null, changes: [] });
  }

  /** One of several reasons is told, and nothing is changed. */
  protected async refused(asked: Promise<unknown>, refusals: readonly Refusal[]): Promise<Did> {
    const before = this.state();
    const failure = await failureOf(asked);
    const told = refusals.filter(
      ({ code, about }) => failure?.code === code && about.every((one) => failure.what.ja.includes(one)),
    );
    expectSame([failure?.what.ja, told.length > 0 ? [] : refusals], [failure?.what.ja, []]);
    expectSame(this.state(), before);
    return { what: refusals[0]?.about[0] ?? "not-found", audit: [], refused: failure?.code };
  }

  /** What would be written is told, and nothing is. */
  protected async rehearsed(asked: Promise<unknown>): Promise<Did> {
    const before = this.state();
    await asked;
    expectSame(this.state(), before);
    return { what: "dry", audit: [] };
  }

  /** Confirms tasks of the console, all of them or none. */
  protected async confirm({ confirm: places }: ConfirmStep): Promise<Did> {
    const all = await this.client.console.list({});
    const tasks = [...new Set(places.flatMap((place) => all[place % Math.max(1, all.length)] ?? []))];
    if (tasks.length === 0) return NOTHING;
    await this.client.console.confirm({ numbers: tasks.map(({ number }) => number) });
    const objects = tasks.map(({ number }) => ({ thing: "console_task", id: String(number) }));
    return {
      what: tasks.length === 1 ? "confirmed" : "several confirmed",
      audit: [{ action: "console.confirm", objects }],
    };
  }
}
