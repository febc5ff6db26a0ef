import { RESOURCE_NAMES, resourceOf, type IdReference, type ResourceName } from "../../../handover/resources.ts";
import { nameKey } from "../../../model/normalise.ts";
import { ROOT_ORG_ID } from "../../../model/organisation.ts";
import { text, type Text } from "../../../text/index.ts";
import { DETAIL, isAbout } from "../../audit/records.ts";
import { settleVersions } from "../../versions/keep.ts";
import { linesNow } from "../exports/records.ts";
import { judgeWritten } from "../../store/judge.ts";
import { THEN } from "../../store/sql/forms.ts";
import type { Params, Reader, Row, Writer } from "../../store/store.ts";
import { targetOf, TRAVELLING } from "./targets.ts";

/** What was sent: its tables, and the resources that are in them, in their order. */
export interface StagedBundle {
  /** the lines: `resource`, `id`, `line` and what follows from it (`beside`), by the first two */
  readonly lines: string;
  /** what becomes of records: `resource`, `id`, `action` and, of who goes, the `name`; what stays as it is has no row */
  readonly plan: string;
  /** gets the numbers of records that only the observed state has */
  readonly numbers: string;
  readonly resources: readonly ResourceName[];
  /** it came from the console, by way of a mirror */
  readonly isOfConsole: boolean;
}

/** SQL: the columns of both tables, and their key. */
export const LINES = ["resource text not null", "id text not null", "line text not null", "beside text"];
export const PLAN = ["resource text not null", "id text not null", "action text not null", "name text"];
export const KEY = ["resource", "id"];

/** Why something of it cannot be. */
export interface RestoreRefusal {
  readonly resource: ResourceName;
  readonly id: string | null;
  readonly detail: Text;
}

/** Refusals that are told at most; more are counted. */
export const MAX_REFUSALS = 1000;

/** Refusals: the first ones, and how many there are. */
export class FoundRefusals {
  readonly first: RestoreRefusal[];
  total: number;

  /** @param known those that are known already */
  constructor(known?: FoundRefusals) {
    this.first = [...(known?.first ?? [])];
    this.total = known?.total ?? 0;
  }

  push(refusal: RestoreRefusal): void {
    this.total += 1;
    if (this.first.length < MAX_REFUSALS) this.first.push(refusal);
  }
}

/** Gathers refusals from the tenant's database. */
class Refusals {
  readonly found: FoundRefusals;
  readonly #reader: Reader;

  /** @param known those that are known already */
  constructor(reader: Reader, known: FoundRefusals) {
    this.#reader = reader;
    this.found = new FoundRefusals(known);
  }

  /** One for each row, which has the `id` of a record and may have a `value`. */
  async add(resource: ResourceName, sql: string, detail: (value: string) => Text, params: Params = {}): Promise<void> {
    const most = Math.max(0, MAX_REFUSALS - this.found.first.length);
    const rows = await this.#reader.all(`${sql} limit :most`, { ...params, resource, most });
    for (const { id = null, value = "" } of rows) {
      this.found.push({ resource, id: id === null ? null : String(id), detail: detail(String(value)) });
    }
    if (rows.length < most) return;
    const all = await this.#reader.get(`select count(*) as count from (${sql})`, { ...params, resource });
    this.found.total += Number(all?.["count"] ?? 0) - rows.length;
  }

  refuse(resource: ResourceName, id: string, detail: Text): void {
    this.found.push({ resource, id, detail });
  }
}

export interface PlannedResource {
  readonly name: ResourceName;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
}

const MAX_REMOVALS = 1000;

/** SQL: what people call the record of a line. */
const CALLED = `coalesce(n.line ->> '$.name', n.line ->> '$.serialNumber', n.line ->> '$.displayName',
  n.line ->> '$.userId', n.line ->> '$.question')`;

