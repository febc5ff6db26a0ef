import type { Device } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { DEVICE, needsWipe, otherWipes, ownerIdOf } from "../../model/device.ts";
import { comparisonKey } from "../../model/normalise.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { judgeRecord } from "../../rules/index.ts";
import { enforce } from "../../rules/rule.ts";
import { text, type Text } from "../../text/index.ts";
import type { Session } from "../session.ts";
import { deviceFacts, DEVICES } from "./device-rows.ts";
import type { KeptRequest } from "../store/idempotency.ts";
import type { Writer } from "../store/store.ts";
import {
  createRecord,
  editRecord,
  editRecords,
  type CheckedChange,
  type HandBody,
  type HandNoun,
  type EditedRecord,
  type ChangeResult,
} from "./records.ts";

/** Devices, as they are written by hand. */
const HAND_DEVICES: HandNoun<typeof DEVICE.fields> = {
  list: DEVICES,
  collection: "devices",
  series: "devices",
  actions: "devices",
  orgs: (_, record) => [(record as Device).org?.id ?? ROOT_ORG_ID],
  check: checkDevice,
};

/** @throws Failure `input-rejected` where the serial number is taken, or a rule of devices says no; `not-found` where there is no such owner */
export const createDevice = (session: Session, body: HandBody, once?: KeptRequest): Promise<ChangeResult<Device>> =>
  createRecord(session, HAND_DEVICES, body, once);

export const editDevice = (session: Session, id: string, body: HandBody): Promise<ChangeResult<Device>> =>
  editRecord(session, HAND_DEVICES, id, body);

/** The new owner of devices: a user, an organisation, or nobody. */
export interface NewOwner {
  readonly ids: readonly string[];
  readonly owner: string | null;
  readonly ownerOrg: string | null;
  /** the number of devices that have to be wiped for it, as whoever asks was told */
  readonly wipes?: number | undefined;
  /** the tenant's revision before they were looked at */
  readonly seen?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * Gives devices another owner, all of them or none.
 *
 * @throws Failure `input-rejected` where the number of those to be wiped is another, or a rule of devices says no; `conflict` where
 *   devices were changed since they were seen
 */
export const setOwner = (
  session: Session,
  { ids, owner, ownerOrg, wipes, seen, dryRun }: NewOwner,
  once?: KeptRequest,
): Promise<ChangeResult<Device>[]> => {
  const whole = (changed: readonly EditedRecord<Device>[]): void => {
    const needed = changed.filter(({ before, after }) => needsWipe(before, ownerIdOf(after))).length;
    const isConfirming = dryRun !== true || wipes !== undefined;
    if (isConfirming && needed !== (wipes ?? 0)) throw wrongWipes(needed, wipes ?? 0);
  };
  return editRecords(session, HAND_DEVICES, ids, { owner, ownerOrg, dryRun }, { verb: "set-owner", whole, seen, once });
};

/** Tags to be added and removed. */
export interface TagChange {
  readonly ids: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly dryRun?: boolean | undefined;
}

/** Adds tags to devices and removes others, of all of them or of none. @throws Failure `not-found` */
export const tagDevices = (
  session: Session,
  { ids, add, remove, dryRun }: TagChange,
  once?: KeptRequest,
): Promise<ChangeResult<Device>[]> => {
  const key = (tag: string): string => comparisonKey("name", tag);
  const gone = new Set(remove.map(key));
  const each = ({ tags }: Device) => {
    const kept = tags.filter((tag) => !gone.has(key(tag)));
    const known = new Set(kept.map(key));
    return { tags: [...kept, ...add.filter((tag) => !known.has(key(tag)))] };
  };
  return editRecords(session, HAND_DEVICES, ids, { dryRun }, { verb: "tag", each, once });
};

const rejected = (what: Text, hint: Text): Failure => new Failure("input-rejected", { what, hint });

const wrongWipes = (needed: number, confirmed: number): Failure =>
  rejected(
    otherWipes(needed, confirmed),
    text(`if that is meant: --confirm-wipes ${needed}`, `それでよければ: --confirm-wipes ${needed}`),
  );

/** The fields of a device fit together, before the table is asked to take them. */
async function checkDevice(writer: Writer, { pk, values }: CheckedChange): Promise<void> {
  const before = pk === undefined ? undefined : await deviceFacts(writer, pk);
  const given = Object.fromEntries([...values].filter(([, value]) => value !== undefined));
  enforce(judgeRecord(DEVICE.name, { before, after: { ...NOTHING, ...before, ...given } }));
}

const NOTHING = { platform: null, status: null, androidMode: null, owner: null, ownerOrg: null };
