import { RESOURCE_NAMES, resourceOf, type Held, type ResourceName } from "../../../handover/resources.ts";
import { MANAGING } from "../../../model/account.ts";
import { nameKey } from "../../../model/normalise.ts";
import { ROOT_ORG_ID, ROOT_ORG_NAME } from "../../../model/organisation.ts";
import { MOST_SUPPORT_OPTIONS } from "../../../model/role.ts";
import { text, type Text } from "../../../text/index.ts";
import { linesNow } from "../exports/records.ts";
import type { Params, Reader, Row, Writer } from "../store.ts";
import { targetOf, TRAVELLING } from "./targets.ts";

/** What was sent: its tables, and the resources that are in them, in their order. */
export interface Staged {
  /** the lines: `resource`, `id`, `line` and what follows from it (`beside`), by the first two */
  readonly lines: string;
  /** what becomes of records: `resource`, `id`, `action` and, of who goes, the `name`; what stays as it is has no row */
  readonly plan: string;
  readonly resources: readonly ResourceName[];
  /** it came from the console, by way of a mirror */
  readonly isOfConsole: boolean;
}

/** SQL: the columns of both tables, and their key. */
export const LINES = ["resource text not null", "id text not null", "line text not null", "beside text"];
export const PLAN = ["resource text not null", "id text not null", "action text not null", "name text"];
export const KEY = ["resource", "id"];

/** Why something of it cannot be. */
export interface Refusal {
  readonly resource: ResourceName;
  readonly id: string | null;
  readonly detail: Text;
}

const MOST_REFUSALS = 100;

/** Gathers refusals, as many as are told. */
class Refusals {
  readonly found: Refusal[] = [];
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** One for each row, which has the `id` of a record and may have a `value`. */
  async add(resource: ResourceName, sql: string, detail: (value: string) => Text, params: Params = {}): Promise<void> {
    const most = MOST_REFUSALS - this.found.length;
    if (most <= 0) return;
    const rows = await this.#reader.all(`${sql} limit :most`, { ...params, resource, most });
    for (const { id = null, value = "" } of rows) {
      this.found.push({ resource, id: id === null ? null : String(id), detail: detail(String(value)) });
    }
  }

  refuse(resource: ResourceName, id: string, detail: Text): void {
    if (this.found.length < MOST_REFUSALS) this.found.push({ resource, id, detail });
  }
}

export interface PlannedResource {
  readonly name: ResourceName;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
}

const MOST_REMOVALS = 1000;

/** SQL: what people call the record of a line. */
const CALLED = `coalesce(n.line ->> '$.name', n.line ->> '$.serialNumber', n.line ->> '$.displayName',
  n.line ->> '$.userId', n.line ->> '$.question')`;

