import { createHash } from "node:crypto";
import fc from "fast-check";
import type { WholeClient } from "../client/whole-client.ts";
import { findResourceByPath } from "../../../src/lib/handover/bundle/contents.ts";
import { compareStates, type TenantState } from "../../../src/lib/handover/compare/diff.ts";
import { pathOfResource, RESOURCE_NAMES, resourceOf, type ResourceName } from "../../../src/lib/handover/resources.ts";
import type { Records } from "../handover/bundles.ts";
import { toPlainDifference, compareByBruteForce, type PlainDifference } from "../handover/brute-force.ts";
import { SCHEME_ITEMS } from "../../../src/lib/model/role-policy.ts";
import { APPLICABLE_RESOURCES } from "../../../src/lib/tenant/handover/restores/targets.ts";
import type { Row } from "../../../src/lib/tenant/store/sqlite/database.ts";
import { expectSame } from "./audited-history.ts";
import { buildMultipartUpload, restoreFrom } from "./restoring.ts";
import { failureOf, omitColumn, type TestTenant } from "./tenant.ts";

/** The records of a tenant: one file per resource. */
type ResourceFiles = ReadonlyMap<ResourceName, string>;
type AnyRecord = Readonly<Record<string, unknown>>;

/** Exports all records, including those of resources that a bundle cannot restore. */
const exportRecords = async (client: WholeClient): Promise<ResourceFiles> => {
  const files = new Map<ResourceName, string>();
  for await (const { name, content } of client.exports.create({ csv: false })) {
    const resource = findResourceByPath(name);
    const bytes = Buffer.concat(await Array.fromAsync(content));
    if (resource !== undefined) files.set(resource, bytes.toString());
  }
  return files;
};

const selectApplicable = (files: ResourceFiles): ReadonlyMap<string, string> =>
  new Map(
    [...files]
      .filter(([resource]) => APPLICABLE_RESOURCES.includes(resource))
      .map(([resource, lines]) => [pathOfResource(resource), lines]),
  );

const parseRecords = (lines: string): readonly AnyRecord[] =>
  lines
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AnyRecord);

const toRecords = (files: ResourceFiles): Records =>
  Object.fromEntries([...files].map(([resource, lines]) => [resource, parseRecords(lines)]));

