import { undoImport } from "./undo.ts";
import fc from "fast-check";
import { expect } from "vitest";
import type { ConsoleTask, Import, Org, User } from "../../../src/lib/contract/index.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import { ROOT_ORG_ID } from "../../../src/lib/model/organisation.ts";
import {
  differing,
  FakeConsole,
  orgTold,
  USER_COLUMNS,
  userTold,
  type Did,
  type MirrorKind,
  type Told,
  type UserColumn,
} from "./fake-console.ts";
import { failureOf, type Cells, type TestTenant } from "./tenant.ts";

/** One assertion for all: what fails shows both. */
const expectSame = (found: unknown, wanted: unknown): void => {
  expect(found).toEqual(wanted);
};

/** Which record a step concerns: its place among those that are there. */
type Place = number;

type Step =
  | { readonly create: MirrorKind; readonly place: Place; readonly code: boolean }
  | { readonly edit: MirrorKind; readonly whom: Place; readonly field: number }
  | { readonly move: MirrorKind; readonly whom: Place; readonly place: Place }
  | { readonly delete: MirrorKind; readonly whom: Place; readonly recursive: boolean }
  | {
      readonly file: MirrorKind;
      readonly whom: readonly Place[];
      readonly mode: "append" | "replace";
      readonly place: Place;
    }
  | { readonly undo: number; readonly mirrorOnly: boolean }
  | { readonly back: Place }
  | { readonly swap: MirrorKind; readonly whom: Place; readonly other: Place; readonly exported: boolean }
  | { readonly succeed: MirrorKind; readonly whom: Place }
  | { readonly work: number; readonly confirm: readonly boolean[] }
  | { readonly exported: MirrorKind; readonly columns: readonly UserColumn[] };

const kind = fc.constantFrom<MirrorKind[]>("orgs", "users", "users");
const at = fc.nat(5);
/** A step of a history. */
export const someMirrorStep: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ create: kind, place: at, code: fc.boolean() }), weight: 4 },
  { arbitrary: fc.record({ edit: kind, whom: at, field: fc.nat(4) }), weight: 6 },
  { arbitrary: fc.record({ move: kind, whom: at, place: at }), weight: 3 },
  { arbitrary: fc.record({ delete: kind, whom: at, recursive: fc.boolean() }), weight: 3 },
  {
    arbitrary: fc.record({
      file: kind,
      whom: fc.uniqueArray(at, { minLength: 1, maxLength: 3 }),
      mode: fc.constantFrom("append", "append", "append", "replace"),
      place: at,
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ undo: fc.nat(3), mirrorOnly: fc.boolean() }), weight: 3 },
  { arbitrary: fc.record({ back: at }), weight: 1 },
  { arbitrary: fc.record({ swap: kind, whom: at, other: at, exported: fc.boolean() }), weight: 2 },
  { arbitrary: fc.record({ succeed: kind, whom: at }), weight: 1 },
  {
    arbitrary: fc.record({ work: fc.nat(4), confirm: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }) }),
    weight: 4,
  },
  {
    arbitrary: fc.record({ exported: kind, columns: fc.subarray(Object.keys(USER_COLUMNS) as UserColumn[]) }),
    weight: 4,
  },
);

interface Done {
  readonly plan: Import;
  readonly kind: MirrorKind;
  readonly did: readonly Did[];
  /** the ids that records of the console had before it was taken as the console's */
  readonly relinked: ReadonlyMap<string, string> | undefined;
  undone: boolean;
}

/** A mirror, its console, and what is known of both. */
export class MirrorHistory {
  readonly console = new FakeConsole();
  readonly #tenant: TestTenant;
  readonly #done: Done[] = [];
  /** the tasks that were done, as they were then */
  readonly #worked = new Map<number, string>();
  /** what no export has shown of records that the mirror knows from an export: `id field` */
  readonly #unknown = new Set<string>();
  /** the ids of all records that the mirror ever had */
  readonly #known: Readonly<Record<MirrorKind, Set<string>>> = { orgs: new Set(), users: new Set() };
  #fresh = 0;
  orgs: readonly Org[] = [];
  users: readonly User[] = [];

  constructor(tenant: TestTenant) {
    this.#tenant = tenant;
  }