/** Compares what was sent with the tenant: a line is unchanged if it is the very line that an export has now. */
export const compareLines = async (writer: Writer, { lines, plan, resources }: StagedBundle): Promise<void> => {
  await writer.run(`delete from ${plan}`);
  for (const resource of resources) {
    await writer.run(
      `insert into ${plan} (resource, id, action, name)
       with now as materialized (${linesNow(resource)})
       select :resource, l.id, case when n.id is null then 'added' else 'changed' end, null
       from ${lines} l left join now n on n.id = l.id
       where l.resource = :resource and (n.id is null or n.line <> l.line)
       union all
       select :resource, n.id, 'removed', ${CALLED} from now n
       where not exists (select 1 from ${lines} l where l.resource = :resource and l.id = n.id)`,
      { resource },
    );
  }
};

/** How many records of each resource are added, changed, removed, and left. */
export const countPlan = async (
  reader: Reader,
  { lines, plan, resources }: StagedBundle,
): Promise<readonly PlannedResource[]> => {
  const rows = await reader.all(
    `select resource, action, count(*) as records from ${plan} group by 1, 2
     union all select resource, 'sent', count(*) from ${lines} group by 1`,
  );
  const countOf = (resource: ResourceName, action: string): number =>
    Number(rows.find((row) => row["resource"] === resource && row["action"] === action)?.["records"] ?? 0);
  return resources.map((name) => {
    const [added, changed, removed] = [countOf(name, "added"), countOf(name, "changed"), countOf(name, "removed")];
    return { name, added, changed, removed, unchanged: countOf(name, "sent") - added - changed };
  });
};

/** The first records that would be removed, in the order of resources and ids. */
export const listRemovals = async (reader: Reader, { plan, resources }: StagedBundle) => {
  const found: { resource: ResourceName; id: string; name: string | null }[] = [];
  for (const resource of resources) {
    const rows = await reader.all(
      `select id, name from ${plan} where resource = :resource and action = 'removed' order by id limit :most`,
      { resource, most: MAX_REMOVALS - found.length },
    );
    for (const { id = "", name = null } of rows) {
      found.push({ resource, id: String(id), name: name === null ? null : String(name) });
    }
  }
  return found;
};

/**
 * Why what was sent cannot be: by what of it names nothing, is there twice, or breaks a rule of the tenant.
 *
 * @param known what is wrong with records by themselves
 */
export const findRefusals = async (
  reader: Reader,
  staged: StagedBundle,
  known: FoundRefusals,
): Promise<FoundRefusals> => {
  const { lines, plan, resources } = staged;
  const refusals = new Refusals(reader, known);
  for (const resource of resources) {
    for (const { field, value, from = "" } of targetOf(resource).uniques) {
      await refusals.add(
        resource,
        `select min(l.id) as id, ${value} as value from ${lines} l${from}
         where l.resource = :resource and ${value} is not null group by 2 having count(*) > 1 order by 1`,
        (shared) => text(`${field}: two records have ${shared}`, `${field}: 「${shared}」が重複しています`),
      );
    }
    for (const [field, held] of Object.entries(resourceOf(resource).holds)) {
      await refusals.add(
        resource,
        `select l.id, ${valueOf(field, held, "l")} as value from ${lines} l${rowsOf(field, held, "l")}
         where l.resource = :resource and ${valueOf(field, held, "l")} is not null
         and not exists (select 1 from ${idsOf(held.to, staged)} known where known.id = ${valueOf(field, held, "l")}) order by 1`,
        (id) => namesNothing(field, held.to, id),
      );
    }
  }
  for (const resource of TRAVELLING.filter((name) => !resources.includes(name))) {
    for (const [field, held] of Object.entries(resourceOf(resource).holds)) {
      // an account goes with its user
      if (!resources.includes(held.to) || field === "id") continue;
      await refusals.add(
        resource,
        `select n.id, ${valueOf(field, held, "n")} as value from (${linesNow(resource)}) n${rowsOf(field, held, "n")}
         where ${valueOf(field, held, "n")} in (select p.id from ${plan} p where p.resource = '${held.to}' and p.action = 'removed') order by 1`,
        (id) => stillNamed(field, held.to, id),
      );
    }
  }
  await findMisplaced(reader, staged, refusals);
  return refusals.found;
};

/** SQL: the id that a member of a line holds. @param of the alias of the line's table */
const valueOf = (field: string, { many, member }: IdReference, of: string): string =>
  member !== undefined ? `e.value ->> '${member}'` : many === true ? "e.value" : `${of}.line ->> '$.${field}'`;

