import type { PlanCounts } from "../plans/staging/counts.ts";
import { buildKindDefinition } from "../plans/staging/kinds.ts";
import { isPanelKind, PANEL_KINDS, type FormatName, type PanelKind, type ThingOf } from "../../model/console-files.ts";
import { NOTE_FIELDS } from "../../model/device.ts";
import { FORMATS } from "../../model/formats.ts";
import { ORG } from "../../model/organisation.ts";
import { getOperationsForNewUsers } from "../../model/role-policy.ts";
import type { Operation } from "../../model/role.ts";
import type { ThingName } from "../../model/things.ts";
import type { Actor } from "./actor.ts";
import { requireAccountRights, requireTokenRights } from "./check.ts";

export const getUserCreationOperations = ({ orgs }: Actor): readonly Operation[] =>
  getOperationsForNewUsers(orgs === undefined);

type PlanWork = ReturnType<typeof derivePlanWork>;

const getWorkOperations = (actor: Actor, kind: FormatName): Readonly<Record<keyof PlanWork, readonly Operation[]>> => {
  const writing: readonly Operation[] = [isPanelKind(kind) ? `${kind}.write` : "secured.write"];
  return {
    create: kind === "users" ? getUserCreationOperations(actor) : writing,
    edit: writing,
    note: ["devices.note"],
    move: kind === "users" ? ["users.move"] : writing,
    delete: isPanelKind(kind) ? [`${kind}.delete`] : writing,
    createOrgs: ["orgs.write"],
    release: ["devices.write"],
  };
};

const derivePlanWork = (kind: FormatName, counts: PlanCounts) => {
  const { create, columns, delete: gone, secretsSet, orgsCreated, released = 0 } = counts;
  const placing = buildKindDefinition(FORMATS[kind]).fields.filter(({ refers }) => refers?.to === ORG.name);
  const isPlace = ({ field }: { readonly field: string }): boolean => placing.some((one) => one.field === field);
  const changed = (of: PlanCounts["columns"]): number =>
    of.reduce((most, column) => Math.max(most, column.changed, column.cleared, column.removed), 0);
  const isNote = ({ field }: { readonly field: string }): boolean => kind === "devices" && NOTE_FIELDS.includes(field);
  const edited = changed(columns.filter((column) => !isPlace(column) && !isNote(column)));
  return {
    create,
    edit: edited === 0 && create === 0 ? secretsSet : edited,
    note: changed(columns.filter(isNote)),
    move: changed(columns.filter(isPlace)),
    delete: gone,
    createOrgs: orgsCreated,
    release: released,
  };
};

type RelatedThing = Exclude<ThingName, ThingOf<PanelKind>["name"]>;

const RELATED_OPERATIONS: Readonly<Record<RelatedThing, readonly Operation[]>> = {
  account: ["accounts.write", "accounts.roles", "accounts.orgs"],
  account_settings: ["accounts.settings"],
  scheme: ["schemes.write"],
  custom_field: ["fields.write"],
  secured_group: ["secured.write"],
  secured_user: ["secured.write"],
  tenant_profile: ["tenant.write"],
  renewal_item: ["renewals.write"],
  answer: ["tenant.write"],
  device_action: ["devices.write"],
};

export const requirePlanPermission = (actor: Actor, kind: FormatName, counts: PlanCounts): void => {
  const work = derivePlanWork(kind, counts);
  const needed = Object.entries(getWorkOperations(actor, kind));
  const parts = needed.flatMap(([part, operations]) => (work[part as keyof PlanWork] > 0 ? [operations] : []));
  const all = [...parts, ...listRelatedOperations(actor, counts)];
  for (const operations of all) requireAccountRights(actor, operations);
  requireTokenRights(actor, all.flat());
};

function* listRelatedOperations(actor: Actor, { beside = [] }: PlanCounts): Generator<readonly Operation[]> {
  for (const { thing, create, update, delete: gone } of beside) {
    const panel = PANEL_KINDS.find((kind) => FORMATS[kind].thing.name === thing);
    yield panel === undefined
      ? RELATED_OPERATIONS[thing as RelatedThing]
      : [
          ...(create > 0 && panel === "users" ? getUserCreationOperations(actor) : []),
          ...(create + update > 0 ? [`${panel}.write` as const] : []),
          ...(gone > 0 ? [`${panel}.delete` as const] : []),
        ];
  }
}