  /** A value that nothing has. */
  #new(prefix: string): string {
    return `${prefix}${(this.#fresh += 1)}`;
  }

  async start(): Promise<void> {
    this.#tenant.clear();
    await this.#tenant.client.users.addField({ name: "座席" });
    const { records } = this.console;
    for (const [name, code] of [
      ["甲", "A"],
      ["乙", "B"],
      ["丙", null],
    ] as const)
      records.orgs.push({ id: name, values: { name, code, parentId: ROOT_ORG_ID } });
    for (const [place, name] of ["一", "二", "三"].entries())
      records.users.push({
        id: name,
        values: {
          name,
          emails: [`u${place}@x`],
          org: ["甲", "乙"][place] ?? ROOT_ORG_ID,
          title: "課長",
          "custom:座席": "3F",
        },
      });
    await this.#export("orgs", []);
    await this.#export("users", Object.keys(USER_COLUMNS) as UserColumn[]);
    this.#done.length = 0;
    await this.look();
    this.#remember();
    expectSame(await this.#tenant.client.console.list({ state: "open" }), []);
  }

  async look(): Promise<void> {
    this.orgs = (await this.#tenant.client.orgs.list()).filter(({ parentId }) => parentId !== null);
    this.users = await this.#tenant.users();
  }

  /** Remembers the records that the mirror has. */
  #remember(): void {
    for (const { id } of this.orgs) this.#known.orgs.add(id);
    for (const { id } of this.users) this.#known.users.add(id);
  }

  #told(of: MirrorKind): ReadonlyMap<string, Told> {
    return of === "orgs"
      ? new Map(this.orgs.map((one) => [one.id, orgTold(one)]))
      : new Map(this.users.map((one) => [one.id, userTold(one)]));
  }

  #picked<T>(all: readonly T[], place: Place): T | undefined {
    return all[place % Math.max(1, all.length)];
  }

  #org(place: Place): string {
    return place === 0 ? ROOT_ORG_ID : (this.#picked(this.orgs, place)?.id ?? ROOT_ORG_ID);
  }

  async do(step: Step): Promise<string> {
    const what = await this.#step(step);
    await this.look();
    this.#remember();
    await this.expectListed();
    return what;
  }

  #step(step: Step): Promise<string> {
    if ("create" in step) return this.#create(step);
    if ("edit" in step) return this.#edit(step);
    if ("move" in step) return this.#move(step);
    if ("delete" in step) return this.#delete(step);
    if ("file" in step) return this.#file(step);
    if ("undo" in step) return this.#undo(step);
    if ("back" in step) return this.#back(step);
    if ("swap" in step) return this.#swap(step);
    if ("succeed" in step) return this.#succeed(step);
    return "work" in step ? this.#work(step) : this.#export(step.exported, step.columns);
  }

  async #create({ create, place, code }: Extract<Step, { create: unknown }>): Promise<string> {
    const name = this.#new(create === "orgs" ? "組" : "人");
    const org = this.#org(place);
    if (create === "orgs")
      await this.#tenant.client.orgs.create({ name, parentId: org, ...(code && { code: this.#new("C") }) });
    else
      await this.#tenant.client.users.create({
        name,
        emails: [this.#new("n@x")],
        org,
        ...(code && { title: "係長", custom: [{ name: "座席", value: "1F" }] }),
      });
    return "create";
  }

  async #edit({ edit, whom, field }: Extract<Step, { edit: unknown }>): Promise<string> {
    if (edit === "orgs") {
      const org = this.#picked(this.orgs, whom);
      if (org === undefined) return "nothing";
      const code = org.code === null || field > 2 ? this.#new("C") : null;
      await this.#tenant.client.orgs.edit(org.id, field === 0 ? { code } : { name: this.#new("組") });
      return "edit";
    }
    const user = this.#picked(this.users, whom);
    if (user === undefined) return "nothing";
    const values = [
      { title: user.title === "課長" ? this.#new("役") : "課長" },
      { name: this.#new("人") },
      { emails: user.emails.length > 1 ? user.emails.slice(0, 1) : [...user.emails, this.#new("n@x")] },
      { emails: [this.#new("n@x"), ...user.emails.slice(1)] },
      {
        custom: [{ name: "座席", value: user.custom.length > 0 ? null : this.#new("席") }],
        salesforceAccount: this.#new("s"),
        googleWorkspaceEmail: whom % 2 === 0 ? `${this.#new("g")}@x` : null,
      },
    ][field];
    await this.#tenant.client.users.edit(user.id, values ?? {});
    // a task tells the console what no export had shown
    for (const changed of Object.keys(values ?? {})) this.#unknown.delete(`${user.id} ${changed}`);
    return "edit";
  }

  async #move({ move, whom, place }: Extract<Step, { move: unknown }>): Promise<string> {
    const record = this.#picked<Org | User>(move === "orgs" ? this.orgs : this.users, whom);
    if (record === undefined) return "nothing";
    const org = this.#org(place);
    const moved: Promise<unknown> =
      move === "orgs"
        ? this.#tenant.client.orgs.move(record.id, { parent: org })
        : this.#tenant.client.users.move({ ids: [record.id], org });
    return (await failureOf(moved))?.code ?? "move";
  }

  /** Commits a plan, and keeps what it did. @param of kinds of what is committed together */
  async #commit(plan: Import, of: readonly MirrorKind[], relinked = false): Promise<void> {
    await this.look();
    const before = new Map(of.map((one) => [one, this.#told(one)]));
    const done = await this.#tenant.client.imports.commit(plan);
    await this.look();
    for (const one of of) {
      const [was, is] = [before.get(one) ?? new Map<string, Told>(), this.#told(one)];
      const did = [...new Set([...was.keys(), ...is.keys()])]
        .map((id) => ({ id, before: was.get(id), after: is.get(id) }))
        .filter((record) => differing(record.before, record.after).length > 0);
      const own = one === plan.kind ? done : { ...done, ...plan.takes };
      this.#done.push({ plan: own, kind: one, did, relinked: relinked ? this.#relink(one) : undefined, undone: false });
    }
  }

  async #delete({ delete: of, whom, recursive }: Extract<Step, { delete: unknown }>): Promise<string> {
    const record = this.#picked<Org | User>(of === "orgs" ? this.orgs : this.users, whom);
    if (record === undefined) return "nothing";
    const asked = () =>
      this.#tenant.client.imports.delete({
        kind: of,
        ids: [record.id],
        ...(of === "orgs" && recursive && { recursive }),
      });
    const failure = await failureOf(asked());
    if (failure !== undefined) return failure.code;
    const plan = await asked();
    await this.#commit(plan, plan.takes === undefined ? [of] : ["users", "orgs"]);
    return "delete";
  }

  async #file({ file, whom, mode, place }: Extract<Step, { file: unknown }>): Promise<string> {
    const cells = file === "orgs" ? this.#orgRows(whom, place) : this.#userRows(whom, place);
    if (cells.length === 1) return "nothing";
    const plan = await this.#tenant.plan({ kind: file, mode: file === "orgs" ? "append" : mode, blank: "keep" }, cells);
    if (plan.rejected) return "rejected";
    await this.#commit(plan, [file]);
    return mode;
  }

  #userRows(whom: readonly Place[], place: Place): Cells {
    const code = this.#picked(this.orgs, place)?.code ?? "";
    const rows = whom.map((one) => {
      const user = this.users[one];
      const title = place > 2 ? this.#new("役") : "部長";
      return user === undefined
        ? [this.#new("人"), this.#new("n@x"), title, code]
        : [user.name, String(user.emails[0]), title, place > 3 ? code : ""];
    });
    return [["氏名", "メールアドレス", "役職", "組織コード"], ...rows];
  }

  #orgRows(whom: readonly Place[], place: Place): Cells {
    const above = this.#picked(this.orgs, place)?.code ?? "";
    const rows = whom.map((one) => {
      const org = this.orgs[one];
      if (org === undefined) return [this.#new("組"), this.#new("C"), above];
      return org.code === null ? undefined : [place > 2 ? org.name : this.#new("組"), org.code, ""];
    });
    return [["組織名", "組織コード", "上位組織コード"], ...rows.filter((row) => row !== undefined)];
  }

  async #undo({ undo, mirrorOnly }: Extract<Step, { undo: unknown }>): Promise<string> {
    const done = this.#done.filter((one) => !one.undone).at(-1 - undo);
    if (done === undefined) return "nothing";
    const { id } = done.plan;
    const isExport = done.relinked !== undefined;
    const asked = () => undoImport(this.#tenant.client, id, isExport && mirrorOnly ? { mirrorOnly } : {});
    const failure = await failureOf(asked());
    if (failure !== undefined) return failure.code;
    await this.#commit(await asked(), [done.kind]);
    done.undone = true;
    for (const kept of this.console.records[done.kind]) kept.id = done.relinked?.get(kept.id) ?? kept.id;
    for (const one of this.console.records.users) {
      const { org } = one.values;
      one.values = { ...one.values, org: done.relinked?.get(String(org)) ?? org ?? null };
    }
    return "undo";
  }

  /** Deletes, in the console too, somebody who has what no file has, and undoes it. */
  async #back({ back }: Extract<Step, { back: unknown }>): Promise<string> {
    const whom = { whom: back } as const;
    await this.#edit({ edit: "users", ...whom, field: 4 });
    await this.#workAll();
    await this.look();
    const did = await this.#delete({ delete: "users", ...whom, recursive: false });
    if (did !== "delete") return did;
    await this.#workAll();
    const undone = await this.#undo({ undo: 0, mirrorOnly: false });
    return undone === "undo" ? "undo of what no file has" : undone;
  }

  /** Gives two records the key of each other; perhaps there is an export of users then, who are in organisations by it. */
  async #swap({ swap, whom, other, exported }: Extract<Step, { swap: unknown }>): Promise<string> {
    const all: readonly (Org | User)[] = swap === "orgs" ? this.orgs.filter(({ code }) => code !== null) : this.users;
    const [one, two] = [this.#picked(all, whom), this.#picked(all, other)];
    if (one === undefined || two === undefined || one === two) return "nothing";
    const keyOf = (record: Org | User): string => String("emails" in record ? record.emails[0] : record.code);
    const keys = [this.#new("n@x"), keyOf(one), keyOf(two)] as const;
    const set = async (record: Org | User, key: string): Promise<void> => {
      const { client } = this.#tenant;
      if ("emails" in record) await client.users.edit(record.id, { emails: [key, ...record.emails.slice(1)] });
      else await client.orgs.edit(record.id, { code: key });
    };
    await set(one, keys[0]);
    await set(two, keys[1]);
    await set(one, keys[2]);
    return exported ? `swap, ${await this.#export("users", Object.keys(USER_COLUMNS) as UserColumn[])}` : "swap";
  }

  /** Deletes somebody, and makes somebody else with the key. */
  async #succeed({ succeed, whom }: Extract<Step, { succeed: unknown }>): Promise<string> {
    const record = this.#picked<Org | User>(succeed === "orgs" ? this.orgs : this.users, whom);
    const did = await this.#delete({ delete: succeed, whom, recursive: false });
    if (did !== "delete" || record === undefined) return did;
    const { client } = this.#tenant;
    if ("emails" in record) await client.users.create({ name: this.#new("人"), emails: [String(record.emails[0])] });
    else await client.orgs.create({ name: this.#new("組"), parentId: ROOT_ORG_ID, code: record.code });
    return "succeed";
  }

  async #workAll(): Promise<void> {
    const { length } = await this.#tenant.client.console.list({ state: "open" });
    await this.#work({ work: length, confirm: Array.from({ length }, () => true) });
  }

  /** Does the oldest tasks; some of them are confirmed at once. */
  async #work({ work, confirm }: Extract<Step, { work: unknown }>): Promise<string> {
    const open = (await this.#tenant.client.console.list({ state: "open" })).filter(
      (task) => this.#worked.get(task.number) !== JSON.stringify(task.changes),
    );
    for (const [place, task] of open.slice(0, work).entries()) {
      if (task.gone) {
        // as its steps say: dropped once the console does not have it
        const isThere = this.console.find(task.kind as MirrorKind, String(task.objectId)) !== undefined;
        if (!isThere) await this.#tenant.client.console.close({ numbers: [task.number], state: "dropped" });
        continue;
      }
      if (!(await this.#doTask(task))) continue;
      this.#worked.set(task.number, JSON.stringify(task.changes));
      if (confirm[place] === true)
        await this.#tenant.client.console.close({ numbers: [task.number], state: "confirmed" });
    }
    return open.length === 0 ? "nothing" : "work";
  }

  async #doTask(task: ConsoleTask): Promise<boolean> {
    const of = task.kind as MirrorKind;
    if (task.doubtedAt !== null) return this.#lookAt(task);
    if (task.objectId !== null) return this.console.doByHand(of, task);
    const did = this.#doneBy(task)?.did ?? [];
    return this.console.doImport(of, of === "users" ? await this.#asTold(task, did) : did, this.#told(of));
  }

  /** What an import did to users, as its rows tell it: what they do not name of a new one is not entered. */
  async #asTold({ importId }: ConsoleTask, did: readonly Did[]): Promise<readonly Did[]> {
    const rows = await Array.fromAsync(this.#tenant.client.imports.rows(String(importId), { action: "create" }));
    return did.map((one) => {
      const { before, after } = one;
      if (before !== undefined || after === undefined) return one;
      const [main] = after["emails"] as readonly string[];
      const row = rows.find(({ after: values }) =>
        values.some(({ field, value }) => field === "emails" && Array.isArray(value) && value[0] === main),
      );
      // by another address since: any row of them
      const tells = row === undefined ? rows : [row];
      const isTold = (field: string): boolean =>
        tells.some(({ after: values }) => values.some((told) => told.field === field && told.value !== null));
      const told = Object.entries(after).filter(([field]) => field === "org" || isTold(field));
      return { ...one, after: Object.fromEntries(told) };
    });
  }

  /** Looks in the console at what an export contradicted: it is to be as the mirror has it by now. */
  #lookAt(task: ConsoleTask): boolean {
    const of = task.kind as MirrorKind;
    const did =
      task.objectId === null
        ? (this.#doneBy(task)?.did ?? []).map(({ id, before, after }) => ({ id, fields: differing(before, after) }))
        : [{ id: task.objectId, fields: task.changes.map(({ field }) => field) }];
    const told = this.#told(of);
    for (const { id, fields } of did) this.console.align(of, id, told.get(id), fields);
    const isLeft = ({ id, fields }: (typeof did)[number]): boolean =>
      differing(told.get(id), this.console.find(of, id)?.values).some((field) => fields.includes(field));
    return !did.some(isLeft);
  }

  #doneBy({ importId }: ConsoleTask): Done | undefined {
    return this.#done.find(({ plan }) => plan.id === importId);
  }

  /** Takes the console's export, where the mirror does. */
  async #export(of: MirrorKind, columns: readonly UserColumn[]): Promise<string> {
    const cells = of === "orgs" ? this.console.exportOrgs() : this.console.exportUsers(columns);
    if (cells.length === 1) return "nothing";
    const whole = await this.#tenant.plan({ kind: of, fromConsole: true }, cells);
    // what is still used here may stay
    const plan = whole.rejected ? await this.#keeping(of, cells) : whole;
    if (plan !== whole) await this.#tenant.client.imports.discard(whole.id);
    if (plan === undefined) return "export rejected";
    const open = await this.#tenant.client.console.list({ state: "open" });
    await this.#commit(plan, [of], true);
    const made = this.#done.at(-1)?.did.filter(({ before }) => before === undefined) ?? [];
    const unseen =
      of === "orgs"
        ? []
        : [
            "salesforceAccount",
            "googleWorkspaceEmail",
            ...(Object.keys(USER_COLUMNS) as UserColumn[]).filter((column) => !columns.includes(column)),
          ];
    for (const { id } of made)
      for (const field of [...unseen, ...(of === "users" && !this.#showsOrg(id) ? ["org"] : [])])
        this.#unknown.add(`${id} ${field}`);
    for (const { number } of open) this.#expectShown(await this.#tenant.client.console.show(number));
    return "exported";
  }

  /** Whether an export tells where somebody is: by the code of the organisation, if that has one. */
  #showsOrg(id: string): boolean {
    const { org = null } = this.console.find("users", id)?.values ?? {};
    return typeof this.console.find("orgs", String(org))?.values["code"] === "string";
  }

  /** The plan of an export that keeps what it lacks; undefined where that is refused, too. */
  async #keeping(kind: MirrorKind, cells: Cells): Promise<Import | undefined> {
    try {
      const plan = await this.#tenant.plan({ kind, fromConsole: true, keepMissing: true }, cells);
      if (!plan.rejected) return plan;
      await this.#tenant.client.imports.discard(plan.id);
    } catch (error) {
      if (!(error instanceof Failure && error.code === "input-rejected")) throw error;
    }
    return undefined;
  }

  /** A task by hand that an export closed was done. */
  #expectShown(task: ConsoleTask): void {
    if (task.state !== "shown" || task.objectId === null) return;
    const kept = this.console.find(task.kind as MirrorKind, task.objectId);
    for (const { field, after, ids } of task.changes) {
      const { [field]: value = null } = kept?.values ?? {};
      expectSame([task.number, field, value], [task.number, field, ids === undefined ? after : ids.after]);
    }
  }

  /** The records of an export are those of the mirror that it met. @returns the former ids by those of now */
  #relink(of: MirrorKind): ReadonlyMap<string, string> {
    const former = new Map<string, string>();
    const now = new Map<string, string>();
    for (const kept of this.console.records[of]) {
      const { emails, code } = kept.values;
      const met =
        of === "users"
          ? this.users.find((user) => user.emails[0] === (emails as readonly string[])[0])
          : this.orgs.find((org) =>
              (code ?? null) === null
                ? org.code === null && org.path === this.console.pathOf(kept.id)
                : org.code === code,
            );
      // a record that was changed or deleted here stays what it is
      const isKnown = this.#known[of].has(kept.id);
      expectSame(met === undefined && !isKnown ? `${of} ${JSON.stringify(kept.values)}` : null, null);
      if (met === undefined || isKnown) continue;
      former.set(met.id, kept.id);
      now.set(kept.id, met.id);
    }
    const renamed = (id: unknown) => now.get(String(id)) ?? (id as string | null);
    for (const kept of this.console.records[of]) kept.id = String(renamed(kept.id));
    if (of === "orgs") {
      for (const kept of this.console.records.orgs)
        kept.values = { ...kept.values, parentId: renamed(kept.values["parentId"]) };
      for (const kept of this.console.records.users) kept.values = { ...kept.values, org: renamed(kept.values["org"]) };
    }
    return former;
  }

  /** Each difference between the mirror and its console is in an open task. */
  async expectListed(): Promise<void> {
    const open = await this.#tenant.client.console.list({ state: "open" });
    for (const kind of ["orgs", "users"] as const) {
      const told = this.#told(kind);
      const kept = new Map(this.console.records[kind].map(({ id, values }) => [id, values]));
      for (const id of new Set([...told.keys(), ...kept.keys()])) {
        const [is, there] = [told.get(id), kept.get(id)];
        const tasks = open.filter((task) => task.kind === kind);
        const isCovered = (field: string): boolean =>
          this.#unknown.has(`${id} ${field}`) || tasks.some((task) => this.#covers(task, id, { field, is, there }));
        const bare = differing(is, there).filter((field) => !isCovered(field));
        expectSame(
          { of: kind, id, is, there, bare, open: bare.length === 0 ? [] : open },
          {
            of: kind,
            id,
            is,
            there,
            bare: [],
            open: [],
          },
        );
      }
    }
  }

  /** True if a task says of a record what makes the field's difference go. */
  #covers(
    task: ConsoleTask,
    id: string,
    { field, is, there }: { readonly field: string; readonly is: Told | undefined; readonly there: Told | undefined },
  ): boolean {
    if (task.objectId !== null) {
      if (task.objectId !== id || is === undefined) return false;
      return there === undefined ? task.work === "create" : task.changes.some((change) => change.field === field);
    }
    const did = this.#doneBy(task)?.did.find((one) => one.id === id);
    if (did === undefined) return false;
    if (is === undefined) return did.after === undefined;
    if (there === undefined) return did.before === undefined;
    return did.before !== undefined && did.after !== undefined && differing(did.before, did.after).includes(field);
  }
}
