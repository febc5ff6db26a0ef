import { RESOURCE_NAMES, resourceOf, type IdReference, type ResourceName } from "../../../handover/resources.ts";
import { nameKey } from "../../../model/normalise.ts";
import { ROOT_ORG_ID } from "../../../model/organisation.ts";
import { text, type Text } from "../../../text/index.ts";
import { DETAIL_SQL, buildListsRecordSql } from "../../audit/records.ts";
import type { ActorAccount } from "../../policy/asker.ts";
import { settleVersions } from "../../versions/keep.ts";
import { buildCurrentLinesSql } from "../exports/records.ts";
import { judgeWrittenRecords } from "../../store/judge.ts";
import { ORDERED_JOIN } from "../../store/sql/forms.ts";
import type { Params, Reader, Row, Writer } from "../../store/store.ts";
import { getResourceTarget, APPLICABLE_RESOURCES } from "./targets.ts";

/** A bundle that was received: its tables, and its resources in order. */
export interface StagedBundle {
  /** table of lines: `resource`, `id`, `line` and the columns derived from it (`beside`); key: `resource` and `id` */
  readonly lines: string;
  /** table of planned actions: `resource`, `id`, `action`, and `name` of removed records; without unchanged records */
  readonly plan: string;
  /** table for the record numbers of records that exist only in the observed state */
  readonly numbers: string;
  readonly resources: readonly ResourceName[];
  /** true if the data came from the console through a mirror */
  readonly isOfConsole: boolean;
}

/**
 * SQL: the columns of the table of staged lines. {@link PLANNED_ACTION_COLUMNS} are the columns of the table of planned
 * actions, and {@link STAGING_KEY} is the key of both tables.
 */
export const STAGED_LINE_COLUMNS = ["resource text not null", "id text not null", "line text not null", "beside text"];
export const PLANNED_ACTION_COLUMNS = [
  "resource text not null",
  "id text not null",
  "action text not null",
  "name text",
];
export const STAGING_KEY = ["resource", "id"];

/** A reason why a record or a resource of a bundle cannot be applied. */
export interface RestoreRefusal {
  readonly resource: ResourceName;
  readonly id: string | null;
  readonly detail: Text;
}

/** Maximum number of refusals that are reported. Further refusals are only counted. */
export const MAX_REFUSALS = 1000;

/** The first refusals, and the total number of refusals. */
export class RefusalList {
  readonly first: RestoreRefusal[];
  total: number;

  /** @param known refusals that were found earlier */
  constructor(known?: RefusalList) {
    this.first = [...(known?.first ?? [])];
    this.total = known?.total ?? 0;
  }

  push(refusal: RestoreRefusal): void {
    this.total += 1;
    if (this.first.length < MAX_REFUSALS) this.first.push(refusal);
  }
}

class RefusalCollector {
  readonly found: RefusalList;
  readonly #reader: Reader;

  /** @param known refusals that were found earlier */
  constructor(reader: Reader, known: RefusalList) {
    this.#reader = reader;
    this.found = new RefusalList(known);
  }