const rowsOf = (field: string, { many, member }: IdReference, of: string): string =>
  member !== undefined || many === true ? `, json_each(${of}.line, '$.${field}') e` : "";

/** The tables whose ids others hold. */
const TABLES: Readonly<Partial<Record<ResourceName, string>>> = {
  orgs: "org",
  users: "user",
  schemes: "scheme",
  "custom-fields": "custom_field",
};

/** SQL: the ids of a resource as they will be. */
const idsOf = (name: ResourceName, { lines, resources }: StagedBundle): string =>
  resources.includes(name)
    ? `(select own.id from ${lines} own where own.resource = '${name}')`
    : `main."${TABLES[name] ?? ""}"`;

const namesNothing = (field: string, to: ResourceName, id: string): Text => {
  const { en, ja } = resourceOf(to).title;
  return text(
    `${field} names ${id}, which would not be among: ${en}`,
    `${field} の ${id} が次の中に存在しないことになります: ${ja}`,
  );
};

const stillNamed = (field: string, to: ResourceName, id: string): Text => {
  const { en, ja } = resourceOf(to).title;
  return text(
    `${field} names ${id}, which would be removed from: ${en}`,
    `${field} が参照している ${id} が次の中から削除されることになります: ${ja}`,
  );
};

/** What cannot be written, or could not be found by its name. */
const findMisplaced = async (reader: Reader, staged: StagedBundle, refusals: Refusals): Promise<void> => {
  const { resources, isOfConsole } = staged;
  const isSent = (...names: readonly ResourceName[]): boolean => names.some((name) => resources.includes(name));
  if (isSent("orgs")) await findWrongOrgs(reader, staged, refusals);
  if (isSent("secured-users", "secured-groups")) await findWrongGroups(staged, refusals);
  if (isSent("observed") && !isOfConsole) await findStrayStates(staged, refusals);
  if (isSent("renewals")) await findTwinRenewals(reader, staged, refusals);
};

/** Refuses observed state if the tenant would not be a mirror. */
const findStrayStates = ({ lines }: StagedBundle, refusals: Refusals): Promise<void> =>
  refusals.add("observed", `select l.id from ${lines} l where l.resource = :resource order by 1`, () =>
    text("the tenant would not be a mirror of the console", "管理画面のミラーではないテナントになるため"),
  );

/** Each group of a user of SECURED APPs must exist, whether groups were sent, or users, or both. */
const findWrongGroups = async ({ lines, resources }: StagedBundle, refusals: Refusals): Promise<void> => {
  const users = resources.includes("secured-users")
    ? `select l.id, l.line ->> '$.app' as app, l.line -> '$.groups' as groups, l.beside ->> '$.groupKeys' as groupKeys
       from ${lines} l where l.resource = 'secured-users'`
    : `select id, app, groups, groupKeys from main.secured_user`;
  const groups = resources.includes("secured-groups")
    ? `select 1 from ${lines} g where g.resource = 'secured-groups' and g.line ->> '$.app' = u.app
       and coalesce(g.beside ->> '$.nameKey', g.line ->> '$.name') =`
    : `select 1 from main.secured_group g where g.app = u.app and coalesce(g.nameKey, g.name) =`;
  await refusals.add(
    "secured-users",
    `select u.id, u.groups ->> ('$[' || e.key || ']') as value from (${users}) u, json_each(coalesce(u.groupKeys, u.groups)) e
     where not exists (${groups} e.value) order by 1`,
    (name) => text(`groups: there would be no group ${name}`, `groups: グループ「${name}」が存在しないことになります`),
  );
};

