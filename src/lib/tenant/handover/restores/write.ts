import { resourceOf, type ResourceName } from "../../../handover/resources.ts";
import { MOMENTARY_QUESTION_PREFIX } from "../../../model/answer.ts";
import { storeLastNumber } from "../../store/collections.ts";
import { saveVersions, saveCreatedRange, buildSaveCreatedRangesSql } from "../../versions/keep.ts";
import { VERSION_SCHEMAS } from "../../versions/tables.ts";
import { buildCaseSql, buildNameListSql, quoteIdentifier } from "../../store/sql/forms.ts";
import type { Writer } from "../../store/store.ts";
import { writeObservedState } from "./observed.ts";
import type { StagedBundle } from "./plan.ts";
import { buildColumnValuesSql, findNumberSeries, getResourceTarget } from "./targets.ts";

/** Applies the plan within the transaction. Unique values are released first, so that other records can use them. */
export const writePlan = async (writer: Writer, staged: StagedBundle): Promise<void> => {
  const resources = staged.resources.filter((name) => name !== "observed");
  for (const resource of resources) await releaseUniqueValues(writer, staged, resource);
  for (const resource of resources) {
    await addPlannedRecords(writer, staged, resource);
    await changePlannedRecords(writer, staged, resource);
    if (resource === "orgs") await setOrgParents(writer, staged);
    if (resource === "users") await registerEmails(writer, staged);
  }
  for (const resource of resources.toReversed()) await removePlannedRecords(writer, staged, resource);
  // the observed state of an existing mirror is never written again, because a plan that changes it is refused
  if ((await writer.count(`select count(*) from ${staged.plan} p where p.resource = 'observed'`)) > 0)
    await writeObservedState(writer, staged, findNumberSeries);
  if (RESOURCES_RESETTING_ANSWERS.some((name) => staged.resources.includes(name))) {
    await writer.run("delete from main.answer where question glob :questions", {
      questions: `${MOMENTARY_QUESTION_PREFIX}*`,
    });
  }
};

/**
 * If one of these resources is applied, earlier answers about the console may no longer be correct, so the questions
 * are asked again.
 */
export const RESOURCES_RESETTING_ANSWERS: readonly ResourceName[] = ["renewals", "answers"];

const buildPlannedIdsSql = ({ plan }: StagedBundle, actions: readonly string[]): string =>
  `(select p.id from ${plan} p where p.resource = :resource and p.action in (${buildNameListSql(actions)}))`;

const releaseUniqueValues = async (writer: Writer, staged: StagedBundle, resource: ResourceName): Promise<void> => {
  const { table, release: released } = getResourceTarget(resource);
  const ids = buildPlannedIdsSql(staged, ["changed", "removed"]);
  const ofUsers = `t.user in (select u.pk from main.user u where u.id in ${ids})`;
  const which = resourceOf(resource).single === true ? "true" : `t.id in ${ids}`;
  if (VERSION_SCHEMAS.has(table))
    await saveVersions(writer, table, resource === "accounts" ? ofUsers : which, { resource });
  // an account is deleted together with its user
  if (resource === "users") await saveVersions(writer, "account", ofUsers, { resource });
  if (released !== undefined) {
    await writer.run(`update main."${table}" set ${released} where id in ${ids}`, { resource });
  }
  if (resource === "users") {
    await writer.run(`delete from main.user_email where user in (select u.pk from main.user u where u.id in ${ids})`, {
      resource,
    });
  }
};

/** SQL: the record number of the user whose account is in a line `l`. */
const ACCOUNT_USER_NUMBER = "(select u.pk from main.user u where u.id = l.id)";

