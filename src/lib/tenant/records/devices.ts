import type { Device } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { DEVICE, mayRequireWipe, describeWipeMismatch, ownerIdOf } from "../../model/device.ts";
import { comparisonKey } from "../../model/normalise.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { judgeRecord } from "../../rules/index.ts";
import { enforce } from "../../rules/rule.ts";
import { text, type Text } from "../../text/index.ts";
import type { Session } from "../session.ts";
import { readDeviceState, DEVICE_LIST } from "./device-rows.ts";
import type { RequestKey } from "../store/idempotency.ts";
import type { Writer } from "../store/store.ts";
import {
  createRecord,
  editRecord,
  editRecords,
  type CheckedChange,
  type ManualRequestBody,
  type EditableRecordType,
  type EditedRecord,
  type ChangeResult,
} from "./records.ts";

/** Devices as records that can be edited by hand. */
const EDITABLE_DEVICES: EditableRecordType<typeof DEVICE.fields> = {
  list: DEVICE_LIST,
  collection: "devices",
  series: "devices",
  actions: "devices",
  orgs: (_, record) => [(record as Device).org?.id ?? ROOT_ORG_ID],
  check: checkDeviceRules,
};

/** Creates a device.  @throws Failure `input-rejected` for a used serial number or broken rule; `not-found` (owner) */
export const createDevice = (
  session: Session,
  body: ManualRequestBody,
  once?: RequestKey,
): Promise<ChangeResult<Device>> => createRecord(session, EDITABLE_DEVICES, body, once);

export const editDevice = (session: Session, id: string, body: ManualRequestBody): Promise<ChangeResult<Device>> =>
  editRecord(session, EDITABLE_DEVICES, id, body);

/** A change of the owner of devices: to a user, to an organisation, or to nobody. */
export interface DeviceOwnerChange {
  readonly ids: readonly string[];
  readonly owner: string | null;
  readonly ownerOrg: string | null;
  /** the confirmed number of devices that must be wiped */
  readonly wipes?: number | undefined;
  /** the tenant's revision before the devices were read */
  readonly seen?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * Changes the owner of devices. Either all devices are changed or none.
 *
 * @throws Failure `input-rejected` if the number of devices to wipe differs from the confirmed number, or if a rule for
 * devices is violated; `conflict` if devices have changed since they were read
 */
export const setOwner = (
  session: Session,
  { ids, owner, ownerOrg, wipes, seen, dryRun }: DeviceOwnerChange,
  once?: RequestKey,
): Promise<ChangeResult<Device>[]> => {
  const whole = (changed: readonly EditedRecord<Device>[]): void => {
    const needed = changed.filter(({ before, after }) => mayRequireWipe(before, ownerIdOf(after))).length;
    const isConfirming = dryRun !== true || wipes !== undefined;
    if (isConfirming && needed !== (wipes ?? 0)) throw createWipeMismatchFailure(needed, wipes ?? 0);
  };
  return editRecords(
    session,
    EDITABLE_DEVICES,
    ids,
    { owner, ownerOrg, dryRun },
    { verb: "set-owner", whole, seen, once },
  );
};

/** Tags to add to devices and tags to remove from them. */
export interface TagChange {
  readonly ids: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly dryRun?: boolean | undefined;
}

/** Adds tags to devices and removes others, for all devices or none.  @throws Failure `not-found` */
export const tagDevices = (
  session: Session,
  { ids, add, remove, dryRun }: TagChange,
  once?: RequestKey,
): Promise<ChangeResult<Device>[]> => {
  const key = (tag: string): string => comparisonKey("name", tag);
  const gone = new Set(remove.map(key));
  const each = ({ tags }: Device) => {
    const kept = tags.filter((tag) => !gone.has(key(tag)));
    const known = new Set(kept.map(key));
    return { tags: [...kept, ...add.filter((tag) => !known.has(key(tag)))] };
  };
  return editRecords(session, EDITABLE_DEVICES, ids, { dryRun }, { verb: "tag", each, once });
};

const createRejectedFailure = (what: Text, hint: Text): Failure => new Failure("input-rejected", { what, hint });

const createWipeMismatchFailure = (needed: number, confirmed: number): Failure =>
  createRejectedFailure(
    describeWipeMismatch(needed, confirmed),
    text(`to confirm this number: --confirm-wipes ${needed}`, `この件数でよければ: --confirm-wipes ${needed}`),
  );

/** Checks the rules for devices before a device is written. @throws Failure `input-rejected` */
async function checkDeviceRules(writer: Writer, { pk, values }: CheckedChange): Promise<void> {
  const before = pk === undefined ? undefined : await readDeviceState(writer, pk);
  const given = Object.fromEntries([...values].filter(([, value]) => value !== undefined));
  enforce(judgeRecord(DEVICE.name, { before, after: { ...BLANK_DEVICE_STATE, ...before, ...given } }));
}

const BLANK_DEVICE_STATE = { platform: null, status: null, androidMode: null, owner: null, ownerOrg: null };
