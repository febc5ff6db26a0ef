import { expect } from "vitest";
import { verifyOnConnection } from "../../../src/lib/tenant/ledger/audit-verify.ts";
import { readAuditLog } from "./audit.ts";
import type { Refusal } from "./directory-model.ts";
import { failureOf, type TestTenant } from "./tenant.ts";

/** Throws an error with both values if they differ. All histories use this assertion. */
export const expectSame = (found: unknown, wanted: unknown): void => {
  expect(found).toEqual(wanted);
};

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
}

interface ActingAccount {
  readonly actor: string;
  readonly by?: string | undefined;
}

type AuditedChangeByAccount = AuditedChange & ActingAccount;

export interface StepResult {
  readonly what: string;
  readonly audit: readonly (AuditedChange & Partial<ActingAccount>)[];
  /** code of the failure if the step was refused */
  readonly refused?: string | undefined;
}

export const NO_CHANGE: StepResult = { what: "nothing", audit: [] };

export const byId = (one: { readonly id: string }, other: { readonly id: string }): number =>
  one.id < other.id ? -1 : 1;

const selectExpectedMembers = (
  { actor, by, action, objects, before, after }: AuditedChangeByAccount,
  wanted: AuditedChange | undefined,
): AuditedChangeByAccount => {
  const isNamed = (wanted?.objects ?? []).some(({ name }) => name !== undefined);
  return {
    actor,
    ...(by !== undefined && { by }),
    action,
    objects: objects.map(({ thing, id, name }) => ({ thing, id, ...(isNamed && { name }) })).toSorted(byId),
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  };
};

/** A step that confirms console tasks, identified by their positions among all tasks. */
export interface ConfirmStep {
  readonly confirm: readonly number[];
}

export abstract class AuditedHistory<Step> {
  protected readonly tenant: TestTenant;

  constructor(tenant: TestTenant) {
    this.tenant = tenant;
  }

  protected get client(): TestTenant["client"] {
    return this.tenant.client;
  }

  protected get by(): ActingAccount {
    return { actor: "owner" };
  }

  /** Returns the state that a refused step must leave unchanged. */
  protected state(): object {
    return this.tenant.dump();
  }

  protected abstract step(step: Step): Promise<StepResult>;

  async do(step: Step): Promise<string> {
    const before = readAuditLog(this.tenant.database).length;
    const did = await this.step(step);
    const found = readAuditLog(this.tenant.database).slice(before);
    expectSame(
      found.map((one, at) => selectExpectedMembers(one as unknown as AuditedChangeByAccount, did.audit[at])),
      did.audit.map((told) => ({ ...this.by, ...told, objects: told.objects.toSorted(byId) })),
    );
    return did.what;
  }

  expectSound(): void {
    const { broken, changes } = verifyOnConnection(this.tenant.database, { head: undefined, changes: true });
    expectSame({ broken, changes: changes?.broken }, { broken: null, changes: [] });
  }

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
