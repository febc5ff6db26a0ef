import type { PlanCounts } from "../plans/staging/counts.ts";
import { kindOf } from "../plans/staging/kinds.ts";
import { FORMAT_NAMES, type FormatName } from "../../model/console-files.ts";
import { NOTE_FIELDS } from "../../model/device.ts";
import { FORMATS } from "../../model/formats.ts";
import { ORG } from "../../model/organisation.ts";
import { itemsForUsers } from "../../model/role-policy.ts";
import type { Operation } from "../../model/role.ts";
import { joined, same, text, type Text } from "../../text/index.ts";
import type { AffectedRecords, PlanWork } from "../plans/engine.ts";
import type { Actor } from "./asker.ts";
import { panelKind, permit } from "./check.ts";

/**
 * What creating users needs: making and moving them; and making organisations, where not all are the asker's, as every new
 * user is linked with one. @see facts 2.1
 */
export const creatingUsers = ({ orgs }: Actor): readonly Operation[] => itemsForUsers(orgs === undefined);

/** The operations that each piece of a plan's work needs. */
const neededFor = (asker: Actor, kind: FormatName): Readonly<Record<keyof PlanWork, readonly Operation[]>> => {
  const panel = panelKind(kind);
  const writing: readonly Operation[] = [panel === undefined ? "secured.write" : `${panel}.write`];
  return {
    create: panel === "users" ? creatingUsers(asker) : writing,
    edit: writing,
    note: ["devices.note"],
    move: panel === "users" ? ["users.move"] : writing,
    delete: panel === undefined ? writing : [`${panel}.delete`],
    createOrgs: ["orgs.write"],
    deleteOrgs: ["orgs.delete"],
    release: ["devices.write"],
  };
};

const counted = (count: number): AffectedRecords => ({ count, first: [] });

const NOTHING = counted(0);

/** What a plan does, by its counts. */
const countedWork = (kind: FormatName, counts: PlanCounts): PlanWork => {
  const { create, columns, delete: gone, secretsSet, orgsCreated, released = 0 } = counts;
  const placing = kindOf(FORMATS[kind]).fields.filter(({ refers }) => refers?.to === ORG.name);
  const isPlace = ({ field }: { readonly field: string }): boolean => placing.some((one) => one.field === field);
  const changed = (of: PlanCounts["columns"]): number =>
    of.reduce((most, column) => Math.max(most, column.changed, column.cleared, column.removed), 0);
  const isNote = ({ field }: { readonly field: string }): boolean => kind === "devices" && NOTE_FIELDS.includes(field);
  const edited = changed(columns.filter((column) => !isPlace(column) && !isNote(column)));
  return {
    create: counted(create),
    edit: counted(edited === 0 && create === 0 ? secretsSet : edited),
    note: counted(changed(columns.filter(isNote))),
    move: counted(changed(columns.filter(isPlace))),
    delete: counted(gone),
    createOrgs: counted(orgsCreated),
    deleteOrgs: NOTHING,
    release: counted(released),
  };
};

/** The order in which refusals are told. */
const PIECES = [
  "create",
  "edit",
  "note",
  "move",
  "delete",
  "createOrgs",
  "deleteOrgs",
  "release",
] as const satisfies (keyof PlanWork)[];

/** Checks that somebody may do all that a plan does. @throws Failure `not-permitted` with the first rule that does not permit it, and where */
export const permitWork = (asker: Actor, kind: FormatName, work: PlanWork): void => {
  const needed = neededFor(asker, kind);
  for (const piece of PIECES) {
    const { [piece]: affected } = work;
    if (affected.count > 0) permit(asker, needed[piece], placesOf(piece, affected));
  }
};

/** The operations that writing records of other things takes. */
const BESIDE: Readonly<Record<string, readonly Operation[]>> = {
  account: ["accounts.write", "accounts.roles", "accounts.orgs"],
  account_settings: ["accounts.settings"],
  scheme: ["schemes.write"],
  custom_field: ["fields.write"],
  secured_group: ["secured.write"],
  secured_user: ["secured.write"],
};

/** Checks that somebody may do all that a plan does, by its counts. @throws Failure `not-permitted` as {@link permitWork} */
export const permitPlan = (asker: Actor, kind: FormatName, counts: PlanCounts): void => {
  permitWork(asker, kind, countedWork(kind, counts));
  if (counts.reopened !== undefined) permit(asker, ["console.write"]);
  for (const { thing, create, update, delete: gone } of counts.beside ?? []) {
    const panel = panelThing(thing);
    const needed =
      panel === undefined
        ? (BESIDE[thing] ?? [])
        : [
            ...(create > 0 && panel === "users" ? creatingUsers(asker) : []),
            ...(create + update > 0 ? [`${panel}.write` as const] : []),
            ...(gone > 0 ? [`${panel}.delete` as const] : []),
          ];
    permit(asker, needed);
  }
};

const panelThing = (thing: string): ReturnType<typeof panelKind> => {
  const kind = FORMAT_NAMES.find((name) => FORMATS[name].thing.name === thing);
  return kind && panelKind(kind);
};

/** The rows, or the records that the file lacks, that need a right. */
const placesOf = (piece: keyof PlanWork, { count, first }: AffectedRecords): Text | undefined => {
  if (first.length === 0) return undefined;
  const names = joined(first.map(same), text(", ", "、"));
  const more = count > first.length ? text(", …", " など") : same("");
  if (piece === "delete")
    return text(`not in the file: ${names.en}${more.en}`, `ファイルにない: ${names.ja}${more.ja}`);
  if (piece === "release") return text(`devices ${names.en}${more.en}`, `デバイス ${names.ja}${more.ja}`);
  return text(`row ${names.en}${more.en}`, `${names.ja} 行目${more.ja}`);
};
