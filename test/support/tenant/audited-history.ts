import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import type { Row } from "../../../src/lib/tenant/store/sqlite/database.ts";
import { verifyOnConnection } from "../../../src/lib/tenant/audit/sqlite/verify.ts";
import { readAuditLog } from "./audit.ts";
import type { Refusal } from "./directory-model.ts";
import { failureOf, type TestTenant } from "./tenant.ts";

/** Throws an error that shows both values if they differ. All histories use this assertion. */
export const expectSame = (found: unknown, wanted: unknown): void => {
  expect(found).toEqual(wanted);
};

/** An object that a change affects. An import does not have a name. */
export interface NamedObject {
  readonly thing: string;
  readonly id: string;
  readonly name?: string | undefined;
}

export interface AuditedChange {
  readonly action: string;
  readonly objects: readonly NamedObject[];
  readonly before?: unknown;
  readonly after?: unknown;
  /** ids of the organisations that the change affected, if the history specifies them */
  readonly orgs?: readonly string[] | undefined;
}

interface ActingAccount {
  readonly actor: string;
  readonly by?: string | undefined;
}

type AuditedChangeByAccount = AuditedChange & ActingAccount;

/** The result of a step: a short description, and the expected audit records. */
export interface StepResult {
  readonly what: string;
  readonly audit: readonly (AuditedChange & Partial<ActingAccount>)[];
  /** code of the failure, if the step was refused */
  readonly refused?: string | undefined;
}

export const NO_CHANGE: StepResult = { what: "nothing", audit: [] };

export const byId = (one: { readonly id: string }, other: { readonly id: string }): number =>
  one.id < other.id ? -1 : 1;

/** Returns an audit record with only those members that are expected. */
const selectExpectedMembers = (
  { actor, by, action, objects, before, after, orgs }: AuditedChangeByAccount,
  wanted: AuditedChange | undefined,
): AuditedChangeByAccount => {
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

/** A step that confirms console tasks, identified by their positions among all tasks. */
export interface ConfirmStep {
  readonly confirm: readonly number[];
}

/** Matches actions that can change users, organisations or devices. */
const WRITING_ACTIONS = /^(?:users|orgs|devices)\.(?!export)|^imports\.(?:commit|verify|accept)|^undo$/;

/** Matches actions of plans, which name the organisations of their account. */
const BULK_ACTIONS = /^imports\.|^undo$|\.delete$/;

type Dump = ReturnType<TestTenant["dump"]>;

/** A row of the database, and the numbers of its organisations. */
type RowWithOrgs = readonly [record: Row, orgs: readonly unknown[]];

/** Returns all records with their organisations. The keys consist of table and number. */
const listRowsWithOrgs = ({ org = [], user = [], device = [] }: Dump): ReadonlyMap<string, RowWithOrgs> => {
  const ofUser = new Map(user.map((one) => [one["pk"], one["org"]]));
  return new Map<string, RowWithOrgs>([
    ...user.map((one) => [`user ${String(one["pk"])}`, [one, [one["org"]]]] as const),
    ...org.map((one) => [`org ${String(one["pk"])}`, [one, [one["pk"], one["parent"]]]] as const),
    ...device.map((one) => {
      const counts = ofUser.get(one["owner"] ?? 0) ?? one["ownerOrg"] ?? 1;
      return [`device ${String(one["pk"])}`, [one, [counts]]] as const;
    }),
  ]);
};

/** Returns the ids of the organisations of all changed records, before and after the change. */
const listAffectedOrgs = (before: Dump, after: Dump): readonly string[] => {
  const [was, is] = [listRowsWithOrgs(before), listRowsWithOrgs(after)];
  const ids = new Map([before, after].flatMap(({ org = [] }) => org.map((one) => [one["pk"], String(one["id"])])));
  const numbers = [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [one, other] = [was.get(key), is.get(key)];
    return isDeepStrictEqual(one?.[0], other?.[0]) ? [] : [...(one?.[1] ?? []), ...(other?.[1] ?? [])];
  });
  return [...new Set(numbers.flatMap((number) => ids.get(number as number) ?? []))].toSorted();
};