  /** Adds a refusal for each row. A row has the `id` of a record and may have a `value`. */
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

const MAX_LISTED_REMOVALS = 1000;

/** SQL: the name that identifies the record in a line `n` for people. */
const RECORD_LABEL_SQL = `coalesce(n.line ->> '$.name', n.line ->> '$.serialNumber', n.line ->> '$.displayName',
  n.line ->> '$.userId', n.line ->> '$.question')`;

/**
 * Compares a bundle with the tenant and stores the plan. A line is unchanged if an export of the tenant would contain
 * the same line.
 */
export const compareLines = async (writer: Writer, { lines, plan, resources }: StagedBundle): Promise<void> => {
  await writer.run(`delete from ${plan}`);
  for (const resource of resources) {
    await writer.run(
      `insert into ${plan} (resource, id, action, name)
       with now as materialized (${buildCurrentLinesSql(resource)})
       select :resource, l.id, case when n.id is null then 'added' else 'changed' end, null
       from ${lines} l left join now n on n.id = l.id
       where l.resource = :resource and (n.id is null or n.line <> l.line)
       union all
       select :resource, n.id, 'removed', ${RECORD_LABEL_SQL} from now n
       where not exists (select 1 from ${lines} l where l.resource = :resource and l.id = n.id)`,
      { resource },
    );
  }
};

/** Returns how many records of each resource are added, changed, removed and unchanged. */
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

/** Returns the first records that would be removed, sorted by resource and id. */
export const listRemovals = async (reader: Reader, { plan, resources }: StagedBundle) => {
  const found: { resource: ResourceName; id: string; name: string | null }[] = [];
  for (const resource of resources) {
    const rows = await reader.all(
      `select id, name from ${plan} where resource = :resource and action = 'removed' order by id limit :most`,
      { resource, most: MAX_LISTED_REMOVALS - found.length },
    );
    for (const { id = "", name = null } of rows) {
      found.push({ resource, id: String(id), name: name === null ? null : String(name) });
    }
  }
  return found;
};

/**
 * Returns the reasons why a bundle cannot be applied: references to records that would not exist, duplicates, and
 * violations of the tenant's rules.
 *
 * @param known refusals of single records that were found earlier
 */
export const findRefusals = async (reader: Reader, staged: StagedBundle, known: RefusalList): Promise<RefusalList> => {
  const { lines, plan, resources } = staged;
  const refusals = new RefusalCollector(reader, known);
  for (const resource of resources) {
    for (const { field, value, from = "" } of getResourceTarget(resource).uniques) {
      await refusals.add(
        resource,
        `select min(l.id) as id, ${value} as value from ${lines} l${from}
         where l.resource = :resource and ${value} is not null group by 2 having count(*) > 1 order by 1`,
        (shared) => text(`${field}: more than one record has "${shared}"`, `${field}: 「${shared}」が重複しています`),
      );
    }
    for (const [field, held] of Object.entries(resourceOf(resource).holds)) {
      await refusals.add(
        resource,
        `select l.id, ${buildReferenceIdSql(field, held, "l")} as value from ${lines} l${buildReferenceRowsSql(field, held, "l")}
         where l.resource = :resource and ${buildReferenceIdSql(field, held, "l")} is not null
         and not exists (select 1 from ${buildFutureIdsSql(held.to, staged)} known where known.id = ${buildReferenceIdSql(field, held, "l")}) order by 1`,
        (id) => describeMissingReference(field, held.to, id),
      );
    }
  }
  for (const resource of APPLICABLE_RESOURCES.filter((name) => !resources.includes(name))) {
    for (const [field, held] of Object.entries(resourceOf(resource).holds)) {
      // an account is removed together with its user
      if (!resources.includes(held.to) || field === "id") continue;
      await refusals.add(
        resource,
        `select n.id, ${buildReferenceIdSql(field, held, "n")} as value from (${buildCurrentLinesSql(resource)}) n${buildReferenceRowsSql(field, held, "n")}
         where ${buildReferenceIdSql(field, held, "n")} in (select p.id from ${plan} p where p.resource = '${held.to}' and p.action = 'removed') order by 1`,
        (id) => describeRemovedReference(field, held.to, id),
      );
    }
  }
  await findStructuralRefusals(reader, staged, refusals);
  return refusals.found;
};

/** SQL: the id that a member of a line contains. @param of alias of the table with the line */
const buildReferenceIdSql = (field: string, { many, member }: IdReference, of: string): string =>
  member !== undefined ? `e.value ->> '${member}'` : many === true ? "e.value" : `${of}.line ->> '$.${field}'`;

const buildReferenceRowsSql = (field: string, { many, member }: IdReference, of: string): string =>
  member !== undefined || many === true ? `, json_each(${of}.line, '$.${field}') e` : "";

const REFERENCED_TABLES: Readonly<Partial<Record<ResourceName, string>>> = {
  orgs: "org",
  users: "user",
  schemes: "scheme",
  "custom-fields": "custom_field",
};

/** SQL: the ids that a resource's records will have after the bundle is applied. */
const buildFutureIdsSql = (name: ResourceName, { lines, resources }: StagedBundle): string =>
  resources.includes(name)
    ? `(select own.id from ${lines} own where own.resource = '${name}')`
    : `main."${REFERENCED_TABLES[name] ?? ""}"`;

const describeMissingReference = (field: string, to: ResourceName, id: string): Text => {
  const { en, ja } = resourceOf(to).title;
  return text(
    `${field} refers to ${id}, which would not exist in: ${en}`,
    `${field} が参照している ${id} は、適用後に次の中に存在しなくなります: ${ja}`,
  );
};

const describeRemovedReference = (field: string, to: ResourceName, id: string): Text => {
  const { en, ja } = resourceOf(to).title;
  return text(
    `${field} refers to ${id}, which would be removed from: ${en}`,
    `${field} が参照している ${id} は、次の中から削除されます: ${ja}`,
  );
};

/** Finds records that cannot be written, or that people could not identify by name afterwards. */
const findStructuralRefusals = async (
  reader: Reader,
  staged: StagedBundle,
  refusals: RefusalCollector,
): Promise<void> => {
  const { resources, isOfConsole } = staged;
  const isSent = (...names: readonly ResourceName[]): boolean => names.some((name) => resources.includes(name));
  if (isSent("orgs")) await findMisplacedOrgs(reader, staged, refusals);
  if (isSent("secured-users", "secured-groups")) await findMissingGroups(staged, refusals);
  if (isSent("observed") && !isOfConsole) await refuseObservedState(staged, refusals);
  if (isSent("renewals")) await findDuplicateRenewals(reader, staged, refusals);
};

/**
 * Refuses an observed state in a bundle that is not from a mirror, because the tenant would not become a mirror either.
 */
const refuseObservedState = ({ lines }: StagedBundle, refusals: RefusalCollector): Promise<void> =>
  refusals.add("observed", `select l.id from ${lines} l where l.resource = :resource order by 1`, () =>
    text("only a mirror of the console can have this data", "管理画面のミラーだけが持てるデータです"),
  );

/** Finds users of SECURED APPs whose groups would not exist. The bundle may contain groups, users, or both. */
const findMissingGroups = async ({ lines, resources }: StagedBundle, refusals: RefusalCollector): Promise<void> => {
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
    (name) =>
      text(
        `the group "${name}" (field: groups) would not exist`,
        `groups のグループ「${name}」が、適用後に存在しなくなります`,
      ),
  );
};

