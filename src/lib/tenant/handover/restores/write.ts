import { resourceOf, type ResourceName } from "../../../handover/resources.ts";
import { OF_THE_MOMENT } from "../../../model/answer.ts";
import { keepLast } from "../../store/collections.ts";
import { keepVersions, noteCreated, notingCreated } from "../../versions/keep.ts";
import { VERSIONS } from "../../versions/tables.ts";
import { either, listed, quoteIdentifier } from "../../store/sql/forms.ts";
import type { Writer } from "../../store/store.ts";
import { writeObserved } from "./observed.ts";
import type { StagedBundle } from "./plan.ts";
import { columnsOf, seriesOf, targetOf } from "./targets.ts";

/** Makes the tenant as a plan says, within its transaction: what only one record may have is given back first. */
export const writePlan = async (writer: Writer, staged: StagedBundle): Promise<void> => {
  const resources = staged.resources.filter((name) => name !== "observed");
  for (const resource of resources) await release(writer, staged, resource);
  for (const resource of resources) {
    await add(writer, staged, resource);
    await change(writer, staged, resource);
    if (resource === "orgs") await place(writer, staged);
    if (resource === "users") await claim(writer, staged);
  }
  for (const resource of resources.toReversed()) await remove(writer, staged, resource);
  // the state of a mirror is never written again: nothing of it may differ
  if ((await writer.count(`select count(*) from ${staged.plan} p where p.resource = 'observed'`)) > 0)
    await writeObserved(writer, staged, seriesOf);
  if (FORGETTING.some((name) => staged.resources.includes(name))) {
    await writer.run("delete from main.answer where question glob :questions", { questions: `${OF_THE_MOMENT}*` });
  }
};

/** The resources after which nobody knows any more how the console is: it is asked again. */
export const FORGETTING: readonly ResourceName[] = ["renewals", "answers"];

/** SQL: the ids of a resource's records of which something is done. */
const idsOf = ({ plan }: StagedBundle, actions: readonly string[]): string =>
  `(select p.id from ${plan} p where p.resource = :resource and p.action in (${listed(actions)}))`;

const release = async (writer: Writer, staged: StagedBundle, resource: ResourceName): Promise<void> => {
  const { table, release: released } = targetOf(resource);
  const ids = idsOf(staged, ["changed", "removed"]);
  const ofUsers = `t.user in (select u.pk from main.user u where u.id in ${ids})`;
  const which = resourceOf(resource).single === true ? "true" : `t.id in ${ids}`;
  if (VERSIONS.has(table)) await keepVersions(writer, table, resource === "accounts" ? ofUsers : which, { resource });
  // an account is deleted with its user
  if (resource === "users") await keepVersions(writer, "account", ofUsers, { resource });
  if (released !== undefined) {
    await writer.run(`update main."${table}" set ${released} where id in ${ids}`, { resource });
  }
  if (resource === "users") {
    await writer.run(`delete from main.user_email where user in (select u.pk from main.user u where u.id in ${ids})`, {
      resource,
    });
  }
};

/** SQL: the number of the user whose account a line `l` is. */
const USER = "(select u.pk from main.user u where u.id = l.id)";

const add = async (writer: Writer, staged: StagedBundle, resource: ResourceName): Promise<void> => {
  const { lines, plan } = staged;
  const { table, series, isRevised } = targetOf(resource);
  const values = new Map(columnsOf(resource));
  let base = 0;
  if (resource === "accounts") values.set("user", USER);
  else if (resourceOf(resource).single === true) values.set("pk", "1");
  else values.set("id", "l.id");
  if (isRevised) values.set("revision", ":revision");
  if (series !== undefined) {
    const { last = 0 } = (await writer.lock([series])).get(series) ?? {};
    base = Math.max(last, await writer.count(`select coalesce(max(pk), 0) from main."${table}"`));
    values.set("pk", ":base + row_number() over (order by l.id)");
  }
  if (series === undefined && VERSIONS.has(table)) {
    const number = resource === "accounts" ? USER : "1";
    const ranges = `select ${number} as first, ${number} as last from ${plan} l where l.resource = :resource and l.action = 'added'`;
    await writer.run(notingCreated(table, ranges), { resource, revision: await writer.revision() });
  }
  const made = await writer.run(
    `insert into main."${table}" (${[...values.keys()].map(quoteIdentifier).join(", ")})
     select ${[...values.values()].join(", ")} from ${plan} p join ${lines} l on l.resource = p.resource and l.id = p.id
     where p.resource = :resource and p.action = 'added'`,
    { resource, base, revision: await writer.revision() },
  );
  if (series !== undefined && made > 0) await keepLast(writer, series, base + made);
  if (series !== undefined && VERSIONS.has(table)) await noteCreated(writer, table, base + 1, base + made);
};

const change = async (writer: Writer, { lines, plan }: StagedBundle, resource: ResourceName): Promise<void> => {
  const { table, isRevised } = targetOf(resource);
  const values = new Map(columnsOf(resource));
  if (isRevised) values.set("revision", ":revision");
  const which =
    resource === "accounts" ? `t.user = ${USER}` : resourceOf(resource).single === true ? "t.pk = 1" : "t.id = p.id";
  const sets = [...values].map(([column, sql]) => `${quoteIdentifier(column)} = ${sql}`);
  await writer.run(
    `update main."${table}" as t set ${sets.join(", ")}
     from ${plan} p join ${lines} l on l.resource = p.resource and l.id = p.id
     where p.resource = :resource and p.action = 'changed' and ${which}`,
    { resource, revision: await writer.revision() },
  );
};

/** Hangs organisations where they belong, once all are there. */
const place = async (writer: Writer, staged: StagedBundle): Promise<void> => {
  await writer.run(
    `update main.org as t set parent = (select above.pk from main.org above where above.id = l.line ->> '$.parentId')
     from ${staged.lines} l where l.resource = 'orgs' and l.id = t.id and t.id in ${idsOf(staged, ["added", "changed"])}`,
    { resource: "orgs" },
  );
};

/** Claims the mail addresses of users who are new or changed. */
const claim = async (writer: Writer, staged: StagedBundle): Promise<void> => {
  await writer.run(
    `insert into main.user_email (emailKey, user, main)
     select e.value, t.pk, ${either("e.key = 0", "1", "0")} from main.user t, json_each(coalesce(t.emailKeys, t.emails)) e
     where t.id in ${idsOf(staged, ["added", "changed"])}`,
    { resource: "users" },
  );
};

const remove = async (writer: Writer, staged: StagedBundle, resource: ResourceName): Promise<void> => {
  const { table } = targetOf(resource);
  const ids = idsOf(staged, ["removed"]);
  const users = `(select u.pk from main.user u where u.id in ${ids})`;
  if (resource === "accounts") {
    await writer.run(`delete from main.account where user in ${users}`, { resource });
    await writer.run(`delete from main.reset_code where user in ${users}`, { resource });
    return;
  }
  if (resource === "users") await writer.run(`delete from main.account where user in ${users}`, { resource });
  if (resource === "renewals") await writer.run(`delete from main.renewal_notice where itemId in ${ids}`, { resource });
  const which = resourceOf(resource).single === true ? `'${resource}'` : "id";
  await writer.run(`delete from main."${table}" where ${which} in ${ids}`, { resource });
};