/** Compares what was sent with the tenant: a line is unchanged if it is the very line that an export has now. */
export const compareLines = async (writer: Writer, { lines, plan, resources }: Staged): Promise<void> => {
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
  { lines, plan, resources }: Staged,
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
export const listRemovals = async (reader: Reader, { plan, resources }: Staged) => {
  const found: { resource: ResourceName; id: string; name: string | null }[] = [];
  for (const resource of resources) {
    const rows = await reader.all(
      `select id, name from ${plan} where resource = :resource and action = 'removed' order by id limit :most`,
      { resource, most: MOST_REMOVALS - found.length },
    );
    for (const { id = "", name = null } of rows) {
      found.push({ resource, id: String(id), name: name === null ? null : String(name) });
    }
  }
  return found;
};

/** Why what was sent cannot be: by what of it names nothing, is there twice, or breaks a rule of the tenant. */
export const findRefusals = async (reader: Reader, staged: Staged): Promise<readonly Refusal[]> => {
  const { lines, plan, resources } = staged;
  const refusals = new Refusals(reader);
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
  await findRuleRefusals(reader, staged, refusals);
  return refusals.found;
};

/** SQL: the id that a member of a line holds. @param of the alias of the line's table */
const valueOf = (field: string, { many, member }: Held, of: string): string =>
  member !== undefined ? `e.value ->> '${member}'` : many === true ? "e.value" : `${of}.line ->> '$.${field}'`;

const rowsOf = (field: string, { many, member }: Held, of: string): string =>
  member !== undefined || many === true ? `, json_each(${of}.line, '$.${field}') e` : "";

/** The tables whose ids others hold. */
const TABLES: Readonly<Partial<Record<ResourceName, string>>> = {
  orgs: "org",
  users: "user",
  schemes: "scheme",
  "custom-fields": "custom_field",
};

/** SQL: the ids of a resource as they will be. */
const idsOf = (name: ResourceName, { lines, resources }: Staged): string =>
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

/**
 * What rules of the tenant's own forbid: what every command refuses, and no import brings. What a tenant can have, though
 * by hand it could not be entered, is not refused, as its export could not be applied: an operator in 全社, one topic of two
 * renewals, of what came from the console also an administrator whose account name is blank there.
 */
const findRuleRefusals = async (reader: Reader, staged: Staged, refusals: Refusals): Promise<void> => {
  const { resources, isOfConsole } = staged;
  const named: Staged["resources"] = isOfConsole ? [] : ["accounts", "users"];
  if (resources.includes("orgs")) await findWrongOrgs(reader, staged, refusals);
  if (resources.includes("schemes")) await findWrong("schemes", WRONG_SCHEMES, staged, refusals);
  if (resources.includes("users")) await findWrong("users", WRONG_USERS, staged, refusals);
  if (resources.includes("accounts")) await findWrongAccounts(staged, refusals);
  if (named.some((name) => resources.includes(name))) await findNameless(staged, refusals);
  if (resources.includes("devices")) await findWrong("devices", WRONG_DEVICES, staged, refusals);
  if (resources.includes("renewals")) await findTwinRenewals(reader, staged, refusals);
};

/** SQL: true of a staged line `l` that cannot be, and why. */
type Wrong = readonly (readonly [sql: string, detail: Text])[];

const findWrong = async (
  resource: Staged["resources"][number],
  wrong: Wrong,
  { lines }: Staged,
  refusals: Refusals,
): Promise<void> => {
  for (const [isWrong, detail] of wrong) {
    const sql = `select l.id from ${lines} l where l.resource = :resource and (${isWrong}) order by 1`;
    await refusals.add(resource, sql, () => detail);
  }
};

const WRONG_DEVICES: Wrong = [
  [
    "l.line ->> '$.ownerId' is not null and l.line ->> '$.ownerOrgId' is not null",
    text("a device has one owner: a user or an organisation", "デバイスの所有者は、ユーザーか組織のどちらか一方です"),
  ],
];

const WRONG_USERS: Wrong = [
  [
    "l.line ->> '$.name' = '' or l.line -> '$.emails' = '[]'",
    text("a user has a name and a mail address", "ユーザーには氏名とメールアドレスが必要です"),
  ],
];

const WRONG_SCHEMES: Wrong = [
  [
    "l.line -> '$.operations' = '[]'",
    text("a scheme needs at least one item", "スキームには 1 つ以上のチェック項目が必要です"),
  ],
];

/** SQL: true of whose account has managed organisations, of its role. */
const MANAGES = `l.line ->> '$.role' in (${MANAGING.map((role) => `'${role}'`).join(", ")})`;
const NO_ORGS = "l.line -> '$.managedOrgIds' = '[]'";

/** @see facts 2.1, 2.2, 6 */
const WRONG_ACCOUNTS: Wrong = [
  [
    "(l.line ->> '$.role' = 'custom') <> (l.line ->> '$.schemeId' is not null)",
    text(
      "a custom administrator has a scheme, and nobody else has one",
      "スキームは、カスタム管理者には必要で、それ以外には設定できません",
    ),
  ],
  [
    "l.line ->> '$.managesAll' = 1 and l.line ->> '$.role' <> 'custom'",
    text("only a custom administrator may manage all", "全組織を管理対象にできるのはカスタム管理者だけです"),
  ],
  [
    `not ${NO_ORGS} and not ${MANAGES}`,
    text(
      "only division and custom administrators have managed organisations",
      "管理対象組織を設定できるのは部門管理者とカスタム管理者だけです",
    ),
  ],
  [
    `${NO_ORGS} and ${MANAGES} and l.line ->> '$.managesAll' = 0`,
    text(
      "a division or custom administrator needs at least one managed organisation",
      "部門管理者とカスタム管理者には、管理対象組織が 1 つ以上必要です",
    ),
  ],
  [
    `not ${NO_ORGS} and l.line ->> '$.managesAll' = 1`,
    text("who manages all has no managed organisations besides", "「全て」と管理対象組織は一緒に設定できません"),
  ],
  [
    `instr(l.line -> '$.managedOrgIds', '"${ROOT_ORG_ID}"') > 0`,
    text(`${ROOT_ORG_NAME} is no managed organisation`, `管理対象組織に「${ROOT_ORG_NAME}」は指定できません`),
  ],
  [
    "l.line ->> '$.supportOption' = 1 and l.line ->> '$.role' <> 'system'",
    text("the support option is a system administrator's", "サポートオプションを設定できるのはシステム管理者だけです"),
  ],
  [
    "l.line ->> '$.noticeMail' = 1 and l.line ->> '$.supportOption' = 0",
    text(
      "notice mail is for system administrators with the support option",
      "お知らせメールを受信できるのは、サポートオプションのあるシステム管理者だけです",
    ),
  ],
];

const findWrongAccounts = async (staged: Staged, refusals: Refusals): Promise<void> => {
  const { lines, plan } = staged;
  await findWrong("accounts", WRONG_ACCOUNTS, staged, refusals);
  const held = "l.resource = :resource and l.line ->> '$.supportOption' = 1";
  await refusals.add(
    "accounts",
    `select l.id from ${lines} l where ${held} and exists (select 1 from ${plan} p where p.resource = l.resource and p.id = l.id)
     and (select count(*) from ${lines} l where ${held}) > :supported order by 1`,
    () =>
      text(
        `more than ${MOST_SUPPORT_OPTIONS} accounts would hold the support option`,
        `サポートオプションのアカウントが ${MOST_SUPPORT_OPTIONS} を超えることになります`,
      ),
    { supported: MOST_SUPPORT_OPTIONS },
  );
};

const NAMELESS = text(
  "an administrator needs an account name, which the user lacks",
  "管理者にはアカウント名が必要ですが、ユーザーにありません",
);

/** Whoever has a role has a name to sign in with: as it will be, whichever of both was sent. */
const findNameless = async ({ lines, resources }: Staged, refusals: Refusals): Promise<void> => {
  const areUsers = resources.includes("users");
  const name = areUsers ? "u.line ->> '$.accountName'" : "u.accountName";
  const users = areUsers ? `${lines} u on u.resource = 'users' and` : `main."user" u on`;
  const isNameless = `trim(coalesce(${name}, '')) = ''`;
  const sql = resources.includes("accounts")
    ? `select l.id from ${lines} l join ${users} u.id = l.id
       where l.resource = :resource and l.line ->> '$.role' <> 'none' and ${isNameless} order by 1`
    : `select t.id from main.account a join main."user" t on t.pk = a.user join ${users} u.id = t.id
       where :resource = 'accounts' and a.role <> 'none' and ${isNameless} order by 1`;
  await refusals.add("accounts", sql, () => NAMELESS);
};

/** All organisations hang on 全社, which is always there, and as it is; without a code each is told from its neighbours by its name. */
const findWrongOrgs = async (reader: Reader, { lines }: Staged, refusals: Refusals): Promise<void> => {
  const rows = await reader.all(
    `select l.id, l.line ->> '$.parentId' as parent from ${lines} l where l.resource = 'orgs' order by 1`,
  );
  const above = new Map(rows.map(({ id = "", parent = null }: Row) => [String(id), parent]));
  if (above.get(ROOT_ORG_ID) !== null) refusals.refuse("orgs", ROOT_ORG_ID, ROOT_MISSING);
  for (const id of looseOrgs(above)) refusals.refuse("orgs", id, LOOSE);
  const [name, code] = ["l.line ->> '$.name'", "l.line ->> '$.code'"];
  await refusals.add(
    "orgs",
    `select l.id from ${lines} l where l.resource = :resource and l.id = :root and (${name} <> :called or ${code} is not null)`,
    () => ROOT_STAYS,
    { root: ROOT_ORG_ID, called: ROOT_ORG_NAME },
  );
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
const ROOT_STAYS = text(
  "全社 stands for the whole tenant: it keeps its name, and has no code",
  "「全社」はテナント全体を表すため、名前は変えられず、組織コードもありません",
);
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
const findTwinRenewals = async (reader: Reader, { lines }: Staged, refusals: Refusals): Promise<void> => {
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

/** The first record that is not as it was sent. */
export const firstOther = (reader: Reader, { plan }: Staged): Promise<Row | undefined> =>
  reader.get(`select resource, id from ${plan} order by resource, id limit 1`);

export const isResource = (name: string): name is ResourceName => (RESOURCE_NAMES as readonly string[]).includes(name);

/** What a restore did, by its id, as the audit has it: its `detail`; undefined if there was none. */
export const readRestored = async (reader: Reader, id: string): Promise<unknown> => {
  const row = await reader.get(
    `select t.record -> 'detail' as detail from main.audit t where t.action = :action and t.record -> '$.objects[0]' ->> 'id' = :id`,
    { action: RESTORE, id },
  );
  return row === undefined ? undefined : JSON.parse(String(row["detail"]));
};

/** The action of the audit's record. */
export const RESTORE = "handover.apply";