const addPlannedRecords = async (writer: Writer, staged: StagedBundle, resource: ResourceName): Promise<void> => {
  const { lines, plan } = staged;
  const { table, series, isRevised } = getResourceTarget(resource);
  const values = new Map(buildColumnValuesSql(resource));
  let base = 0;
  if (resource === "accounts") values.set("user", ACCOUNT_USER_NUMBER);
  else if (resourceOf(resource).single === true) values.set("pk", "1");
  else values.set("id", "l.id");
  if (isRevised) values.set("revision", ":revision");
  if (series !== undefined) {
    const { last = 0 } = (await writer.lock([series])).get(series) ?? {};
    base = Math.max(last, await writer.count(`select coalesce(max(pk), 0) from main."${table}"`));
    values.set("pk", ":base + row_number() over (order by l.id)");
  }
  if (series === undefined && VERSION_SCHEMAS.has(table)) {
    const number = resource === "accounts" ? ACCOUNT_USER_NUMBER : "1";
    const ranges = `select ${number} as first, ${number} as last from ${plan} l where l.resource = :resource and l.action = 'added'`;
    await writer.run(buildSaveCreatedRangesSql(table, ranges), { resource, revision: await writer.revision() });
  }
  const made = await writer.run(
    `insert into main."${table}" (${[...values.keys()].map(quoteIdentifier).join(", ")})
     select ${[...values.values()].join(", ")} from ${plan} p join ${lines} l on l.resource = p.resource and l.id = p.id
     where p.resource = :resource and p.action = 'added'`,
    { resource, base, revision: await writer.revision() },
  );
  if (series !== undefined && made > 0) await storeLastNumber(writer, series, base + made);
  if (series !== undefined && VERSION_SCHEMAS.has(table)) await saveCreatedRange(writer, table, base + 1, base + made);
};

const changePlannedRecords = async (
  writer: Writer,
  { lines, plan }: StagedBundle,
  resource: ResourceName,
): Promise<void> => {
  const { table, isRevised } = getResourceTarget(resource);
  const values = new Map(buildColumnValuesSql(resource));
  if (isRevised) values.set("revision", ":revision");
  const which =
    resource === "accounts"
      ? `t.user = ${ACCOUNT_USER_NUMBER}`
      : resourceOf(resource).single === true
        ? "t.pk = 1"
        : "t.id = p.id";
  const sets = [...values].map(([column, sql]) => `${quoteIdentifier(column)} = ${sql}`);
  await writer.run(
    `update main."${table}" as t set ${sets.join(", ")}
     from ${plan} p join ${lines} l on l.resource = p.resource and l.id = p.id
     where p.resource = :resource and p.action = 'changed' and ${which}`,
    { resource, revision: await writer.revision() },
  );
};

const setOrgParents = async (writer: Writer, staged: StagedBundle): Promise<void> => {
  await writer.run(
    `update main.org as t set parent = (select above.pk from main.org above where above.id = l.line ->> '$.parentId')
     from ${staged.lines} l where l.resource = 'orgs' and l.id = t.id and t.id in ${buildPlannedIdsSql(staged, ["added", "changed"])}`,
    { resource: "orgs" },
  );
};

const registerEmails = async (writer: Writer, staged: StagedBundle): Promise<void> => {
  await writer.run(
    `insert into main.user_email (emailKey, user, main)
     select e.value, t.pk, ${buildCaseSql("e.key = 0", "1", "0")} from main.user t, json_each(coalesce(t.emailKeys, t.emails)) e
     where t.id in ${buildPlannedIdsSql(staged, ["added", "changed"])}`,
    { resource: "users" },
  );
};

const removePlannedRecords = async (writer: Writer, staged: StagedBundle, resource: ResourceName): Promise<void> => {
  const { table } = getResourceTarget(resource);
  const ids = buildPlannedIdsSql(staged, ["removed"]);
  const users = `(select u.pk from main.user u where u.id in ${ids})`;
  if (resource === "accounts" || resource === "users")
    await writer.run(`delete from main.account where user in ${users}`, { resource });
  if (resource === "accounts") return;
  if (resource === "renewals") await writer.run(`delete from main.renewal_notice where itemId in ${ids}`, { resource });
  const which = resourceOf(resource).single === true ? `'${resource}'` : "id";
  await writer.run(`delete from main."${table}" where ${which} in ${ids}`, { resource });
};