/**
 * Finds organisations that are not below 全社, which must be at the top of the tree. Also finds organisations without a
 * code that have the same name and parent, because they could not be distinguished.
 */
const findMisplacedOrgs = async (
  reader: Reader,
  { lines }: StagedBundle,
  refusals: RefusalCollector,
): Promise<void> => {
  const rows = await reader.all(
    `select l.id, l.line ->> '$.parentId' as parent from ${lines} l where l.resource = 'orgs' order by 1`,
  );
  const above = new Map(rows.map(({ id = "", parent = null }: Row) => [String(id), parent]));
  if (above.get(ROOT_ORG_ID) !== null) refusals.refuse("orgs", ROOT_ORG_ID, ROOT_ORG_MISSING_TEXT);
  for (const id of findDetachedOrgs(above)) refusals.refuse("orgs", id, NOT_BELOW_ROOT_ORG);
  const [name, code] = ["l.line ->> '$.name'", "l.line ->> '$.code'"];
  await refusals.add(
    "orgs",
    `select min(l.id) as id, min(${name}) as value from ${lines} l
     where l.resource = :resource and ${code} is null and l.line ->> '$.parentId' is not null
     group by l.line ->> '$.parentId', coalesce(l.beside ->> '$.nameKey', ${name}) having count(*) > 1 order by 1`,
    (shared) =>
      text(
        `several organisations in the same place are named "${shared}"; they cannot be distinguished without codes`,
        `同じ場所に「${shared}」という組織が複数あり、組織コードがないと区別できません`,
      ),
  );
};

