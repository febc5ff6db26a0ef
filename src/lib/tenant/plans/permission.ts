import type { PlanCounts } from "../ledger/import-rows.ts";
import { buildKindDefinition } from "../ledger/kinds.ts";
import { type FormatName, RECORD_TYPES, TYPES_BY_FORMAT } from "../../nouns/index.ts";
import { NOTE_FIELDS } from "../../nouns/device.ts";
import { FORMATS } from "../../derived/formats.ts";
import { ORG } from "../../nouns/organisation.ts";
import { getChangeOperation, type Operation } from "../../derived/role-policy.ts";
import { getOperationsForNewUsers, USER } from "../../nouns/user.ts";
import type { Actor } from "../ledger/actor.ts";
import { ASSIGNED_FIELDS } from "../ledger/versions.ts";
import { requireAccountRights, requireTokenRights } from "../ledger/check-rights.ts";

type PlanWork = ReturnType<typeof derivePlanWork>;

const getWorkOperations = (actor: Actor, kind: FormatName): Readonly<Record<keyof PlanWork, readonly Operation[]>> => {
  const writing = [getChangeOperation(TYPES_BY_FORMAT[kind], "write")];
  return {
    create: kind === "users" ? getOperationsForNewUsers(actor.orgs === undefined) : writing,
    edit: writing,
    note: ["devices.note"],
    assign: [getChangeOperation(TYPES_BY_FORMAT[kind], "assign")],
    move: kind === "users" ? ["users.move"] : writing,
    delete: [getChangeOperation(TYPES_BY_FORMAT[kind], "delete")],
    createOrgs: ["orgs.write"],
    release: ["devices.write"],
  };
};

const derivePlanWork = (kind: FormatName, counts: PlanCounts, undoes?: number) => {
  const { create, columns, delete: gone, secretsSet, orgsCreated, released = 0 } = counts;
  const placing = buildKindDefinition(FORMATS[kind]).fields.filter(({ refers }) => refers?.to === ORG.name);
  const workOf = (field: string): "assign" | "edit" | "move" | "note" => {
    if (placing.some((one) => one.field === field)) return "move";
    if (kind === "devices" && NOTE_FIELDS.includes(field)) return "note";
    // unlike a file, an undo restores the assignments outside the account's organisations too
    return undoes !== undefined && ASSIGNED_FIELDS.includes(field) ? "assign" : "edit";
  };
  const most = { assign: 0, edit: 0, move: 0, note: 0 };
  for (const { field, changed, cleared, removed } of columns)
    most[workOf(field)] = Math.max(most[workOf(field)], changed, cleared, removed);
  return {
    ...most,
    create,
    edit: most.edit === 0 && create === 0 ? secretsSet : most.edit,
    delete: gone,
    createOrgs: orgsCreated,
    release: released,
  };
};

export const requirePlanPermission = (actor: Actor, kind: FormatName, counts: PlanCounts, undoes?: number): void => {
  const work = derivePlanWork(kind, counts, undoes);
  const needed = Object.entries(getWorkOperations(actor, kind));
  const parts = needed.flatMap(([part, operations]) => (work[part as keyof PlanWork] > 0 ? [operations] : []));
  const all = [...parts, ...listRelatedOperations(actor, counts)];
  for (const operations of all) requireAccountRights(actor, operations);
  requireTokenRights(actor, all.flat());
};

function* listRelatedOperations(actor: Actor, { beside = [] }: PlanCounts): Generator<readonly Operation[]> {
  for (const { thing: name, create, update, delete: gone } of beside) {
    const thing = RECORD_TYPES.get(name);
    if (thing === undefined) throw new TypeError(`no noun is named ${name}`);
    yield (
      (thing.changedBy as readonly Operation[] | undefined) ?? [
        ...(create > 0 && thing.name === USER.name ? getOperationsForNewUsers(actor.orgs === undefined) : []),
        ...(create + update > 0 ? [getChangeOperation(thing, "write")] : []),
        ...(gone > 0 ? [getChangeOperation(thing, "delete")] : []),
      ]
    );
  }
}