const renderLines = (records: readonly AnyRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");

/** Splits lines into blocks of two complete lines each. */
async function* splitIntoBlocks(lines: string): AsyncGenerator<Buffer> {
  for (const block of lines.match(/(?:[^\n]*\n){1,2}/g) ?? []) yield Buffer.from(block);
}

const buildTenantState = (name: string, files: ResourceFiles): TenantState => ({
  name,
  has: (resource) => {
    const lines = files.get(resource);
    if (lines === undefined) return undefined;
    return { content: createHash("sha256").update(lines).digest("hex"), state: lines === "" ? "empty" : "exported" };
  },
  blocks: (resource) => splitIntoBlocks(files.get(resource) ?? ""),
  isBundle: false,
});

/** A change in one of the two tenants. The numbers select records by their position among all records. */
interface ChangeStep {
  readonly at: 0 | 1;
  readonly did: keyof typeof CHANGES;
  readonly whom: number;
  readonly other: number;
  readonly word: string | null;
  readonly key: string;
}

/** A step that makes one of the tenants equal to the other. */
interface EqualiseStep {
  readonly like: 0 | 1;
  /** undefined for all resources that can be applied */
  readonly only: readonly ResourceName[] | undefined;
}

export type RestoresStep = ChangeStep | EqualiseStep;

/** The environment in which a change runs. */
interface ChangeContext {
  readonly client: WholeClient;
  readonly step: ChangeStep;
  /** returns the id of a record in a table, selected by a number; if the table is empty, an id that no record has */
  readonly id: (table: string, number: number, where?: string) => string;
  /** applies a modified state of one resource, as `handover apply` does with a bundle */
  readonly resend: (
    resource: ResourceName,
    change: (records: readonly AnyRecord[]) => readonly AnyRecord[],
  ) => Promise<unknown>;
}

const NONEXISTENT_ID = "00000000-0000-7000-8000-00000000dead";

/** Returns the word of a step, for fields that do not allow null. */
const getWord = ({ word }: ChangeStep): string => word ?? "語";

/** Creates a function that swaps the values of a field between two records. */
const createSwap =
  (field: string, isOf: (record: AnyRecord) => boolean = () => true) =>
  ({ step: { whom, other } }: ChangeContext) =>
  (records: readonly AnyRecord[]): readonly AnyRecord[] => {
    const fit = records.filter(isOf);
    const [one, two] = [fit[whom % Math.max(1, fit.length)], fit[other % Math.max(1, fit.length)]];
    return records.map((record) => {
      if (record === one) return { ...record, [field]: two?.[field] };
      return record === two ? { ...record, [field]: one?.[field] } : record;
    });
  };

/**
 * Deletes a record through the API. An organisation is deleted with or without the organisations and users below it.
 */
const deleteRecord = async (
  { client, step, id }: ChangeContext,
  kind: "users" | "orgs" | "devices",
  table: string,
): Promise<unknown> => {
  const asked = { kind, ids: [id(table, step.whom, "pk > 1")] };
  const recursive = kind === "orgs" && step.other % 2 === 0;
  return client.imports.commit(await client.imports.delete(recursive ? { ...asked, recursive } : asked));
};

/** The changes by name. Most of them use the usual operations; some can be made only with a bundle. */
const CHANGES = {
  "create an organisation": ({ client, step, id }) =>
    client.orgs.create({
      name: getWord(step),
      code: step.word === null ? null : step.key,
      parentId: id("org", step.other),
    }),
  "rename an organisation": ({ client, step, id }) => client.orgs.edit(id("org", step.whom), { name: getWord(step) }),
  "change an organisation's code": ({ client, step, id }) =>
    client.orgs.edit(id("org", step.whom), { code: step.word === null ? null : step.key }),
  "move an organisation": ({ client, step, id }) =>
    client.orgs.move(id("org", step.whom, "pk > 1"), { parent: id("org", step.other) }),
  "delete an organisation": (scene) => deleteRecord(scene, "orgs", "org"),
  "create a user": ({ client, step, id }) =>
    client.users.create({
      name: getWord(step),
      emails: [`${step.key}@example.jp`],
      org: id("org", step.other),
      title: step.word,
      ...(step.whom % 2 === 0 && { accountName: step.key }),
    }),
  "edit a user": ({ client, step, id }) =>
    client.users.edit(id("user", step.whom), { name: getWord(step), employeeCode: step.word, address: step.word }),
  "change a user's email addresses": ({ client, step, id }) =>
    client.users.edit(id("user", step.whom), { emails: [`${step.key}@example.jp`, `${step.key}.2@example.jp`] }),
  "move a user": ({ client, step, id }) =>
    client.users.move({ ids: [id("user", step.whom)], org: id("org", step.other) }),
  "delete a user": (scene) => deleteRecord(scene, "users", "user"),
  "add a custom field": ({ client, step }) => client.users.addField({ name: getWord(step) }),
  "remove a custom field": ({ client, step, id }) => client.users.removeField(id("custom_field", step.whom)),
  "fill a custom field": async ({ client, step, id }) => {
    const fields = await client.users.fields();
    const { name = "none" } = fields[step.other % Math.max(1, fields.length)] ?? {};
    return client.users.edit(id("user", step.whom), { custom: [{ name, value: step.word }] });
  },
  "create an account": ({ client, step, id }) =>
    client.accounts.create({ user: id("user", step.whom), name: step.key, memo: step.word }),
  "edit an account": ({ client, step, id }) =>
    client.accounts.edit(getAccountName(id, step.whom), { memo: step.word, timezone: "Asia/Tokyo" }),
  "grant a role": ({ client, step, id }) =>
    client.accounts.edit(getAccountName(id, step.whom), {
      ...(step.other % 2 === 0
        ? { role: "division", managedOrgs: [id("org", step.other), id("org", step.whom)] }
        : { role: "custom", scheme: id("scheme", step.other), managesAll: step.other % 4 === 1 }),
      password: "Invented1Password",
    }),
  "revoke a role": ({ client, step, id }) => client.accounts.revoke(getAccountName(id, step.whom), {}),
  "give the support option": ({ client, step, id }) =>
    client.accounts.edit(getAccountName(id, step.whom), {
      role: "system",
      supportOption: step.other % 2 === 0,
      password: "Invented1Password",
    }),
  "set what accounts are named by": ({ client, step }) =>
    client.accounts.setSettings({ composition: "free-text", authentication: step.word }),
  "mark an administrator": ({ client, step, id }) =>
    client.administrators.mark("users", { add: [id("user", step.whom)] }),
  "create a scheme": ({ client, step }) =>
    client.roles.createScheme({
      name: getWord(step),
      operations: [SCHEME_ITEMS[step.whom % SCHEME_ITEMS.length] ?? ""],
    }),
  "rename a scheme": ({ client, step, id }) =>
    client.roles.editScheme(id("scheme", step.whom), { name: getWord(step) }),
  "delete a scheme": ({ client, step, id }) => client.roles.deleteSchemes({ ids: [id("scheme", step.whom)] }),
  "create a user of Calendar": ({ client, step }) =>
    client.secured.create("calendar", {
      userId: step.key,
      displayName: getWord(step),
      groups: step.word === null ? [] : [step.word],
      password: "Invented1",
      createGroups: true,
    }),
  "edit a user of Calendar": ({ client, step, id }) =>
    client.secured.edit(
      { app: "calendar", id: id("secured_user", step.whom, "app = 'calendar'") },
      { displayName: getWord(step), description: step.word },
    ),
  "create a group": ({ client, step }) => client.secured.createGroup("docs", { name: getWord(step) }),
  "rename a group": ({ client, step, id }) =>
    client.secured.editGroup(
      { app: "docs", id: id("secured_group", step.whom, "app = 'docs'") },
      { name: getWord(step) },
    ),
  "delete a group": ({ client, step, id }) =>
    client.secured.deleteGroups("docs", { ids: [id("secured_group", step.whom, "app = 'docs'")] }),
  "create a device": ({ client, step, id }) =>
    client.devices.create({
      serialNumber: step.key,
      memo: step.word,
      ...(step.whom % 2 === 0 ? { owner: id("user", step.other) } : { ownerOrg: id("org", step.other) }),
    }),
  "edit a device": ({ client, step, id }) =>
    client.devices.edit(id("device", step.whom), { memo: step.word, identificationName: step.word }),
  "change a device's serial number": ({ client, step, id }) =>
    client.devices.edit(id("device", step.whom), { serialNumber: step.key }),
  "give a device an owner": ({ client, step, id }) =>
    client.devices.setOwner({
      ids: [id("device", step.whom)],
      ...(step.word === null
        ? { owner: null, ownerOrg: id("org", step.other) }
        : { owner: id("user", step.other), ownerOrg: null }),
    }),
  "tag a device": ({ client, step, id }) =>
    client.devices.tag({ ids: [id("device", step.whom)], add: [getWord(step)], remove: [step.key] }),
  "delete a device": (scene) => deleteRecord(scene, "devices", "device"),
  "add a renewal": ({ client, step }) =>
    client.renewals.add({ kind: "custom", name: step.key, expiresAt: "2027-04-01T00:00:00.000Z", owner: step.word }),
  "edit a renewal": ({ client, step, id }) =>
    client.renewals.edit(id("renewal_item", step.whom), { notes: step.word, owner: step.word }),
  "remove a renewal": ({ client, step, id }) => client.renewals.remove(id("renewal_item", step.whom)),
  "answer a question": ({ client, step }) =>
    client.answers.set({ answers: [{ question: "rules.lost.owner", subject: step.key, value: step.word }] }),
  "say what the tenant is": ({ client, step }) =>
    client.tenant.set({ contactName: step.word, ios: step.whom % 2 === 0, contracts: [{ name: getWord(step) }] }),
  // commands change one record at a time, so they cannot swap values
  "swap codes": (scene) => scene.resend("orgs", createSwap("code")(scene)),
  "swap places": (scene) => scene.resend("orgs", createSwap("parentId", ({ parentId }) => parentId !== null)(scene)),
  "swap email addresses": (scene) => scene.resend("users", createSwap("emails")(scene)),
  "swap account names": (scene) => scene.resend("users", createSwap("accountName")(scene)),
  "swap names of fields": (scene) => scene.resend("custom-fields", createSwap("name")(scene)),
  "swap names of schemes": (scene) => scene.resend("schemes", createSwap("name")(scene)),
  "swap serial numbers": (scene) => scene.resend("devices", createSwap("serialNumber")(scene)),
  "swap user IDs": (scene) =>
    scene.resend("secured-users", createSwap("userId", ({ app }) => app === "browser")(scene)),
  "swap questions": (scene) => scene.resend("answers", createSwap("question")(scene)),
} as const satisfies Readonly<Record<string, (scene: ChangeContext) => Promise<unknown>>>;

const getAccountName = (id: ChangeContext["id"], number: number): string =>
  id("user", number, "pk in (select user from account where 1)");

const CHANGE_NAMES = Object.keys(CHANGES) as readonly (keyof typeof CHANGES)[];
const WORDS = ["営業", "髙橋", "〜", "x", "2027", "a,b", '"', "部長"];
const KEYS = ["k1", "k2", "K2", "k3", "ｋ4", "k5"];

const someChange: fc.Arbitrary<ChangeStep> = fc.record({
  at: fc.constantFrom(0, 1),
  did: fc.constantFrom(...CHANGE_NAMES),
  whom: fc.nat(30),
  other: fc.nat(30),
  word: fc.constantFrom(null, ...WORDS, ...WORDS),
  key: fc.constantFrom(...KEYS),
});
const someEqualiseStep: fc.Arbitrary<EqualiseStep> = fc.record({
  like: fc.constantFrom(0, 1),
  only: fc.option(fc.subarray([...APPLICABLE_RESOURCES], { minLength: 1 }), { nil: undefined, freq: 2 }),
});

/** Draws a step of a history. */
export const someRestoresStep: fc.Arbitrary<RestoresStep> = fc.oneof(
  { arbitrary: someChange, weight: 7 },
  { arbitrary: someEqualiseStep, weight: 1 },
);

/** Columns that are not compared: internal numbers, counters of changes, and values that a bundle does not contain. */
const IGNORED_COLUMNS = ["pk", "revision", "accountPasswordSetAt", "secrets"];
/** Columns that contain the numbers of other records. The export contains the ids of these records instead. */
const REFERENCE_COLUMNS = ["parent", "org", "owner", "ownerOrg", "custom"];

/** Reads the rows of the tables, including derived key columns, which an export does not contain. */
const readStoredRows = ({ database }: TestTenant): unknown =>
  ["org", "user", "custom_field", "scheme", "secured_group", "secured_user", "device"].map((table) =>
    database
      .all(`select * from "${table}" order by id`)
      .map((row) => [...IGNORED_COLUMNS, ...REFERENCE_COLUMNS].reduce<Row>(omitColumn, row)),
  );

const readEmailClaims = ({ database }: TestTenant): unknown =>
  database.all("select e.emailKey, u.id, e.main from user_email e join user u on u.pk = e.user order by 1");

/** Returns all rows of a tenant as JSON. */
const dumpTenant = ({ database }: TestTenant): string =>
  JSON.stringify(
    database
      .all("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
      .map(({ name }) => [name, database.all(`select * from "${String(name)}"`)]),
  );

/** Error codes that are allowed if a change is refused. */
const REFUSAL_CODES: readonly string[] = ["input-rejected", "not-found", "conflict"];

/** A history of two tenants that change independently and are made equal to each other from time to time. */
export class RestoresHistory {
  readonly #tenants: readonly [TestTenant, TestTenant];

  constructor(...tenants: readonly [TestTenant, TestTenant]) {
    this.#tenants = tenants;
  }

  /** Runs a step. @returns its outcome, so that outcomes can be counted */
  async do(step: RestoresStep): Promise<string> {
    return "like" in step ? this.#makeAlike(step) : this.#change(step);
  }

  async #change(step: ChangeStep): Promise<string> {
    const tenant = this.#tenants[step.at];
    const { client, database } = tenant;
    const scene: ChangeContext = {
      client,
      step,
      id: (table, number, where = "1") => {
        const ids = database.all(`select id from "${table}" where ${where} order by pk`);
        return String(ids[number % Math.max(1, ids.length)]?.["id"] ?? NONEXISTENT_ID);
      },
      resend: async (resource, change) => {
        const files = await exportRecords(client);
        const sent = new Map([...files, [resource, renderLines(change(parseRecords(files.get(resource) ?? "")))]]);
        const done = await restoreFrom(client, selectApplicable(sent));
        // a swap can also change derived data, such as the names of administrators
        expectSame(selectApplicable(await exportRecords(client)), selectApplicable(sent));
        return done;
      },
    };
    const failure = await failureOf(CHANGES[step.did](scene));
    if (failure === undefined) return step.did;
    if (!REFUSAL_CODES.includes(failure.code)) throw failure;
    return "refused";
  }

  /** Makes one tenant equal to the other, and checks everything that must be true before and after that. */
  async #makeAlike({ like, only }: EqualiseStep): Promise<string> {
    const [from, to] = [this.#tenants[like], this.#tenants[like === 0 ? 1 : 0]];
    const chosen = only ?? APPLICABLE_RESOURCES;
    // even if clocks are wrong, the other tenant's changes must not lie in the future
    to.surroundings.time = Math.max(to.surroundings.time, from.surroundings.time);
    const [wished, former] = [await exportRecords(from.client), await exportRecords(to.client)];
    const found = (
      await Array.fromAsync(compareStates(buildTenantState("to", former), buildTenantState("from", wished)))
    ).map(toPlainDifference);
    expectSame(found, compareByBruteForce(toRecords(former), toRecords(wished)));
    const asked = { only: only?.join(",") };
    const sent = selectApplicable(wished);
    const plan = await to.client.restores.plan(buildMultipartUpload(sent), asked);
    expectSame(
      plan.resources,
      chosen.map((name) => countExpectedChanges(name, found, wished)),
    );
    const [contentOfFrom, contentOfTo] = [dumpTenant(from), dumpTenant(to)];
    const removed = plan.resources.reduce((sum, each) => sum + each.removed, 0);
    const commit = (deletions: number) =>
      failureOf(to.client.restores.create(plan, buildMultipartUpload(sent), { ...asked, deletions }));
    if (plan.refusals.length > 0) {
      // a tenant with system administrators cannot be made equal to a tenant without any
      const isLast = plan.refusals.every(({ detail }) => detail.en.includes("no system administrator would be left"));
      expectSame(only === undefined && !isLast, false);
      expectSame((await commit(removed))?.code, "input-rejected");
      expectSame(dumpTenant(to), contentOfTo);
      return "refused in part";
    }
    expectSame((await commit(removed + 1))?.code, "input-rejected");
    expectSame(dumpTenant(to), contentOfTo);
    expectSame(await commit(removed), undefined);
    await this.#expectAlike(to, { wished, former, chosen });
    if (only === undefined) {
      expectSame(readStoredRows(to), readStoredRows(from));
      expectSame(readEmailClaims(to), readEmailClaims(from));
    }
    const after = dumpTenant(to);
    expectSame((await restoreFrom(to.client, sent, asked.only)).id, null);
    expectSame(dumpTenant(to), after);
    expectSame(dumpTenant(from), contentOfFrom);
    if (found.length === 0) return "alike already";
    return only === undefined ? "made alike" : "made alike in part";
  }

  /**
   * Checks that the selected resources are the same as in the other tenant, and that all others are unchanged.
   * Exceptions: deleting a user also deletes the user's account, and deleting an organisation also deletes its token
   * and its automatic assignments.
   */
  async #expectAlike(
    to: TestTenant,
    {
      wished,
      former,
      chosen,
    }: { readonly wished: ResourceFiles; readonly former: ResourceFiles; readonly chosen: readonly ResourceName[] },
  ): Promise<void> {
    const now = await exportRecords(to.client);
    const idsOf = (resource: ResourceName): ReadonlySet<unknown> =>
      new Set(parseRecords(now.get(resource) ?? "").map(({ id }) => id));
    const users = idsOf("users");
    const remaining = (resource: ResourceName, record: AnyRecord): readonly AnyRecord[] => {
      if (resource === "accounts" && !users.has(record["id"])) return [];
      return [record];
    };
    for (const resource of RESOURCE_NAMES) {
      if (resourceOf(resource).stays === "derived") continue;
      const lines = (chosen.includes(resource) ? wished : former).get(resource) ?? "";
      const left = renderLines(parseRecords(lines).flatMap((record) => remaining(resource, record)));
      expectSame([resource, now.get(resource) ?? ""], [resource, left]);
    }
    const found = await Array.fromAsync(compareStates(buildTenantState("to", now), buildTenantState("from", wished)));
    expectSame(
      found.filter(({ resource }) => chosen.some((name) => name === resource)),
      [],
    );
  }
}

/** Counts how many records of a resource a plan must add, change, remove and leave unchanged. */
const countExpectedChanges = (name: ResourceName, found: readonly PlainDifference[], wished: ResourceFiles) => {
  const idsOf = (change: string): number =>
    new Set(found.filter((one) => one.resource === name && one.change === change).map(({ id }) => id)).size;
  const [added, changed, removed] = [idsOf("added"), idsOf("changed"), idsOf("removed")];
  return { name, added, changed, removed, unchanged: parseRecords(wished.get(name) ?? "").length - added - changed };
};

/** All possible outcomes of steps. */
export const STEP_OUTCOMES: readonly string[] = [
  ...CHANGE_NAMES,
  "refused",
  "refused in part",
  "alike already",
  "made alike",
  "made alike in part",
];