const ROOT_ORG_MISSING_TEXT = text(
  "全社 is missing, or is below another organisation",
  "「全社」がないか、別の組織の下にあります",
);
const NOT_BELOW_ROOT_ORG = text("the organisation is not below 全社", "組織が「全社」の下にありません");

/**
 * Returns the ids of the organisations that are not connected to 全社. @param above id of the parent by organisation id
 */
export const findDetachedOrgs = (above: ReadonlyMap<string, unknown>): readonly string[] => {
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

/** Finds renewal items with the same name, because the name identifies an item. */
const findDuplicateRenewals = async (
  reader: Reader,
  { lines }: StagedBundle,
  refusals: RefusalCollector,
): Promise<void> => {
  const rows = await reader.all(
    `select l.id, l.line ->> '$.name' as name from ${lines} l where l.resource = 'renewals' order by 1`,
  );
  const known = new Set<string>();
  for (const { id = "", name = "" } of rows) {
    const called = String(name);
    const key = nameKey(called);
    if (known.has(key)) {
      const detail = text(
        `more than one renewal item is named "${called}"`,
        `「${called}」という年次更新・期限の項目が複数あります`,
      );
      refusals.refuse("renewals", String(id), detail);
    }
    known.add(key);
  }
};

const JUDGED_RESOURCES: Readonly<Record<string, ResourceName>> = {
  account: "accounts",
  device: "devices",
  org: "orgs",
  scheme: "schemes",
  user: "users",
};

export const findRuleViolations = async (
  writer: Writer,
  { isOfConsole }: StagedBundle,
): Promise<readonly RestoreRefusal[]> => {
  await settleVersions(writer);
  const found = await judgeWrittenRecords(writer, await writer.revision(), isOfConsole ? "console" : "states");
  return found.map(({ thing, id, field, what }) => {
    const { [thing]: resource } = JUDGED_RESOURCES;
    if (resource === undefined) throw new TypeError(`no resource has ${thing}`);
    const detail = field === undefined ? what : text(`${field}: ${what.en}`, `${field}: ${what.ja}`);
    return { resource, id, detail };
  });
};

/**
 * Returns a refusal if the account which applies a plan lost its role. Accounts come without passwords, so on a served
 * tenant nobody might be able to sign in.
 */
export const findLostRole = async (reader: Reader, { id, name }: ActorAccount): Promise<readonly RestoreRefusal[]> => {
  const sql = "select 1 from account a join user u on u.pk = a.user where u.id = :id and a.role = 'system'";
  if ((await reader.get(sql, { id })) !== undefined) return [];
  const detail = text(
    `this account (${name}) would no longer be a system administrator; only the owner of the computer that has the tenant can apply this bundle`,
    `このアカウント(${name})がシステム管理者でなくなります。適用できるのは、テナントがあるコンピューターの所有者だけです`,
  );
  return [{ resource: "accounts", id, detail }];
};

/** Returns the first record that differs from the bundle; undefined if there is none. */
export const findFirstDifference = (reader: Reader, { plan }: StagedBundle): Promise<Row | undefined> =>
  reader.get(`select resource, id from ${plan} order by resource, id limit 1`);

export const isResourceName = (name: string): name is ResourceName =>
  (RESOURCE_NAMES as readonly string[]).includes(name);

/** Returns the `detail` of the audit record of a restore; undefined if there was no such restore. */
export const readRestoreDetail = async (reader: Reader, id: string): Promise<unknown> => {
  const row = await reader.get(
    `select ${DETAIL_SQL} as detail from main.change c ${ORDERED_JOIN} main.audit t on t.seq = c.number
     where c.writer = 'apply' and ${buildListsRecordSql("restore", ":id")}`,
    { id },
  );
  return row === undefined ? undefined : JSON.parse(String(row["detail"]));
};