/** A history in a tenant. Checks that every change has exactly one record in the audit log. */
export abstract class AuditedHistory<Step> {
  protected readonly tenant: TestTenant;

  constructor(tenant: TestTenant) {
    this.tenant = tenant;
  }

  protected get client(): TestTenant["client"] {
    return this.tenant.client;
  }

  /** The account that does the step, as the audit log shows it. */
  protected get by(): ActingAccount {
    return { actor: "owner" };
  }

  /**
   * The ids of the actor's organisations, which the audit log contains for plans, and if nothing changed; empty if the actor manages
   * all organisations.
   */
  protected get heldOrgs(): readonly string[] {
    return [];
  }

  /** Returns the state that a refused step must not change. */
  protected state(): object {
    return this.tenant.dump();
  }

  protected abstract step(step: Step): Promise<StepResult>;

  /**
   * Does a step in the tenant and in the model, and expects exactly the step's records in the audit log.
   *
   * @returns a short description of what happened
   */
  async do(step: Step): Promise<string> {
    const before = readAuditLog(this.tenant.database).length;
    const former = this.tenant.dump();
    const did = await this.step(step);
    const found = readAuditLog(this.tenant.database).slice(before);
    const orgsOf = (records: typeof found) =>
      [...new Set(records.flatMap(({ orgs = [] }) => orgs as readonly string[]))].toSorted();
    const bulk = found.filter(({ action }) => BULK_ACTIONS.test(String(action)));
    if (bulk.length > 0) expectSame(orgsOf(bulk), this.heldOrgs.toSorted());
    else if (found.some(({ action }) => WRITING_ACTIONS.test(String(action)))) {
      const touched = listAffectedOrgs(former, this.tenant.dump());
      expectSame(orgsOf(found), touched.length > 0 ? touched : this.heldOrgs.toSorted());
    }
    expectSame(
      found.map((one, at) => selectExpectedMembers(one as unknown as AuditedChangeByAccount, did.audit[at])),
      did.audit.map((told) => ({ ...this.by, ...told, objects: told.objects.toSorted(byId) })),
    );
    return did.what;
  }

  /** Expects that the audit log and the versions of all changes are intact. */
  expectSound(): void {
    const { broken, changes } = verifyOnConnection(this.tenant.database, { head: undefined, changes: true });
    expectSame({ broken, changes: changes?.broken }, { broken: null, changes: [] });
  }

  /** Expects that the request is refused for one of several reasons and that nothing changes. */
  protected async refused(asked: Promise<unknown>, refusals: readonly Refusal[]): Promise<StepResult> {
    const before = this.state();
    const failure = await failureOf(asked);
    const told = refusals.filter(
      ({ code, about }) => failure?.code === code && about.every((one) => failure.what.ja.includes(one)),
    );
    expectSame([failure?.what.ja, told.length > 0 ? [] : refusals], [failure?.what.ja, []]);
    expectSame(this.state(), before);
    return { what: refusals[0]?.about[0] ?? "not-found", audit: [], refused: failure?.code };
  }

  /** Expects that a dry run succeeds without changing anything. */
  protected async rehearsed(asked: Promise<unknown>): Promise<StepResult> {
    const before = this.state();
    await asked;
    expectSame(this.state(), before);
    return { what: "dry", audit: [] };
  }

  /** Confirms console tasks, all of them or none. Tasks that exports show are refused. */
  protected async confirm({ confirm: places }: ConfirmStep): Promise<StepResult> {
    const all = await this.client.console.list({});
    const tasks = [...new Set(places.flatMap((place) => all[place % Math.max(1, all.length)] ?? []))];
    if (tasks.length === 0) return NO_CHANGE;
    const before = this.state();
    const failure = await failureOf(this.client.console.confirm({ numbers: tasks.map(({ number }) => number) }));
    if (failure !== undefined) {
      expectSame([failure.code, this.state()], ["conflict", before]);
      return NO_CHANGE;
    }
    const objects = tasks.map(({ number }) => ({ thing: "console_task", id: String(number) }));
    return {
      what: tasks.length === 1 ? "confirmed" : "several confirmed",
      audit: [{ action: "console.confirm", objects }],
    };
  }
}