/** All organisations hang on 全社, which is always there, and as it is; without a code each is told from its neighbours by its name. */
const findWrongOrgs = async (reader: Reader, { lines }: StagedBundle, refusals: Refusals): Promise<void> => {
  const rows = await reader.all(
    `select l.id, l.line ->> '$.parentId' as parent from ${lines} l where l.resource = 'orgs' order by 1`,
  );
  const above = new Map(rows.map(({ id = "", parent = null }: Row) => [String(id), parent]));
  if (above.get(ROOT_ORG_ID) !== null) refusals.refuse("orgs", ROOT_ORG_ID, ROOT_MISSING);
  for (const id of looseOrgs(above)) refusals.refuse("orgs", id, LOOSE);
  const [name, code] = ["l.line ->> '$.name'", "l.line ->> '$.code'"];
  await refusals.add(
    "orgs",
    `select min(l.id) as id, min(${name}) as value from ${lines} l
     where l.resource = :resource and ${code} is null and l.line ->> '$.parentId' is not null
     group by l.line ->> '$.parentId', coalesce(l.beside ->> '$.nameKey', ${name}) having count(*) > 1 order by 1`,
    (shared) =>
      text(
        `two organisations in one place are called ${shared}, and without a code they could not be told apart`,
        `同じ場所に「${shared}」という組織が複数あり、組織コードがないと区別できません`,
      ),
  );
};

const ROOT_MISSING = text("全社 is missing, or below another", "「全社」がないか、別の組織の下にあります");
const LOOSE = text("it does not hang on 全社", "「全社」の下につながっていません");

/** The ids of those from which no way up leads to 全社. Each is passed once. @param above ids, each with that of the one above it */
export const looseOrgs = (above: ReadonlyMap<string, unknown>): readonly string[] => {
  const [rooted, loose] = [new Set([ROOT_ORG_ID]), new Set<string>()];
  for (const id of above.keys()) {
    const passed = new Set<string>();
    let at: string | undefined = id;
    while (at !== undefined && !rooted.has(at) && !loose.has(at) && !passed.has(at)) {
      passed.add(at);
      const parent: unknown = above.get(at);
      at = typeof parent === "string" ? parent : undefined;
    }
    const ends = at !== undefined && rooted.has(at) ? rooted : loose;
    for (const one of passed) ends.add(one);
  }
  return [...above.keys()].filter((id) => loose.has(id));
};

/** A renewal is named by its name. */
const findTwinRenewals = async (reader: Reader, { lines }: StagedBundle, refusals: Refusals): Promise<void> => {
  const rows = await reader.all(
    `select l.id, l.line ->> '$.name' as name from ${lines} l where l.resource = 'renewals' order by 1`,
  );
  const known = new Set<string>();
  for (const { id = "", name = "" } of rows) {
    const called = String(name);
    const key = nameKey(called);
    if (known.has(key)) {
      const detail = text(`two renewals are called ${called}`, `「${called}」という更新期限が複数あります`);
      refusals.refuse("renewals", String(id), detail);
    }
    known.add(key);
  }
};

/** The resources with the records that rules judge. */
const JUDGED: Readonly<Record<string, ResourceName>> = {
  account: "accounts",
  device: "devices",
  org: "orgs",
  scheme: "schemes",
  user: "users",
};

/** Finds what rules refuse of a plan that was written. */
export const findBreaches = async (
  writer: Writer,
  { isOfConsole }: StagedBundle,
): Promise<readonly RestoreRefusal[]> => {
  await settleVersions(writer);
  const found = await judgeWritten(writer, await writer.revision(), isOfConsole ? "console" : "states");
  return found.map(({ thing, id, field, what }) => {
    const { [thing]: resource } = JUDGED;
    if (resource === undefined) throw new TypeError(`no resource has ${thing}`);
    const detail = field === undefined ? what : text(`${field}: ${what.en}`, `${field}: ${what.ja}`);
    return { resource, id, detail };
  });
};

/** The first record that is not as it was sent. */
export const firstOther = (reader: Reader, { plan }: StagedBundle): Promise<Row | undefined> =>
  reader.get(`select resource, id from ${plan} order by resource, id limit 1`);

export const isResource = (name: string): name is ResourceName => (RESOURCE_NAMES as readonly string[]).includes(name);

/** What a restore did, by its id, as the audit has it: its `detail`; undefined if there was none. */
export const readRestored = async (reader: Reader, id: string): Promise<unknown> => {
  const row = await reader.get(
    `select ${DETAIL} as detail from main.change c ${THEN} main.audit t on t.seq = c.number
     where c.writer = 'apply' and ${isAbout("restore", ":id")}`,
    { id },
  );
  return row === undefined ? undefined : JSON.parse(String(row["detail"]));
};
